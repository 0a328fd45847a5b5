"""Old deliveries shrink to what keeps a paper from being sent twice.

Of a mail that arrived, or may have, the papers that it showed are kept (`storage.shown_papers`); of
a day, how many deliveries ended in each state. Subjects, message ids, times, reasons and the rows
of mails that did not leave are removed, and what explains the picks of the day's editions.

Deliveries are pruned by the hundreds, each time in one transaction that removes the rows, keeps
what is kept of them, and counts them. So it can end or be killed at any point, and goes on from
there; a day adds up all the while, and nobody waits long for the write lock. From the first of
these transactions on, the day cannot be sent any more: nobody would know who had it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import PrunedError
from digest.models.delivery import SHOWN, DeliveryState
from digest.storage import shown_papers
from digest.storage.schema import (
    days,
    deliveries,
    edition_topics,
    editions,
    pruned_states,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

#: Rows that are measured to estimate the size of the others of a day.
_SAMPLE = 1000
#: Bytes of a row beside its texts: numbers, headers, and its entries in two indexes.
_ROW = 100
#: The same of a row of `shown`.
_SHOWN_ROW = 16


@dataclass(frozen=True, kw_only=True)
class PrunableDay:
    """A day whose deliveries are old enough to be pruned."""

    day: date
    rows: int


class Pruning:
    """Prunes the deliveries of an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def days(self, *, before: date, closed_before: datetime) -> list[PrunableDay]:
        """Return the days that can be pruned, oldest first, and how many rows each has.

        A day that was mailed late is as old as its last mail, not as its papers.
        """
        query = (
            sa.select(days.c.day, sa.func.count().label("rows"))
            .join_from(days, deliveries, deliveries.c.day == days.c.day)
            .where(_is_prunable(before, closed_before))
            .group_by(days.c.day)
            .order_by(days.c.day)
        )
        with self._engine.connect() as db:
            return [PrunableDay(day=row.day, rows=row.rows) for row in db.execute(query)]

    def size(self, day: PrunableDay) -> int:
        """Estimate how many bytes of the database are free once a day is pruned."""
        texts = [column for column in deliveries.c if isinstance(column.type, sa.String)]
        query = sa.select(*texts).where(deliveries.c.day == day.day).limit(_SAMPLE)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        gained = sum(
            _ROW + sum(len(text.encode()) for text in row if text is not None) - _kept_bytes(row)
            for row in rows
        )
        return day.rows * gained // max(len(rows), 1)

    def prune(
        self, day: date, *, before: date, closed_before: datetime, limit: int, now: datetime
    ) -> int:
        """Prune some deliveries of a day in one transaction; return how many, 0 when none is left.

        A day that was begun again in the meantime is left as it is.
        """
        with self._writer.begin() as db:
            is_prunable = (days.c.day == day) & _is_prunable(before, closed_before)
            if not db.execute(sa.select(days.c.day).where(is_prunable)).first():
                return 0
            rows = db.execute(
                sa.select(
                    deliveries.c.subscriber_id,
                    deliveries.c.state,
                    deliveries.c.edition_id,
                    deliveries.c.contents,
                )
                .where(deliveries.c.day == day)
                .order_by(deliveries.c.subscriber_id)
                .limit(limit + 1)
            ).all()
            is_last = len(rows) <= limit
            rows = rows[:limit]
            if rows:
                _keep_papers(db, rows)
                _count(db, day, Counter(row.state for row in rows))
                db.execute(
                    deliveries.delete().where(
                        deliveries.c.day == day,
                        deliveries.c.subscriber_id <= rows[-1].subscriber_id,
                    )
                )
            pruned_at = sa.func.coalesce(days.c.pruned_at, sa.literal(now, days.c.pruned_at.type))
            db.execute(days.update().where(days.c.day == day).values(pruned_at=pruned_at))
            if is_last:
                of_day = sa.select(editions.c.id).where(editions.c.day == day)
                db.execute(edition_topics.delete().where(edition_topics.c.edition_id.in_(of_day)))
        return len(rows)


def refuse_pruned(db: sa.Connection, day: date) -> None:
    """Refuse to plan, begin or repeat a day whose deliveries are pruned.

    Raises:
        PrunedError: they are, so nobody knows any more who had a mail of the day.

    """
    pruned = sa.select(days.c.pruned_at).where(days.c.day == day, days.c.pruned_at.is_not(None))
    if db.execute(pruned).first():
        raise PrunedError(
            f"the deliveries of {day} are pruned ([retention] deliveries), so the day cannot be"
            " sent again; name a later day"
        )


#: The day of a row of `shown`.
day_of_shown = (
    sa.select(editions.c.day).where(editions.c.id == shown.c.edition_id).scalar_subquery()
).label("day")


def shown_to(
    subscriber_id: int, which: sa.ColumnElement[bool] | None = None
) -> sa.ColumnElement[bool]:
    """Whether a row of `shown` is of a subscriber, and of `which` editions.

    The editions are looked up one by one, since the table has no index of subscribers. With a join
    SQLite reads the whole table.
    """
    chosen = sa.select(editions.c.id) if which is None else sa.select(editions.c.id).where(which)
    return shown.c.edition_id.in_(chosen) & (shown.c.subscriber_id == subscriber_id)


def forget_shown(db: sa.Connection, subscriber_id: int) -> None:
    """Remove what is left of a subscriber's pruned deliveries; their days add up afterwards."""
    theirs = shown_to(subscriber_id)
    rows = db.execute(sa.select(day_of_shown, shown.c.is_unknown).where(theirs)).all()
    if not rows:
        return
    db.execute(shown.delete().where(theirs))
    for row in rows:
        _count(db, row.day, Counter({_state(is_unknown=row.is_unknown): -1}))
        fewer = days.update().where(days.c.day == row.day).values(planned=days.c.planned - 1)
        db.execute(fewer)


def _is_prunable(before: date, closed_before: datetime) -> sa.ColumnElement[bool]:
    return (days.c.day < before) & (days.c.closed_at < closed_before) & days.c.begun_at.is_(None)


def _keep_papers(db: sa.Connection, rows: Sequence[Any]) -> None:
    kept = [
        {
            "edition_id": row.edition_id,
            "subscriber_id": row.subscriber_id,
            "is_unknown": row.state == DeliveryState.UNKNOWN,
            "papers": shown_papers.dump(shown_papers.of_contents(row.contents)),
        }
        for row in rows
        if row.state in SHOWN and row.contents is not None
    ]
    if kept:
        db.execute(
            shown.insert(), sorted(kept, key=lambda row: (row["edition_id"], row["subscriber_id"]))
        )


def _count(db: sa.Connection, day: date, states: Counter[DeliveryState]) -> None:
    """Add to the number of a day's pruned deliveries in each state."""
    for state, number in states.items():
        this = (pruned_states.c.day == day) & (pruned_states.c.state == state)
        more = pruned_states.update().where(this).values(number=pruned_states.c.number + number)
        if not db.execute(more).rowcount:
            db.execute(pruned_states.insert().values(day=day, state=state, number=number))


def _state(*, is_unknown: bool) -> DeliveryState:
    return DeliveryState.UNKNOWN if is_unknown else DeliveryState.SENT


def _kept_bytes(row: Any) -> int:
    if row.state not in SHOWN or row.contents is None:
        return 0
    return _SHOWN_ROW + len(shown_papers.dump(shown_papers.of_contents(row.contents)))
