"""Who is due: the readers whose local day has come to their hour, and who have had no issue on it.

`subscribers.schedules` says what readers wish. The readers of one wish are due together, so the
clock is compared with each wish (`digest.models.due`) and the database is asked for all of them at
once, by an index: hours at which nobody is due cost a search for each wish, and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.days import days_before
from digest.models.delivery import SHOWN, DeliveryState
from digest.storage.schema import deliveries
from subscribers.schedules import Wish
from subscribers.tables import UTCDateTime, reader_schedules, schedules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from digest.models.due import Turn

#: The most wishes in one statement; databases limit the number of parameters.
_BATCH = 2000


#: An issue gathers the papers of so many days at most.
LONGEST_WINDOW = 7


def window_of(covered: date, day: date) -> date:
    """Return the day after which an issue of `day` begins, by the day of the reader's last one."""
    return max(covered, days_before(day, LONGEST_WINDOW))


class ReaderSchedules:
    """When the readers of an open database want mail."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def wishes(self, *, wanted: bool = False) -> dict[int, Wish]:
        """Return the different wishes by id, or only those that a confirmed reader has."""
        query = sa.select(schedules.c.id, schedules.c.days, schedules.c.hour, schedules.c.timezone)
        if wanted:
            has_reader = sa.exists().where(
                reader_schedules.c.schedule_id == schedules.c.id,
                reader_schedules.c.since.is_not(None),
            )
            query = query.where(has_reader)
        with self._engine.connect() as db:
            return {number: Wish(*wish) for number, *wish in db.execute(query)}

    def due(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return those turns for which at least one reader is due."""
        found: set[int] = set()
        with self._engine.connect() as db:
            for some in _batches(turns):
                query = due_readers(some).with_only_columns(reader_schedules.c.schedule_id)
                found.update(db.execute(query.distinct()).scalars())
        return [turn for turn in turns if turn.schedule_id in found]

    def count_due(self, turns: Sequence[Turn]) -> int:
        """Count the readers who are due in these turns."""
        with self._engine.connect() as db:
            return sum(
                db.execute(due_readers(some).with_only_columns(sa.func.count())).scalar_one()
                for some in _batches(turns)
            )

    def windows(self, day: date, *, last_mailed: date | None) -> set[date]:
        """Return the days of the last issues of those who wait for one and have missed an edition.

        `last_mailed` is the last day before this one of which an edition was mailed: to whoever had
        that one, the edition for everybody shows all that is new. Older days than a week before
        count as that.
        """
        if last_mailed is None:
            return set()
        query = (
            sa.select(reader_schedules.c.covered)
            .join_from(
                deliveries,
                reader_schedules,
                reader_schedules.c.subscriber_id == deliveries.c.subscriber_id,
            )
            .where(
                deliveries.c.day == day,
                deliveries.c.state == DeliveryState.PLANNED,
                reader_schedules.c.covered < last_mailed,
            )
            .distinct()
        )
        with self._engine.connect() as db:
            return {window_of(covered, day) for covered in db.execute(query).scalars()}

    def covered(self, subscriber_ids: Sequence[int]) -> dict[int, date]:
        """Return the day of the last issue of some readers; those without one are left out."""
        query = sa.select(reader_schedules.c.subscriber_id, reader_schedules.c.covered).where(
            reader_schedules.c.subscriber_id.in_(subscriber_ids),
            reader_schedules.c.covered.is_not(None),
        )
        with self._engine.connect() as db:
            return {row.subscriber_id: row.covered for row in db.execute(query)}


def due_readers(turns: Sequence[Turn]) -> sa.Select[Any]:
    """Select the ids of the readers who are due in some turns."""
    now_due = (
        sa.values(
            sa.column("schedule_id", sa.Integer),
            sa.column("local_day", sa.Date),
            sa.column("ends_at", UTCDateTime),
            name="turns",
        )
        .data([(turn.schedule_id, turn.local_day, turn.ends_at) for turn in turns])
        # Within its SELECT: Python's sqlite3 counts no rows of a statement that begins with WITH.
        .cte("turns", nesting=True)
    )
    return sa.select(reader_schedules.c.subscriber_id).join_from(
        now_due,
        reader_schedules,
        (reader_schedules.c.schedule_id == now_due.c.schedule_id)
        & (reader_schedules.c.served_on < now_due.c.local_day)
        & (reader_schedules.c.since < now_due.c.ends_at),
    )


def site_readers() -> sa.Select[Any]:
    """Select the ids of the readers who go by the site's hours."""
    return (
        sa.select(reader_schedules.c.subscriber_id)
        .join_from(reader_schedules, schedules)
        .where(schedules.c.hour.is_(None))
    )


def serve(db: sa.Connection, turns: Sequence[Turn], *, day: date) -> None:
    """Write that these turns are over for all who were due; their issues have rows of `day`.

    Whoever is served by several runs of a day keeps what the first of them wrote.
    """
    for turn in turns:
        where = (
            (reader_schedules.c.schedule_id == turn.schedule_id)
            & (reader_schedules.c.served_on < turn.local_day)
            & (reader_schedules.c.since < turn.ends_at)
        )
        db.execute(
            reader_schedules.update()
            .where(where)
            .values(served_on=turn.local_day, covered=_covered(), issue_day=day)
        )


def serve_planned(db: sa.Connection, *, day: date, planned_at: datetime) -> None:
    """Write that those have had their turn whom a run for everybody has planned."""
    planned = sa.select(deliveries.c.subscriber_id).where(
        deliveries.c.day == day, deliveries.c.planned_at == planned_at
    )
    is_newer = reader_schedules.c.issue_day.is_(None) | (reader_schedules.c.issue_day < day)
    db.execute(
        reader_schedules.update()
        .where(reader_schedules.c.subscriber_id.in_(planned), is_newer)
        .values(
            served_on=sa.case(
                (reader_schedules.c.served_on < day, day), else_=reader_schedules.c.served_on
            ),
            covered=_covered(),
            issue_day=day,
        )
    )


def _covered() -> sa.ColumnElement[date | None]:
    """The day of the last issue if its mail left, or may have; else of the one before."""
    has_left = sa.exists().where(
        deliveries.c.day == reader_schedules.c.issue_day,
        deliveries.c.subscriber_id == reader_schedules.c.subscriber_id,
        deliveries.c.state.in_(SHOWN),
    )
    return sa.case((has_left, reader_schedules.c.issue_day), else_=reader_schedules.c.covered)


def _batches(turns: Sequence[Turn]) -> list[Sequence[Turn]]:
    return [turns[start : start + _BATCH] for start in range(0, len(turns), _BATCH)]
