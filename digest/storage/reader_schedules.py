"""Who is due: the readers whose local day has come to their hour, and who have had no issue on it.

`subscribers.schedules` says what readers wish. The readers of one wish are due together, so the
clock is compared with each wish (`digest.models.due`) and the database is asked for all of them at
once, by an index: hours at which nobody is due cost a search for each wish, and no more.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from digest.models.days import days_before
from digest.models.delivery import SHOWN, DeliveryState
from digest.storage.in_lists import rows_where_in
from digest.storage.indexes import without_index
from digest.storage.schema import deliveries, editions, is_not_sent
from subscribers.schedules import Wish
from subscribers.tables import UTCDateTime, reader_schedules, schedules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.models.due import Turn

#: The turns that a statement compares readers with, of one connection.
_turns = sa.Table(
    "open_turns",
    sa.MetaData(),
    sa.Column("schedule_id", sa.Integer, primary_key=True),
    sa.Column("local_day", sa.Date, nullable=False),
    sa.Column("ends_at", UTCDateTime, nullable=False),
    prefixes=["TEMPORARY"],
)


#: An issue gathers the papers of so many days at most.
LONGEST_WINDOW = 7


def window_of(covered: date, day: date) -> date:
    """Return the day after which an issue of `day` begins, by the day of the reader's last one."""
    return max(covered, days_before(day, LONGEST_WINDOW))


class Standing(NamedTuple):
    """Where a confirmed reader stands."""

    #: when they confirmed, came back or chose when they want mail, the last of it
    since: datetime
    #: the local day that was served last
    served_on: date


class ReaderSchedules:
    """When the readers of an open database want mail."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._wishes: dict[int, Wish] = {}

    def wishes(self) -> dict[int, Wish]:
        """Return the different wishes of confirmed readers, by id."""
        return self._wishes_of(self._served_first())

    def waiting(self) -> list[tuple[Wish, date]]:
        """Return the different wishes of confirmed readers.

        Each is with the day that was served last of the reader who has waited longest.
        """
        served = self._served_first()
        return [(wish, served[one]) for one, wish in self._wishes_of(served).items()]

    def due(self, turns: Callable[[Mapping[int, Wish]], Sequence[Turn]]) -> list[Turn]:
        """Return those turns in which at least one reader is due.

        `turns` returns the open turns of some wishes.
        """
        served = self._served_first()
        open_turns = [
            it for it in turns(self._wishes_of(served)) if served[it.schedule_id] < it.local_day
        ]
        if not open_turns:
            return []
        with self._engine.begin() as db:
            write_turns(db, open_turns)
            query = due_readers().with_only_columns(reader_schedules.c.schedule_id)
            found = set(db.execute(query.distinct()).scalars())
        return [turn for turn in open_turns if turn.schedule_id in found]

    def _served_first(self) -> dict[int, date]:
        """Return, by wish, the day that was served last of the reader who has waited longest.

        Wishes that no confirmed reader has are left out.
        """
        first = (
            sa.select(reader_schedules.c.served_on)
            .where(
                reader_schedules.c.schedule_id == schedules.c.id,
                reader_schedules.c.since.is_not(None),
            )
            .order_by(reader_schedules.c.served_on)
            .limit(1)
            .scalar_subquery()
        )
        with self._engine.connect() as db:
            rows = db.execute(sa.select(schedules.c.id, first)).all()
            return {number: served for number, served in rows if served is not None}

    def _wishes_of(self, schedule_ids: Collection[int]) -> dict[int, Wish]:
        """Return wishes by their ids; they never change, so each is read once."""
        if not self._wishes.keys() >= set(schedule_ids):
            columns = (schedules.c.id, schedules.c.days, schedules.c.hour, schedules.c.timezone)
            with self._engine.connect() as db:
                for number, *wish in db.execute(sa.select(*columns)):
                    self._wishes[number] = Wish(*wish)
        return {one: self._wishes[one] for one in schedule_ids}

    def standing(self, subscriber_id: int) -> Standing | None:
        """Return where a reader stands; None if they are not confirmed."""
        columns = (reader_schedules.c.since, reader_schedules.c.served_on)
        this = reader_schedules.c.subscriber_id == subscriber_id
        with self._engine.connect() as db:
            row = db.execute(sa.select(*columns).where(this)).first()
        return Standing(*row) if row and row.since else None

    def due_ids(self, turns: Sequence[Turn]) -> list[int]:
        """Return the ids of the readers who are due in these turns, in their order."""
        with self._engine.begin() as db:
            write_turns(db, turns)
            query = due_readers().order_by(reader_schedules.c.subscriber_id)
            return list(db.execute(query).scalars())

    def windows(self, day: date, *, last_mailed: date | None) -> set[date]:
        """Return up to which days those have had issues who wait for one and missed an edition.

        `last_mailed` is the last day before this one of which an edition was mailed: to whoever had
        that one, the edition for everybody shows all that is new. Older days than a week before
        count as that.
        """
        query = (
            sa.select(_covered(day))
            .join_from(
                deliveries,
                reader_schedules,
                reader_schedules.c.subscriber_id == deliveries.c.subscriber_id,
            )
            .where(
                deliveries.c.day == day, deliveries.c.state == DeliveryState.PLANNED, is_not_sent
            )
            .distinct()
        )
        with self._engine.connect() as db:
            found = db.execute(query).scalars()
            return missed(found, day, last_mailed=last_mailed)

    def covered(self, subscriber_ids: Sequence[int], *, day: date) -> dict[int, date]:
        """Return up to which day some readers have had issues, before another day.

        That is the day of the last one; of who had none, the day before they were confirmed. Those
        who never were confirmed are left out.
        """
        query = sa.select(reader_schedules.c.subscriber_id, _covered(day).label("covered"))
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, reader_schedules.c.subscriber_id, subscriber_ids)
            return {row.subscriber_id: row.covered for row in rows if row.covered is not None}

    def last_editions(
        self, subscriber_ids: Sequence[int], *, day: date, last_mailed: date | None
    ) -> dict[int, int]:
        """Return, by subscriber, the edition of the last mail before a day that they had.

        Only where papers of that edition are in today's again: its day had an earlier edition too,
        and what that lacked is late now; or the reader has missed editions since, the last of them
        `last_mailed`.
        """
        earlier = sa.exists().where(
            editions.c.day == deliveries.c.day,
            editions.c.id < deliveries.c.edition_id,
            editions.c.mailed_at.is_not(None),
        )
        query = (
            sa.select(deliveries.c.subscriber_id, deliveries.c.edition_id)
            .join_from(
                reader_schedules,
                deliveries,
                (deliveries.c.subscriber_id == reader_schedules.c.subscriber_id)
                & (deliveries.c.day == _covered(day)),
            )
            .where(earlier if last_mailed is None else earlier | (deliveries.c.day < last_mailed))
        )
        with self._engine.connect() as db:
            rows = rows_where_in(db, query, reader_schedules.c.subscriber_id, subscriber_ids)
            return {row.subscriber_id: row.edition_id for row in rows if row.edition_id}


def missed(covered: Iterable[date | None], day: date, *, last_mailed: date | None) -> set[date]:
    """Return the days after which issues of `day` begin whose readers have missed an edition.

    Args:
        covered: the days of their last issues.
        day: the day of the issues.
        last_mailed: the last day before it of which an edition was mailed.

    """
    if last_mailed is None:
        return set()
    return {window_of(one, day) for one in covered if one is not None and one < last_mailed}


def write_turns(db: sa.Connection, turns: Sequence[Turn]) -> None:
    """Give these turns to the statements that follow on a connection; see `due_readers`.

    A table of this connection alone: as parameters of a statement, some thousands of them take
    longer to compile than to look up.
    """
    db.exec_driver_sql(_creation(db.dialect))
    db.execute(_turns.delete())
    if turns:
        db.execute(
            _turns.insert(),
            [
                {
                    "schedule_id": turn.schedule_id,
                    "local_day": turn.local_day,
                    "ends_at": turn.ends_at,
                }
                for turn in turns
            ],
        )


@cache
def _creation(dialect: sa.Dialect) -> str:
    """Return the statement that makes the table, which SQLAlchemy would compile each time."""
    return str(CreateTable(_turns, if_not_exists=True).compile(dialect=dialect))


@cache
def due_readers() -> sa.Select[Any]:
    """Select the ids of the readers who are due in the turns that were written.

    SQLite would read all readers and look up the turn of each; see `without_index`.
    """
    return sa.select(reader_schedules.c.subscriber_id).join_from(
        _turns,
        reader_schedules,
        (reader_schedules.c.schedule_id == without_index(_turns.c.schedule_id))
        & (reader_schedules.c.served_on < _turns.c.local_day)
        & (reader_schedules.c.since < _turns.c.ends_at),
    )


def site_readers() -> sa.Select[Any]:
    """Select the ids of the readers who go by the site's hours."""
    return (
        sa.select(reader_schedules.c.subscriber_id)
        .join_from(reader_schedules, schedules)
        .where(schedules.c.hour.is_(None))
    )


def serve(db: sa.Connection, *, day: date) -> None:
    """Write that the turns that were written are over for all who were due in them.

    Their issues have rows of `day`.
    """
    db.execute(_serving(), {"of_day": day})


@cache
def _serving() -> sa.Update:
    """Return the statement of `serve`."""
    local_day = sa.select(_turns.c.local_day).where(
        _turns.c.schedule_id == reader_schedules.c.schedule_id
    )
    return (
        reader_schedules.update()
        .where(reader_schedules.c.subscriber_id.in_(due_readers()))
        .values(
            served_on=local_day.scalar_subquery(),
            covered=_covered(sa.bindparam("of_day", type_=sa.Date)),
            issue_day=sa.bindparam("of_day", type_=sa.Date),
        )
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
            covered=_covered(day),
            issue_day=day,
        )
    )


def _covered(day: date | sa.BindParameter[date]) -> sa.ColumnElement[date | None]:
    """The day of the last issue before a day whose mail left, or may have."""
    last = deliveries.alias("last_issue")
    has_left = sa.exists().where(
        last.c.day == reader_schedules.c.issue_day,
        last.c.subscriber_id == reader_schedules.c.subscriber_id,
        last.c.state.in_(SHOWN),
    )
    is_before = reader_schedules.c.issue_day < day
    return sa.case(
        (is_before & has_left, reader_schedules.c.issue_day), else_=reader_schedules.c.covered
    )
