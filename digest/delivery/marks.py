"""What a sender writes down while mails leave: quickly, in the order of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.delivery.states import IN_HAND, wait
from digest.delivery.tables import deliveries
from digest.errors import LedgerError
from digest.models import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.delivery.transports import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A row that a sender may take up."""

    delivery_id: int
    subscriber_id: int
    #: what its mail was made from at an earlier attempt, if there was one
    desk_id: int | None
    attempts: int


class Marks:
    """The quick commits of one sender.

    They survive the death of the process, though not of the machine (SQLite's synchronous=NORMAL).
    The claim of the batch is durable, so a power cut costs certainty and nothing else.
    """

    def __init__(self, db: sa.Connection, fence: int) -> None:
        """Write on a connection, for one sender."""
        self._db = db
        self._fence = fence

    def note(
        self,
        answers: Sequence[tuple[Waiting, Answer]],
        leaving: Sequence[Waiting],
        *,
        now: datetime,
    ) -> None:
        """Write down how mails ended and which leave next, all or nothing.

        Raises:
            LedgerError: a row is not ours any more; nothing more must leave.

        """
        settled = [_outcome(row, answer, self._fence, now) for row, answer in answers]
        with self._db.begin():
            done = 0
            if settled:
                done += self._db.execute(_SETTLE, settled).rowcount
            if leaving:
                rows = [{"this": row.delivery_id, "mine": self._fence} for row in leaving]
                done += self._db.execute(_LEAVE, rows).rowcount
            if done != len(answers) + len(leaving):
                raise LedgerError("a mail in hand was taken by another sender; this one stops")


_SETTLE = (
    deliveries.update()
    .where(
        deliveries.c.id == sa.bindparam("this"),
        deliveries.c.fence == sa.bindparam("mine"),
        deliveries.c.state.in_(IN_HAND),
    )
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in ("state", "reason", "settled_at", "next_at", "code", "status")
        }
    )
)
_LEAVE = (
    deliveries.update()
    .where(
        deliveries.c.id == sa.bindparam("this"),
        deliveries.c.fence == sa.bindparam("mine"),
        deliveries.c.state == State.CLAIMED,
    )
    .values(state=State.INFLIGHT)
)


def _outcome(row: Waiting, answer: Answer, fence: int, now: datetime) -> dict[str, Any]:
    deferred = answer.state is State.DEFERRED
    return {
        "this": row.delivery_id,
        "mine": fence,
        "new_state": answer.state,
        "new_reason": answer.reason,
        "new_settled_at": None if answer.state is State.PLANNED else now,
        "new_next_at": now + wait(row.delivery_id, row.attempts + 1) if deferred else None,
        "new_code": answer.code or None,
        "new_status": answer.status or None,
    }
