"""Deliveries and mails: their states, the steps between them, and when they are tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class WorkerHost:
    """The process that a delivery worker runs in."""

    host: str
    #: an id that changes with each start of the machine; empty where the system has none
    boot: str
    pid: int


class DeliveryState(StrEnum):
    """The state of a delivery; `TRANSITIONS` has the steps between states."""

    #: the subscriber will get a mail of the day; nothing has left
    PLANNED = "planned"
    #: a worker has claimed it; nothing has left
    CLAIMED = "claimed"
    #: the mail is being sent; if the process dies now, the outcome is unknown
    INFLIGHT = "inflight"
    #: the mail server (or the directory) has accepted the mail
    SENT = "sent"
    #: refused for now; tried again later, until the day is too old
    DEFERRED = "deferred"
    #: refused for good
    FAILED = "failed"
    #: there was nothing to send; the reason says why
    SKIPPED = "skipped"
    #: sent, but the answer was lost; the setting `on_unknown` says what happens next
    UNKNOWN = "unknown"
    #: the day was too old before the mail could leave
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """What one run did, with its deliveries counted by state."""

    day: date
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    #: subscribers whose delivery had been settled by an earlier run of the day
    already: int = 0
    #: why the run stopped before every mail was sent
    stopped: str | None = None
    #: mails of unknown outcome that the operator wants to decide about
    doubtful: int = 0
    #: seconds of CPU by stage: select, render, ledger, wire
    cpu: Mapping[str, float] = field(default_factory=dict)
    #: the peak memory of each process, in bytes
    memory: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no mail is left that waits, failed, or needs a decision."""
        open_states = (
            DeliveryState.PLANNED,
            DeliveryState.DEFERRED,
            DeliveryState.FAILED,
            DeliveryState.EXPIRED,
        )
        left = any(self.counts.get(state) for state in open_states)
        return self.stopped is None and not left and not self.doubtful


class MailKind(StrEnum):
    """The kinds of transactional mail; each has templates of its name."""

    #: asks to confirm a subscription
    CONFIRM = "confirm"
    #: says that somebody signed up an address that is subscribed already
    KNOWN = "known"
    #: has the link to export or erase all data
    PRIVACY = "privacy"
    #: answers a mail: what can be done by mail
    HELP = "help"
    #: answers a mail that names topics which are not known: the topics that are
    TOPICS = "topics"
    #: answers a command without proof of who wrote it: a reply to this mail carries it out
    ASK = "ask"
    #: answers a command: what was done
    DONE = "done"


#: The kinds that answer a mail, which may be to somebody who is no subscriber.
ANSWERS = (MailKind.HELP, MailKind.TOPICS, MailKind.ASK, MailKind.DONE)


class AlertKind(StrEnum):
    """The kinds of mail to the operator."""

    #: something is wrong
    TROUBLE = "trouble"
    #: nothing is wrong any more
    WELL = "well"


#: What an answer says, by the names of its template's variables: text or a list of texts.
Details = Mapping[str, str | list[str]]


class TransactionalState(StrEnum):
    """The state of a transactional mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class TransactionalMail:
    """A transactional mail that was claimed to be sent."""

    id: int
    #: None in an answer to somebody who is no subscriber
    subscriber_id: int | None
    kind: MailKind
    made_at: datetime
    attempts: int
    #: where an answer goes that is to no subscriber
    address: str = ""
    #: what an answer says; see `digest.mail.answers`
    details: Details = field(default_factory=dict)
    #: the Message-ID of the mail that is answered, with its angle brackets
    in_reply_to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMessage:
    """One mail, ready to be sent."""

    day: date
    #: the envelope's sender, where bounces go
    sender: str
    #: the envelope's recipient
    recipient: str
    content: bytes
    #: the kind of a transactional mail; empty for an issue
    kind: str = ""
    #: the envelope id that a bounce repeats (RFC 3461 §4.4), in ASCII; empty for none
    envid: str = ""
    #: True where no line is known to begin with a dot, so that none need be escaped
    is_dot_free: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How sending a message ended: sent, deferred, failed, unknown, or planned.

    Planned means that nothing was sent and the server was not asked about this recipient. The
    delivery can be claimed again.
    """

    state: DeliveryState
    reason: str | None = None
    #: the server's reply code (RFC 5321 §4.2), 0 where no server answered
    code: int = 0
    #: its enhanced status code such as "5.1.1" (RFC 3463), empty where it gave none
    status: str = ""
    #: what the server refused: MAIL, RCPT, DATA or the end of DATA; empty where it refused nothing
    stage: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtfulMessage:
    """A mail that a worker had in hand when it died."""

    day: date
    #: the envelope's recipient
    recipient: str
    message_id: str
    #: whether it was recorded as leaving; a power cut may have lost that record
    was_leaving: bool


#: Returns whether a doubtful message has left, or None where nobody can know.
WasSent = Callable[[DoubtfulMessage], bool | None]

#: Called with the outcomes since the last call, and with the messages that leave next.
ReportOutcomes = Callable[
    [Sequence[tuple[OutgoingMessage, Outcome]], Sequence[OutgoingMessage]], None
]


#: The states that can follow each state. Nothing follows `sent`: such a mail is never repeated.
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PLANNED: frozenset(
        {
            DeliveryState.CLAIMED,
            DeliveryState.SKIPPED,
            DeliveryState.FAILED,
            DeliveryState.DEFERRED,
            DeliveryState.EXPIRED,
        }
    ),
    DeliveryState.CLAIMED: frozenset(
        {
            DeliveryState.INFLIGHT,
            DeliveryState.PLANNED,
            DeliveryState.SKIPPED,
            DeliveryState.FAILED,
            DeliveryState.DEFERRED,
            DeliveryState.UNKNOWN,
        }
    ),
    DeliveryState.INFLIGHT: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.PLANNED,
            DeliveryState.FAILED,
            DeliveryState.DEFERRED,
            DeliveryState.UNKNOWN,
        }
    ),
    DeliveryState.SENT: frozenset(),
    DeliveryState.DEFERRED: frozenset(
        {
            DeliveryState.CLAIMED,
            DeliveryState.PLANNED,
            DeliveryState.SKIPPED,
            DeliveryState.FAILED,
            DeliveryState.EXPIRED,
            DeliveryState.DEFERRED,
        }
    ),
    DeliveryState.FAILED: frozenset({DeliveryState.PLANNED}),
    DeliveryState.SKIPPED: frozenset({DeliveryState.PLANNED}),
    DeliveryState.UNKNOWN: frozenset({DeliveryState.PLANNED}),
    DeliveryState.EXPIRED: frozenset({DeliveryState.PLANNED}),
}

#: A worker may claim these.
WAITING = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
#: A worker is responsible for these.
IN_PROGRESS = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
#: A day with one of these is not closed.
UNSETTLED = WAITING + IN_PROGRESS
#: The papers of these count as shown. Unknown does: a paper that may have arrived is not repeated.
SHOWN = (DeliveryState.SENT, DeliveryState.UNKNOWN)
#: These mails have not left, and will not leave unless they are planned again.
NOT_SENT = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.EXPIRED)

#: How long a deferred mail waits, at first and at most (as Postfix does).
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=300), timedelta(seconds=4000)


def states_before(state: DeliveryState) -> list[DeliveryState]:
    """Return the states that can come before this one."""
    return [before for before, after in TRANSITIONS.items() if state in after]


def retry_delay(delivery_id: int, attempts: int) -> timedelta:
    """Return how long to wait after a delivery's nth attempt was deferred.

    The wait doubles each time. It is up to a quarter shorter or longer, by a hash of the delivery's
    id, so that mails that were deferred together do not all come back together.
    """
    jitter = crc32(f"{delivery_id} {attempts}".encode()) / 2**32
    return doubled(FIRST_RETRY, LONGEST_RETRY, attempts) * (0.75 + jitter / 2)


def doubled(first: timedelta, longest: timedelta, attempts: int) -> timedelta:
    """Return the wait after the nth attempt: `first`, twice that, and so on up to `longest`."""
    return min(first * 2.0 ** min(attempts - 1, 20), longest)


def oldest_deliverable_day(*, now: datetime, max_lateness: timedelta) -> date:
    """Return the oldest day whose mails may leave: it ended, in UTC, at most `max_lateness` ago."""
    return (now - max_lateness).date()
