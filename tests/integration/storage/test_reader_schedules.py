"""Who is due: each reader once for each turn, found by an index; and what they have had so far."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from support.builders import PEPPER, evidence

from digest.models.delivery import DeliveryState
from digest.models.due import SiteHours, Turn, TurnClock
from digest.storage.ledger import Ledger
from digest.storage.reader_schedules import (
    LONGEST_WINDOW,
    ReaderSchedules,
    due_readers,
    window_of,
    write_turns,
)
from digest.storage.schema import deliveries
from subscribers.book import Book
from subscribers.models import Event, Preferences
from subscribers.schedules import NEVER
from subscribers.tables import reader_schedules

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A Monday, and when readers come: those who came on Sunday would have their turn of Sunday.
DAY = date(2026, 2, 2)
JOINED = datetime(2026, 2, 2, 0, 30, tzinfo=UTC)
A_WEEK_EARLIER = JOINED - timedelta(days=7)
EIGHT, NINE = datetime(2026, 2, 2, 8, tzinfo=UTC), datetime(2026, 2, 2, 9, tzinfo=UTC)
SITE = SiteHours(at=None, weekdays=range(7), zone=UTC)


class Readers:
    """Readers who choose hours, and whoever looks who is due."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.book = Book(engine, new_id=count(1).__next__, pepper=PEPPER)
        self.schedules = ReaderSchedules(engine)
        self.ledger = Ledger(engine)
        self._numbers = count(1)

    def add(self, hour: int | None = 8, *, at: datetime = JOINED, **choices: Any) -> int:
        """Let a reader confirm at a time."""
        address = f"reader{next(self._numbers)}@example.org"
        found = self.book.add(address, ["agents"], confirmed=True, evidence=evidence(at=at))
        assert found is not None
        self.book.prefer(found.id, lambda _: Preferences(hour=hour, **choices), at=at)
        return found.id

    def turns(self, now: datetime) -> list[Turn]:
        """The turns in which somebody is due at a time."""
        clock = TurnClock(site=SITE, zone=ZoneInfo)
        return self.schedules.due(partial(clock.open_turns, now=now, site_day=now.date()))

    def due(self, now: datetime) -> set[int]:
        """The readers who are due at a time."""
        turns = self.turns(now)
        assert self.schedules.due_ids(turns) == sorted(self._in(turns))
        return self._in(turns)

    def _in(self, turns: list[Turn]) -> set[int]:
        with self.engine.begin() as db:
            write_turns(db, turns)
            return set(db.execute(due_readers()).scalars())

    def serve(self, now: datetime, *, state: DeliveryState = DeliveryState.SENT) -> set[int]:
        """Plan the mails of who is due; they end in a state. Return who has one of the day."""
        for turn in self.turns(now):
            self.ledger.plan(turn.day, now=now, turns=[turn])
        with self.engine.begin() as db:
            db.execute(deliveries.update().values(state=state))
            days = sa.select(deliveries.c.subscriber_id).where(deliveries.c.day == now.date())
            return set(db.execute(days).scalars())

    def row(self, reader: int) -> Any:
        with self.engine.connect() as db:
            this = reader_schedules.c.subscriber_id == reader
            return db.execute(sa.select(reader_schedules).where(this)).one()


@pytest.fixture
def readers(engine: sa.Engine) -> Readers:
    return Readers(engine)


def test_a_reader_is_due_from_their_hour_until_they_are_served(readers: Readers) -> None:
    ada, ben = readers.add(8), readers.add(9)

    assert readers.due(EIGHT - timedelta(microseconds=1)) == set()
    assert readers.due(EIGHT) == {ada}
    assert readers.due(NINE) == {ada, ben}
    assert readers.serve(NINE) == {ada, ben}
    assert readers.due(NINE) == set()
    assert readers.due(EIGHT + timedelta(days=1)) == {ada}


def test_who_chose_no_hour_is_due_at_any_run_of_a_day(readers: Readers) -> None:
    ada = readers.add(None)

    assert readers.serve(EIGHT) == {ada}
    assert readers.due(datetime(2026, 2, 2, 23, 59, tzinfo=UTC)) == set()
    assert readers.due(datetime(2026, 2, 3, tzinfo=UTC)) == {ada}


@pytest.mark.parametrize("event", [Event.PAUSE, Event.LEAVE, Event.BOUNCE, Event.COMPLAINT])
def test_who_is_not_confirmed_is_not_due(readers: Readers, event: Event) -> None:
    ada = readers.add(8)

    readers.book.record(ada, event, evidence=evidence(at=JOINED))

    assert readers.due(EIGHT) == set()
    assert readers.schedules.wishes() == {}
    assert readers.schedules.standing(ada) is None


def test_a_wish_of_which_some_are_due_is_found_and_those_alone(readers: Readers) -> None:
    ada, ben = readers.add(8), readers.add(8)
    readers.book.record(ada, Event.PAUSE, evidence=evidence(at=JOINED))

    assert readers.due(EIGHT) == {ben}


def test_who_resumes_later_on_the_day_has_their_turn_and_on_the_next_day_not(
    readers: Readers,
) -> None:
    ada = readers.add(8)
    readers.book.record(ada, Event.PAUSE, evidence=evidence(at=JOINED))

    for resumed, expected in (
        (EIGHT + timedelta(hours=12), {ada}),
        (datetime(2026, 2, 3, 1, tzinfo=UTC), set()),
    ):
        readers.book.record(ada, Event.PAUSE, evidence=evidence(at=JOINED))
        readers.book.record(ada, Event.RESUME, evidence=evidence(at=resumed))
        assert readers.due(datetime(2026, 2, 3, 2, tzinfo=UTC)) == expected
        standing = readers.schedules.standing(ada)
        assert standing is not None
        assert standing.since == resumed


def test_another_hour_gives_no_second_issue_of_a_local_day(readers: Readers) -> None:
    ada = readers.add(8)
    readers.serve(EIGHT)

    readers.book.prefer(ada, lambda _: Preferences(hour=20), at=NINE)

    assert readers.due(datetime(2026, 2, 2, 21, tzinfo=UTC)) == set()
    assert readers.due(datetime(2026, 2, 3, 20, tzinfo=UTC)) == {ada}


def test_serving_writes_the_local_day_and_the_day_of_the_ledger(readers: Readers) -> None:
    ada = readers.add(8)
    assert (readers.row(ada).served_on, readers.row(ada).issue_day) == (NEVER, None)

    readers.serve(EIGHT)

    assert (readers.row(ada).served_on, readers.row(ada).issue_day) == (DAY, DAY)


def test_the_day_of_the_last_issue_counts_only_if_its_mail_may_have_left(readers: Readers) -> None:
    ada = readers.add(8)
    ends = [
        (DeliveryState.SENT, DAY - timedelta(days=1)),
        (DeliveryState.SKIPPED, DAY),
        (DeliveryState.UNKNOWN, DAY),
        (DeliveryState.FAILED, DAY + timedelta(days=2)),
        (DeliveryState.SENT, DAY + timedelta(days=2)),
    ]
    for number, (state, covered) in enumerate(ends):
        with readers.engine.begin() as db:  # of the one before, not of all days
            mails = list(db.execute(sa.select(deliveries.c.id, deliveries.c.state)))
        readers.serve(EIGHT + timedelta(days=number), state=state)
        with readers.engine.begin() as db:
            for mail, before in mails:
                db.execute(deliveries.update().where(deliveries.c.id == mail).values(state=before))
        found = readers.schedules.covered([ada], day=DAY + timedelta(days=number))
        assert found == {ada: covered}, number


def test_the_windows_are_those_of_readers_who_wait_and_missed_an_edition(readers: Readers) -> None:
    weekly = readers.add(8, at=A_WEEK_EARLIER, frequency="weekly", days=("mon",))
    daily = readers.add(8, at=A_WEEK_EARLIER)
    for number in range(8):
        readers.serve(EIGHT + timedelta(days=number - 7))

    with readers.engine.begin() as db:
        of_today = deliveries.update().where(deliveries.c.day == DAY)
        db.execute(of_today.values(state=DeliveryState.PLANNED))

    yesterday, week_before = DAY - timedelta(days=1), DAY - timedelta(days=7)
    covered = readers.schedules.covered([weekly, daily], day=DAY)
    assert covered == {weekly: week_before, daily: yesterday}
    assert readers.schedules.windows(DAY, last_mailed=yesterday) == {week_before}
    assert readers.schedules.windows(DAY, last_mailed=None) == set()


def test_a_window_is_a_week_at_most() -> None:
    assert window_of(DAY - timedelta(days=3), DAY) == DAY - timedelta(days=3)
    assert window_of(DAY - timedelta(days=300), DAY) == DAY - timedelta(days=LONGEST_WINDOW)


@contextmanager
def plans(engine: sa.Engine) -> Iterator[list[str]]:
    """How SQLite looks for the rows of each statement in the block, as it is run."""
    found: list[str] = []

    def explain(_: object, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
        if sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE") and not rest[-1]:
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            found.extend(row[-1] for row in rows)

    sa.event.listen(engine, "before_cursor_execute", explain)
    yield found
    sa.event.remove(engine, "before_cursor_execute", explain)


def scanned(found: list[str]) -> set[str]:
    """The tables that were read as a whole."""
    return {line.split()[1] for line in found if line.startswith("SCAN")}


#: Tables with a row for each wish, at most.
SMALL = {"schedules", "open_turns", "CONSTANT"}


def test_no_table_of_readers_is_read_as_a_whole_when_nobody_is_due(readers: Readers) -> None:
    readers.add(8)
    readers.serve(EIGHT)

    with plans(readers.engine) as found:
        assert readers.turns(EIGHT + timedelta(hours=1)) == []

    assert any("SEARCH reader_schedules" in line for line in found)
    assert scanned(found) <= SMALL


@pytest.mark.parametrize("number", [1, 200])
def test_no_table_of_readers_is_read_as_a_whole_when_some_are_due(
    readers: Readers, number: int
) -> None:
    for hour in range(number):
        readers.add(hour % 24)

    with plans(readers.engine) as found:
        turns = readers.turns(EIGHT)
        readers.schedules.due_ids(turns)
        readers.ledger.plan(DAY, now=EIGHT, turns=turns)
        readers.ledger.plan(DAY, now=EIGHT, turns=turns)
        readers.schedules.windows(DAY, last_mailed=DAY)
        readers.schedules.covered([1, 2], day=DAY)

    assert turns
    for table in ("reader_schedules", "subscribers", "deliveries"):
        assert any(f"SEARCH {table}" in line for line in found)
    assert scanned(found) <= SMALL


def test_those_who_were_skipped_are_planned_again_by_their_index(readers: Readers) -> None:
    ada = readers.add(8)
    readers.serve(EIGHT, state=DeliveryState.SKIPPED)
    with readers.engine.begin() as db:
        db.execute(reader_schedules.update().values(served_on=NEVER))

    with plans(readers.engine) as found:
        assert readers.ledger.plan(DAY, now=EIGHT, turns=readers.turns(EIGHT)) == 1

    assert any("USING INDEX deliveries_not_sent (day=? AND state=?)" in line for line in found)
    assert readers.row(ada).served_on == DAY
