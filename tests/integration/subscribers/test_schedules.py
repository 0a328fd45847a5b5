"""When readers want mail, after whatever can happen to them: the rows say what the book says."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.builders import NOON, PEPPER, brought_in, evidence
from support.database import emptied_database
from support.examples import share

from subscribers.book import Book
from subscribers.errors import ConsentError
from subscribers.models import Event, Preferences, Status, Subscriber
from subscribers.schedules import ANY_TIME, NEVER, Wish, schedule_ids, wish_of
from subscribers.tables import reader_schedules, schedules

if TYPE_CHECKING:
    from collections.abc import Callable

ADA, LATER = "ada@example.org", NOON + timedelta(hours=5)
EIGHT = Preferences(hour=8, timezone="Asia/Tokyo")


class Row(NamedTuple):
    """What is stored of when a reader wants mail."""

    wish: Wish
    since: datetime | None
    served_on: date


def rows(engine: sa.Engine) -> dict[int, Row]:
    query = sa.select(
        reader_schedules.c.subscriber_id,
        schedules.c.days,
        schedules.c.hour,
        schedules.c.timezone,
        reader_schedules.c.since,
        reader_schedules.c.served_on,
    ).join_from(reader_schedules, schedules)
    with engine.connect() as db:
        return {
            row.subscriber_id: Row(Wish(row.days, row.hour, row.timezone), row.since, row.served_on)
            for row in db.execute(query)
        }


def confirmed(book: Book) -> int:
    found = book.add(ADA, ["agents"], confirmed=True, evidence=evidence())
    assert found is not None
    return found.id


def the_row(book: Book) -> Row:
    """The row of the one reader."""
    (found,) = rows(book._engine).values()
    return found


def add(book: Book) -> None:
    confirmed(book)


def enrol(book: Book) -> None:
    book.enrol([(ADA, ["agents"])], evidence=evidence())


def bring_in(book: Book) -> None:
    brought_in(book, ADA, confirmed=True)


def sign_up_and_confirm(book: Book) -> None:
    found = book.add(
        ADA, ["agents"], confirmed=False, evidence=evidence(at=NOON - timedelta(days=3))
    )
    assert found is not None
    assert the_row(book) == Row(ANY_TIME, None, NEVER), "not yet"
    book.record(found.id, Event.CONFIRM, evidence=evidence())


@pytest.mark.parametrize("come", [add, enrol, bring_in, sign_up_and_confirm])
def test_whichever_way_a_reader_comes_mail_is_wanted_from_then_on(
    book: Book, come: Callable[[Book], None]
) -> None:
    come(book)

    assert the_row(book) == Row(ANY_TIME, NOON, NEVER)


def covered(book: Book) -> date | None:
    """Up to which day the one reader has had issues."""
    with book._engine.connect() as db:
        return db.execute(sa.select(reader_schedules.c.covered)).scalar()


@pytest.mark.parametrize("come", [add, enrol, bring_in, sign_up_and_confirm])
def test_the_first_issue_begins_with_the_day_before_the_confirmation(
    book: Book, come: Callable[[Book], None]
) -> None:
    come(book)

    assert covered(book) == NOON.date() - timedelta(days=1)


def test_who_never_confirmed_has_no_day_from_which_issues_begin(book: Book) -> None:
    book.add(ADA, ["agents"], confirmed=False, evidence=evidence())

    assert covered(book) is None


def test_who_comes_back_has_had_what_they_had(book: Book) -> None:
    ada = confirmed(book)
    book.record(ada, Event.PAUSE, evidence=evidence(at=LATER))

    book.record(ada, Event.RESUME, evidence=evidence(at=NOON + timedelta(days=30)))

    assert covered(book) == NOON.date() - timedelta(days=1)


@pytest.mark.parametrize("event", [Event.PAUSE, Event.LEAVE, Event.BOUNCE, Event.COMPLAINT])
def test_who_may_not_be_written_to_is_out_of_the_index(book: Book, event: Event) -> None:
    ada = confirmed(book)

    book.record(ada, event, evidence=evidence(at=LATER))

    assert the_row(book) == Row(ANY_TIME, None, NEVER)


def test_who_resumes_is_served_from_then_on(book: Book) -> None:
    ada = confirmed(book)
    book.record(ada, Event.PAUSE, evidence=evidence(at=NOON))

    book.record(ada, Event.RESUME, evidence=evidence(at=LATER))

    assert the_row(book).since == LATER


def test_who_is_erased_has_no_row(book: Book) -> None:
    book.erase(confirmed(book), evidence=evidence(at=LATER))

    assert rows(book._engine) == {}


def prefer(book: Book, reader: int, wish: Preferences) -> None:
    book.prefer(reader, lambda _: wish, at=LATER)


def choose(book: Book, reader: int, wish: Preferences) -> None:
    book.choose(reader, ["agents"], wish, at=LATER)


@pytest.mark.parametrize("change", [prefer, choose])
def test_another_hour_counts_from_then_on(
    book: Book, change: Callable[[Book, int, Preferences], None]
) -> None:
    ada = confirmed(book)

    change(book, ada, EIGHT)

    assert the_row(book) == Row(wish_of(EIGHT), LATER, NEVER)


@pytest.mark.parametrize("change", [prefer, choose])
@pytest.mark.parametrize(
    "same", [Preferences(papers=3), Preferences(text_only=True), Preferences(timezone="Asia/Tokyo")]
)
def test_what_has_nothing_to_do_with_time_changes_nothing(
    book: Book, change: Callable[[Book, int, Preferences], None], same: Preferences
) -> None:
    ada = confirmed(book)

    change(book, ada, same)

    assert the_row(book) == Row(ANY_TIME, NOON, NEVER)


def test_what_a_paused_reader_chooses_waits_for_them(book: Book) -> None:
    ada = confirmed(book)
    book.record(ada, Event.PAUSE, evidence=evidence())

    prefer(book, ada, EIGHT)

    assert the_row(book) == Row(wish_of(EIGHT), None, NEVER)


def test_readers_who_want_the_same_share_a_wish(book: Book, engine: sa.Engine) -> None:
    wishes = [wish_of(EIGHT), ANY_TIME, wish_of(Preferences(hour=8, timezone="Asia/Tokyo"))]
    with engine.begin() as db:
        first, again = schedule_ids(db, wishes), schedule_ids(db, wishes)

    assert first == again
    assert len(first) == len(set(first.values())) == 2


WISHES = st.builds(
    Preferences,
    hour=st.none() | st.sampled_from([0, 8]),
    timezone=st.sampled_from(["UTC", "Asia/Tokyo"]),
    frequency=st.sampled_from(["daily", "weekly"]),
    papers=st.sampled_from([None, 3]),
)
NAMES = st.sampled_from([ADA, "bo@example.org"])


class Kept(RuleBasedStateMachine):
    """The rows beside the book, as time goes on."""

    @initialize()
    def open(self) -> None:
        self.engine = emptied_database()
        self.book = Book(self.engine, new_id=count(1).__next__, pepper=PEPPER)
        self.now = NOON
        self.before: dict[int, tuple[Subscriber, Row]] = {}

    @rule(name=NAMES, is_confirmed=st.booleans())
    def add(self, name: str, is_confirmed: bool) -> None:  # noqa: FBT001
        self._wait()
        with suppress(ConsentError):
            self.book.add(name, ["agents"], confirmed=is_confirmed, evidence=evidence(at=self.now))

    @rule(name=NAMES, is_confirmed=st.booleans())
    def bring_in(self, name: str, is_confirmed: bool) -> None:  # noqa: FBT001
        self._wait()
        brought_in(self.book, name, confirmed=is_confirmed, at=self.now)

    @rule(name=NAMES, event=st.sampled_from(Event))
    def record(self, name: str, event: Event) -> None:
        self._wait()
        found = self.book.find(name)
        if found is not None and event not in (Event.SIGN_UP, Event.IMPORT):
            with suppress(ConsentError):
                self.book.record(found.id, event, evidence=evidence(at=self.now))

    @rule(name=NAMES, wish=WISHES, all_at_once=st.booleans())
    def choose(self, name: str, wish: Preferences, all_at_once: bool) -> None:  # noqa: FBT001
        self._wait()
        if (found := self.book.find(name)) is None:
            return
        if all_at_once:
            self.book.choose(found.id, ["agents"], wish, at=self.now)
        else:
            self.book.prefer(found.id, lambda _: wish, at=self.now)

    @invariant()
    def rows_say_what_the_book_says(self) -> None:
        readers, found = {one.id: one for one in self.book.all()}, rows(self.engine)
        assert found.keys() == readers.keys()
        for number, reader in readers.items():
            row, is_served = found[number], reader.status is Status.CONFIRMED
            assert row.wish == wish_of(reader.preferences)
            assert (row.since is not None) == is_served
            then, old = self.before.get(number, (None, None))
            is_same = then and then.status is Status.CONFIRMED and old and old.wish == row.wish
            if is_served:
                assert row.since == (old.since if is_same and old else self.now)
        self.before = {number: (reader, found[number]) for number, reader in readers.items()}

    def _wait(self) -> None:
        self.now += timedelta(minutes=1)


TestKept = Kept.TestCase
TestKept.settings = settings(max_examples=share(20), stateful_step_count=15)
