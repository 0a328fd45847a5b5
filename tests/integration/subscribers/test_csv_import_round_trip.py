"""Lists of any people: a plan only looks, the deed does what it said, and a copy says nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import NOON, PEPPER, evidence
from support.database import emptied_database
from support.examples import share
from support.readers import ADDRESSES, CHOSEN_AT, LIVES, PREFERENCES

from subscribers.book import Book
from subscribers.csv_export import export
from subscribers.csv_import import apply, plan
from subscribers.import_rules import ImportAction
from subscribers.models import Event, Preferences, Status, Subscriber

if TYPE_CHECKING:
    from collections.abc import Sequence

    Subscribers = dict[str, tuple[tuple[str, ...], tuple[Event, ...]]]
    Lines = list[tuple[str, list[str]]]

LATER = NOON + timedelta(days=2)
TOPICS = ("agents", "robots", "whales")
GONE = (Status.LEFT, Status.SUPPRESSED)
CHOSEN = st.lists(st.sampled_from(TOPICS), min_size=1, unique=True).map(tuple)
READERS = st.dictionaries(ADDRESSES, st.tuples(CHOSEN, LIVES), max_size=5)
LINES = st.lists(st.tuples(ADDRESSES, st.lists(st.sampled_from([*TOPICS, "?"]), max_size=2)))


def filled(people: Subscribers) -> Book:
    """Return an address book in memory with these subscribers and no others."""
    book = Book(emptied_database(), new_id=count(1).__next__, pepper=PEPPER)
    for address, (topics, events) in people.items():
        lived(book, address, topics, events)
    return book


def lived(
    book: Book, address: str, topics: tuple[str, ...], events: tuple[Event, ...]
) -> Subscriber | None:
    """Have somebody sign up and do all this, an hour after each other."""
    reader = book.add(address, topics, confirmed=False, evidence=evidence(channel="web"))
    if reader is None:  # somebody said "never again" in another spelling of the mailbox
        return None
    for hours, event in enumerate(events, start=1):
        later = evidence(at=NOON + timedelta(hours=hours), channel="web")
        book.record(reader.id, event, evidence=later)
    return book.find(address)


def copy(book: Book) -> str:
    return export(book.all(), book.consent_times())


def histories(book: Book) -> list[object]:
    return [(subscriber, book.history(subscriber.id)) for subscriber in book.all()]


def listed(lines: Lines) -> str:
    return "address,topics\n" + "".join(f"{who},{' '.join(what)}\n" for who, what in lines)


def changed_since(before: Sequence[Subscriber], book: Book) -> dict[str, Subscriber]:
    return {subscriber.address: subscriber for subscriber in book.all() if subscriber not in before}


@settings(max_examples=share(25))
@given(people=READERS, lines=LINES, confirmed=st.booleans())
def test_a_plan_changes_nothing(
    people: Subscribers,
    lines: Lines,
    *,
    confirmed: bool,
) -> None:
    book = filled(people)
    before = histories(book)

    plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)

    assert histories(book) == before


@settings(max_examples=share(25))
@given(people=READERS, lines=LINES, confirmed=st.booleans())
def test_what_is_done_is_what_was_planned(
    people: Subscribers,
    lines: Lines,
    *,
    confirmed: bool,
) -> None:
    book = filled(people)
    before = book.all()
    planned = plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)

    done = apply(planned, book, default_topics=["whales"], evidence=evidence())

    promised = [
        line
        for line in planned
        if line.action in (ImportAction.ADD, ImportAction.CONFIRM, ImportAction.UPDATE)
    ]
    assert done == [line for line in promised if book.find(line.address)]
    found = [book.find(line.address) for line in done]
    assert {subscriber.id for subscriber in changed_since(before, book).values()} == {
        subscriber.id for subscriber in found if subscriber
    }


@settings(max_examples=share(25))
@given(people=READERS, lines=LINES, confirmed=st.booleans())
def test_a_list_brought_in_twice_changes_nothing_the_second_time(
    people: Subscribers,
    lines: Lines,
    *,
    confirmed: bool,
) -> None:
    book = filled(people)
    first = plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)
    apply(first, book, default_topics=["whales"], evidence=evidence())

    second = plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)

    assert {line.action for line in second} <= {
        ImportAction.KEEP,
        ImportAction.REFUSE,
        ImportAction.REJECT,
    }


@settings(max_examples=share(25))
@given(people=READERS)
def test_a_copy_of_the_book_says_nothing_new_to_it(
    people: Subscribers,
) -> None:
    book = filled(people)
    lines = plan(copy(book), book, known_topics=TOPICS, confirmed=False)

    times = book.consent_times()
    assert [(line.address, line.action) for line in lines] == [
        (
            subscriber.address,
            ImportAction.REFUSE
            if subscriber.status in GONE
            or (subscriber.status is Status.PENDING and times[subscriber.id].left)
            else ImportAction.KEEP,
        )
        for subscriber in book.all()
    ]


def summary(book: Book) -> dict[str, object]:
    """All that is to be the same in a copy of a book: of each reader all but their id."""
    times = book.consent_times()
    return {
        one.address: (
            replace(one, id=0),
            times[one.id].left,
            times[one.id].status_since,
        )
        for one in book.all()
    }


@settings(max_examples=share(30))
@given(
    people=st.dictionaries(
        ADDRESSES,
        st.tuples(st.lists(st.sampled_from(TOPICS), unique=True).map(tuple), LIVES, PREFERENCES),
        max_size=6,
    )
)
def test_a_copy_of_a_book_is_the_same_book(
    people: dict[str, tuple[tuple[str, ...], tuple[Event, ...], Preferences]],
) -> None:
    book = filled({})
    for address, (topics, events, preferences) in people.items():
        if reader := lived(book, address, topics or TOPICS[:1], events):
            book.choose(reader.id, topics, preferences, at=CHOSEN_AT)
    before, text = summary(book), copy(book)
    other = filled({})

    for _ in range(2):  # the second time changes nothing
        rows = plan(text, other, known_topics=TOPICS, confirmed=True)
        apply(rows, other, default_topics=["whales"], evidence=evidence(at=LATER))
        assert summary(other) == before
