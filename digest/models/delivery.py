"""To be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class WorkerHost:
    """Where a sender runs."""

    host: str
    #: differs after each start of the machine; empty where the system does not tell
    boot: str
    pid: int


class DeliveryState(StrEnum):
    """Where a delivery stands; `delivery.states` says which steps there are between them."""

    #: the reader is to get a mail today; nothing has left
    PLANNED = "planned"
    #: a sender has taken it up; nothing has left
    CLAIMED = "claimed"
    #: the mail is being handed over; if the process dies now, nobody knows
    INFLIGHT = "inflight"
    #: the mail server (or the directory) has taken the mail
    SENT = "sent"
    #: not now; tried again later, until the day is stale
    DEFERRED = "deferred"
    #: refused for good
    FAILED = "failed"
    #: nothing to send, with the reason
    SKIPPED = "skipped"
    #: handed over, but the answer was lost; `on_unknown` says what becomes of it
    UNKNOWN = "unknown"
    #: the day was too old before the mail could leave
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """What one run did, counted by state."""

    day: date
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    #: subscribers whose delivery had been settled by an earlier run of the day
    already: int = 0
    #: why the run stopped before everybody was served
    stopped: str | None = None
    #: mails in doubt that the operator wants to be asked about
    doubtful: int = 0
    #: seconds of CPU by stage: select, render, ledger, wire
    cpu: Mapping[str, float] = field(default_factory=dict)
    #: the most bytes of memory that each process took
    memory: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nobody is left waiting, refused, or in doubt who is to be asked about."""
        open_states = (
            DeliveryState.PLANNED,
            DeliveryState.DEFERRED,
            DeliveryState.FAILED,
            DeliveryState.EXPIRED,
        )
        left = any(self.counts.get(state) for state in open_states)
        return self.stopped is None and not left and not self.doubtful


class MailKind(StrEnum):
    """What a letter is about; each has templates of its name."""

    #: please confirm
    CONFIRM = "confirm"
    #: somebody, perhaps you, signed up an address that is subscribed already
    KNOWN = "known"
    #: the link to export or erase everything
    PRIVACY = "privacy"


class TransactionalState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class TransactionalMail:
    """A letter that somebody has taken up to send."""

    id: int
    subscriber_id: int
    kind: MailKind
    made_at: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMessage:
    """One mail on its way."""

    day: date
    #: the envelope's sender, where bounces go
    sender: str
    #: the envelope's recipient
    recipient: str
    content: bytes
    #: tells letters apart from the day's issue
    kind: str = ""
    #: what a bounce calls the mail by (RFC 3461 §4.4), in ASCII; empty for nothing
    envid: str = ""
    #: whoever made it knows that no line begins with a dot, so that none is looked for
    is_dot_free: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a parcel: sent, deferred, failed, unknown, or planned.

    Planned means that nothing was handed over and nobody was asked about this recipient: the
    parcel is given back.
    """

    state: DeliveryState
    reason: str | None = None
    #: the server's reply code (RFC 5321 §4.2), 0 where no server answered
    code: int = 0
    #: its enhanced status code such as "5.1.1" (RFC 3463), empty where it gave none
    status: str = ""


#: Told of the answers that have come since the last call, and of the parcels that leave next.
ReportOutcomes = Callable[
    [Sequence[tuple[OutgoingMessage, Outcome]], Sequence[OutgoingMessage]], None
]


#: From each state, where it can go. `sent` is the end: nothing repeats a mail that was taken.
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

#: A sender may take these up.
WAITING = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
#: A sender has these in hand.
IN_PROGRESS = (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)
#: While there is one of these, the day is not closed.
UNSETTLED = WAITING + IN_PROGRESS
#: What counts as shown to a reader. Unknown does: a paper that may have come is not sent again.
SHOWN = (DeliveryState.SENT, DeliveryState.UNKNOWN)
#: of mails that have not left, and will not by themselves
NOT_SENT = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.EXPIRED)

#: Seconds before a deferred mail is tried again, at first and at most (as Postfix does).
FIRST_RETRY, LONGEST_RETRY = 300.0, 4000.0


def states_before(state: DeliveryState) -> list[DeliveryState]:
    """Return the states from which one can come into this one."""
    return [before for before, after in TRANSITIONS.items() if state in after]


def retry_delay(delivery_id: int, attempts: int) -> timedelta:
    """Return how long a mail is left alone after its nth attempt was deferred.

    Doubles each time; up to a quarter more or less, by the delivery's own number, so that those
    deferred together do not come back together.
    """
    doubled = min(FIRST_RETRY * 2.0 ** min(attempts - 1, 20), LONGEST_RETRY)
    jitter = crc32(f"{delivery_id} {attempts}".encode()) / 2**32
    return timedelta(seconds=doubled * (0.75 + jitter / 2))


def oldest_deliverable_day(*, now: datetime, max_lateness: timedelta) -> date:
    """Return the oldest day whose mails may still leave: it ended, in UTC, not longer ago."""
    return (now - max_lateness).date()
