"""Which steps a delivery can take; the ledger makes no other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from digest.models import State

if TYPE_CHECKING:
    from datetime import date, datetime

#: From each state, where it can go. `sent` is the end: nothing repeats a mail that was taken.
MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset(
        {State.CLAIMED, State.SKIPPED, State.FAILED, State.DEFERRED, State.EXPIRED}
    ),
    State.CLAIMED: frozenset(
        {
            State.INFLIGHT,
            State.PLANNED,
            State.SKIPPED,
            State.FAILED,
            State.DEFERRED,
            State.UNKNOWN,
        }
    ),
    State.INFLIGHT: frozenset(
        {State.SENT, State.PLANNED, State.FAILED, State.DEFERRED, State.UNKNOWN}
    ),
    State.SENT: frozenset(),
    State.DEFERRED: frozenset(
        {State.CLAIMED, State.PLANNED, State.SKIPPED, State.FAILED, State.EXPIRED, State.DEFERRED}
    ),
    State.FAILED: frozenset({State.PLANNED}),
    State.SKIPPED: frozenset({State.PLANNED}),
    State.UNKNOWN: frozenset({State.PLANNED}),
    State.EXPIRED: frozenset({State.PLANNED}),
}

#: A sender may take these up.
WAITING = (State.PLANNED, State.DEFERRED)
#: A sender has these in hand.
IN_HAND = (State.CLAIMED, State.INFLIGHT)
#: While there is one of these, the day is not closed.
OPEN = WAITING + IN_HAND
#: What counts as shown to a reader. Unknown does: a paper that may have come is not sent again.
SHOWN = (State.SENT, State.UNKNOWN)
#: of mails that have not left, and will not by themselves
NEVER_LEFT = (State.FAILED, State.SKIPPED, State.EXPIRED)

#: Seconds before a deferred mail is tried again, at first and at most (as Postfix does).
FIRST_WAIT, LONGEST_WAIT = 300.0, 4000.0


def into(state: State) -> list[State]:
    """Return the states from which one can come into this one."""
    return [before for before, after in MOVES.items() if state in after]


def wait(delivery_id: int, attempts: int) -> timedelta:
    """Return how long a mail is left alone after its nth attempt was deferred.

    Doubles each time; up to a quarter more or less, by the delivery's own number, so that those
    deferred together do not come back together.
    """
    doubled = min(FIRST_WAIT * 2.0 ** min(attempts - 1, 20), LONGEST_WAIT)
    jitter = crc32(f"{delivery_id} {attempts}".encode()) / 2**32
    return timedelta(seconds=doubled * (0.75 + jitter / 2))


def oldest_day(*, now: datetime, max_lateness: timedelta) -> date:
    """Return the oldest day whose mails may still leave: it ended, in UTC, not longer ago."""
    return (now - max_lateness).date()
