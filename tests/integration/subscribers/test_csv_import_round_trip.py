"""Lists of any people: a plan only looks, the deed does what it said, and a copy says nothing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import PEPPER, enrolled, evidence
from support.database import emptied_database

from subscribers.book import Book
from subscribers.csv_import import ImportAction, apply, export, plan
from subscribers.models import Event, Status, Subscriber

if TYPE_CHECKING:
    from collections.abc import Sequence

    Subscribers = dict[str, tuple[tuple[str, ...], tuple[Event, ...]]]
    Lines = list[tuple[str, list[str]]]

TOPICS = ("agents", "robots", "whales")
GONE = (Status.LEFT, Status.SUPPRESSED)
#: What may stand before the @, the beginnings of formulas among it.
LOCAL = st.text(alphabet="ab=+-'{}!é", min_size=1, max_size=6)
ADDRESSES = LOCAL.map(lambda local: f"{local}@example.org")
CHOSEN = st.lists(st.sampled_from(TOPICS), min_size=1, unique=True).map(tuple)
LIVES = st.sampled_from(
    [
        (),
        (Event.CONFIRM,),
        (Event.CONFIRM, Event.PAUSE),
        (Event.CONFIRM, Event.LEAVE),
        (Event.CONFIRM, Event.BOUNCE),
    ]
)
READERS = st.dictionaries(ADDRESSES, st.tuples(CHOSEN, LIVES), max_size=5)
LINES = st.lists(st.tuples(ADDRESSES, st.lists(st.sampled_from([*TOPICS, "?"]), max_size=2)))


def filled(people: Subscribers) -> Book:
    """A book of these people and no others, in memory."""
    book = Book(emptied_database(), new_id=count(1).__next__, pepper=PEPPER)
    for address, (topics, events) in people.items():
        enrolled(book, address, *events, topics=topics)
    return book


def histories(book: Book) -> list[object]:
    return [(subscriber, book.history(subscriber.id)) for subscriber in book.all()]


def listed(lines: Lines) -> str:
    return "address,topics\n" + "".join(f"{who},{' '.join(what)}\n" for who, what in lines)


def changed_since(before: Sequence[Subscriber], book: Book) -> dict[str, Subscriber]:
    return {subscriber.address: subscriber for subscriber in book.all() if subscriber not in before}


@settings(max_examples=50)
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


@settings(max_examples=50)
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

    done = apply(planned, book, default_topics=["whales"], confirmed=confirmed, evidence=evidence())

    promised = [
        line
        for line in planned
        if line.action in (ImportAction.ADD, ImportAction.CONFIRM, ImportAction.UPDATE)
    ]
    assert [subscriber.id for subscriber in done] == [
        subscriber.id for line in promised if (subscriber := book.find(line.address))
    ]
    assert {subscriber.id for subscriber in changed_since(before, book).values()} == {
        subscriber.id for subscriber in done
    }


@settings(max_examples=50)
@given(people=READERS, lines=LINES, confirmed=st.booleans())
def test_a_list_brought_in_twice_changes_nothing_the_second_time(
    people: Subscribers,
    lines: Lines,
    *,
    confirmed: bool,
) -> None:
    book = filled(people)
    first = plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)
    apply(first, book, default_topics=["whales"], confirmed=confirmed, evidence=evidence())

    second = plan(listed(lines), book, known_topics=TOPICS, confirmed=confirmed)

    assert {line.action for line in second} <= {
        ImportAction.KEEP,
        ImportAction.REFUSE,
        ImportAction.REJECT,
    }


@settings(max_examples=50)
@given(people=READERS)
def test_a_copy_of_the_book_says_nothing_new_to_it(
    people: Subscribers,
) -> None:
    book = filled(people)
    lines = plan(export(book.all()), book, known_topics=TOPICS, confirmed=False)

    assert [(line.address, line.action) for line in lines] == [
        (
            subscriber.address,
            ImportAction.REFUSE if subscriber.status in GONE else ImportAction.KEEP,
        )
        for subscriber in book.all()
    ]
