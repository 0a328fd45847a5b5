"""Complaints: a provider says that its user called a mail of ours spam (ARF, RFC 5965)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses
from digest.inbound.reading.message import Fields, read_fields

if TYPE_CHECKING:
    from digest.inbound.reading.message import IncomingMessage, Part

FEEDBACK_TYPES = ("message/feedback-report",)
#: Feedback that is no complaint: the opposite of one, how authentication went (RFC 6591), and what
#: a program found in a mail.
_NO_COMPLAINTS = frozenset({
    "not-spam", "auth-failure", "dmarc", "miscategorized", "dkim", "not-junk", "delivery", "virus",
})  # fmt: skip
#: Who a report is about. Providers leave it out, or hide it.
_RECIPIENTS = ("original-rcpt-to", "original-recipient", "removal-recipient")
#: Outlook.com's reports are no ARF: the mail is attached, with the user in a field of it.
_OUTLOOK_RECIPIENT = "x-hmxmroriginalrecipient"


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a feedback report says."""

    #: such as `abuse`, in lower case
    feedback_type: str
    recipients: tuple[str, ...]
    fields: Fields

    @property
    def is_complaint(self) -> bool:
        """Whether somebody complains; an unknown type counts as one (RFC 5965 §3.5: as `other`)."""
        return self.feedback_type not in _NO_COMPLAINTS


def read(report: Part) -> Complaint:
    """Return what a part `message/feedback-report` says."""
    fields = read_fields(report.text.encode())
    found = [addresses.from_report(value) for name in _RECIPIENTS for value in fields.all(name)]
    return Complaint(
        feedback_type=fields.get("feedback-type").lower() or "abuse",
        recipients=tuple(dict.fromkeys(filter(None, found))),
        fields=fields,
    )


def read_outlook(message: IncomingMessage, returned: Fields) -> Complaint | None:
    """Return the complaint of Outlook.com's users (JMRP); None if the message is none."""
    recipient = addresses.plain(returned.get(_OUTLOOK_RECIPIENT))
    if not recipient or "staff@hotmail.com" not in message.fields.get("from").lower():
        return None
    return Complaint(feedback_type="abuse", recipients=(recipient,), fields=Fields())
