"""An import in batches: the same as one line after the other, and its letters with it."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import NOON, PEPPER, evidence
from support.database import emptied_database
from support.examples import share
from support.readers import ADDRESSES, LIVES

from digest.models.delivery import MailKind
from digest.storage.schema import transactional_mail
from digest.storage.transactional import TransactionalQueue
from subscribers import csv_import
from subscribers.book import Book
from subscribers.csv_import import apply, plan
from subscribers.errors import StoppedError
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TOPICS = ("agents", "robots")
PEOPLE = st.dictionaries(ADDRESSES, LIVES, max_size=4)
WORDS = st.sampled_from(("", "confirmed", "pending", "left", "bounced", "paused", "what?"))
CHOICES = st.sampled_from(("", "agents", "robots agents", "nothing"))
LINES = st.lists(st.tuples(ADDRESSES | st.just("no address"), WORDS, CHOICES), max_size=8)


def filled(people: Mapping[str, Iterable[Event]]) -> tuple[Book, TransactionalQueue]:
    """An address book with these people, and the queue beside it."""
    engine = emptied_database()
    book = Book(engine, new_id=count(1).__next__, pepper=PEPPER)
    for address, events in people.items():
        reader = book.add(address, ("agents",), confirmed=False, evidence=evidence(channel="web"))
        for event in events if reader else ():
            book.record(reader.id, event, evidence=evidence(channel="web"))  # type: ignore[union-attr]
    return book, TransactionalQueue(engine)


def state(book: Book, engine: sa.Engine) -> list[Any]:
    with engine.connect() as db:
        letters = [tuple(row) for row in db.execute(sa.select(transactional_mail))]
    return [letters, *((reader, book.history(reader.id)) for reader in book.all())]


@settings(max_examples=share(30))
@given(people=PEOPLE, lines=LINES, confirmed=st.booleans())
def test_batches_do_what_one_line_after_the_other_does(
    people: Mapping[str, Iterable[Event]], lines: list[tuple[str, ...]], *, confirmed: bool
) -> None:
    text = "address,status,topics\n" + "".join(f"{','.join(line)}\n" for line in lines)
    found = []
    for size in (1, 3, 1000):
        book, queue = filled(people)
        rows = plan(text, book, known_topics=TOPICS, confirmed=confirmed)
        ask = partial(queue.enqueue_in, kind=MailKind.CONFIRM, now=NOON)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_import, "TRANSACTION", size)
            apply(rows, book, default_topics=TOPICS, evidence=evidence(channel="cli"), ask=ask)
        found.append(state(book, book._engine))

    assert found[0] == found[1] == found[2]


def test_a_letter_that_cannot_be_queued_leaves_nobody_behind_without_one(book: Book) -> None:
    def refuse(_db: sa.Connection, _ids: object) -> None:
        raise OSError("the disk is full")

    rows = plan("email\nada@example.org\n", book, known_topics=(), confirmed=False)

    with pytest.raises(OSError, match="full"):
        apply(rows, book, default_topics=TOPICS, evidence=evidence(), ask=refuse)
    assert book.all() == []


def test_who_stops_an_import_learns_how_far_it_came(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_at_third(batches: Iterable[Any]) -> Iterator[Any]:
        for number, batch in enumerate(batches):
            if number == 2:
                raise KeyboardInterrupt
            yield batch

    monkeypatch.setattr(csv_import, "TRANSACTION", 2)
    text = "email\n" + "".join(f"reader{number}@example.org\n" for number in range(7))
    rows = plan(text, book, known_topics=(), confirmed=True)
    work = partial(apply, rows, book, default_topics=TOPICS, evidence=evidence())

    with pytest.raises(StoppedError, match=r"4 of 7 .* the same command again goes on"):
        work(track=stop_at_third)
    assert len(book.all()) == 4

    work()
    assert len(book.all()) == 7


@pytest.mark.parametrize(
    ("word", "is_asked"),
    [("", True), ("pending", True), ("confirmed", True), ("left", False), ("paused", False)],
)
def test_a_list_asks_a_pending_reader_again_unless_it_says_otherwise(
    book: Book, word: str, *, is_asked: bool
) -> None:
    reader = book.add("ada@example.org", TOPICS, confirmed=False, evidence=evidence())
    assert reader is not None

    (row,) = plan(f"email,status\nada@example.org,{word}\n", book, known_topics=(), confirmed=False)

    assert row.pending_id == (reader.id if is_asked else None)
