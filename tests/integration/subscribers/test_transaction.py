"""The address book within a transaction of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import enrolled, evidence

from subscribers.models import Event, Status

if TYPE_CHECKING:
    import sqlalchemy as sa

    from subscribers.book import Book


def test_what_is_rolled_back_has_not_happened(engine: sa.Engine, book: Book) -> None:
    ada = enrolled(book, "ada@example.org", Event.CONFIRM)

    with engine.connect() as db:
        within = book.within(db)
        within.record(ada.id, Event.LEAVE, evidence=evidence())
        within.add("bo@example.org", ["agents"], confirmed=False, evidence=evidence())
        seen = [one.status for one in (within.find("ada@example.org"), within.get(ada.id)) if one]
        db.rollback()

    assert seen == [Status.LEFT, Status.LEFT]
    assert [(one.address, one.status) for one in book.all()] == [
        ("ada@example.org", Status.CONFIRMED)
    ]


def test_to_erase_is_not_recorded_as_an_event(engine: sa.Engine, book: Book) -> None:
    ada = enrolled(book, "ada@example.org")

    with engine.connect() as db, pytest.raises(ValueError, match="more than an event"):
        book.within(db).record(ada.id, Event.ERASE, evidence=evidence())


def must_not_be_written_to(engine: sa.Engine, book: Book, address: str) -> bool:
    with engine.connect() as db:
        return book.within(db).must_not_be_written_to(address)


@pytest.mark.parametrize("event", [Event.BOUNCE, Event.COMPLAINT])
def test_a_suppressed_address_must_not_be_written_to(
    engine: sa.Engine, book: Book, event: Event
) -> None:
    book.record(enrolled(book, "ada@example.org").id, event, evidence=evidence())

    assert must_not_be_written_to(engine, book, "Ada@example.org")


def test_a_mailbox_that_said_never_must_not_be_written_to_in_another_spelling(
    engine: sa.Engine, book: Book
) -> None:
    book.record(enrolled(book, "ada@example.org").id, Event.COMPLAINT, evidence=evidence())

    assert must_not_be_written_to(engine, book, "ada+news@example.org")


def test_an_address_that_was_erased_for_ever_must_not_be_written_to(
    engine: sa.Engine, book: Book
) -> None:
    ada = enrolled(book, "ada@example.org")
    book.record(ada.id, Event.COMPLAINT, evidence=evidence())
    book.erase(ada.id, evidence=evidence())

    assert must_not_be_written_to(engine, book, "ada@example.org")


def test_whoever_left_or_was_erased_may_be_answered(engine: sa.Engine, book: Book) -> None:
    book.record(enrolled(book, "ada@example.org").id, Event.LEAVE, evidence=evidence())
    book.erase(enrolled(book, "bo@example.org").id, evidence=evidence())

    for address in ("ada@example.org", "bo@example.org", "cy@example.org"):
        assert not must_not_be_written_to(engine, book, address)
