"""Mail that comes in: what a message is, whom a bounce is about, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


class MessageKind(StrEnum):
    """What a message that came in is."""

    #: a mail server's report on a mail of ours
    BOUNCE = "bounce"
    #: a provider's report that its user called a mail of ours spam (ARF, RFC 5965)
    COMPLAINT = "complaint"
    #: somebody wants something: to join, confirm, choose, pause, resume, leave, or help
    COMMAND = "command"
    #: an answer that no person wrote, such as a vacation notice or a challenge
    AUTO_REPLY = "auto-reply"
    #: looks like a bounce, and says that nothing failed: a receipt, or a report on a delivery
    NOT_A_BOUNCE = "not-a-bounce"
    #: kept for the operator
    NOT_UNDERSTOOD = "not-understood"


class BounceClass(StrEnum):
    """What a bounce says of a recipient."""

    #: the mailbox does not exist, or does not take our mail for good
    HARD = "hard"
    #: the mailbox or the way to it did not work this time, or the message was the trouble
    SOFT = "soft"
    #: the refusal speaks of us: spam, blocklists, authentication
    POLICY = "policy"
    #: nothing has failed yet; the server still tries
    DELAYED = "delayed"


@dataclass(frozen=True, kw_only=True)
class BouncedRecipient:
    """One recipient of a report, and what it says of them."""

    #: as the report has it, decoded
    address: str
    bounce_class: BounceClass
    #: the enhanced status code (RFC 3463) that counted; empty without one
    status: str = ""
    #: the words of the mail server, on one line
    diagnostic: str = ""

    @property
    def words(self) -> str:
        """The code and the words of the server, the code once."""
        codes = () if self.status in self.diagnostic else (self.status,)
        return " ".join(filter(None, (*codes, self.diagnostic)))


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """How a message was handed over, to one recipient."""

    #: empty for the null sender, in whatever way it was written
    sender: str = ""
    #: as the mail server gave it; empty if nobody knows
    recipient: str = ""


#: Where a proof stands that mail servers alone see.
RETURN_ADDRESS = "return address"


@dataclass(frozen=True, kw_only=True)
class ReturnedMail:
    """The mail of ours that a report is about, and what proves it."""

    day: date | None = None
    subscriber_id: int | None = None
    #: where the proof stood: `RETURN_ADDRESS`, "Message-ID" or "leave link"; empty without any
    found_in: str = ""
    #: why it proves nothing, such as a forged or expired signature; empty for a valid one
    fault: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether a valid signature of ours names the mail."""
        return self.subscriber_id is not None and not self.fault


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a message is, and why."""

    kind: MessageKind
    #: the reason in plain English, for the operator
    why: str
    recipients: tuple[BouncedRecipient, ...] = ()
    returned: ReturnedMail = ReturnedMail()
    #: whether the recipient's own rules refused the mail, such as Sieve's reject (RFC 5429)
    is_refusal: bool = False
    #: whether the message was longer than what was read of it
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message as it is handed over, to all its recipients."""

    content: bytes
    #: empty for the null sender
    sender: str
    #: one that is empty where nobody knows
    recipients: tuple[str, ...]
    #: the door that it came by: lmtp, pipe, maildir or imap
    channel: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A message as it was stored: the bytes, and one recipient of the envelope."""

    id: int
    envelope: Envelope
    #: up to `digest.storage.arrivals.LONGEST` octets
    content: bytes
    received_at: datetime
    #: the door that it came by: lmtp, pipe, maildir or imap
    channel: str
