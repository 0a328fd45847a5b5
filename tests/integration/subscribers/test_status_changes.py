"""The history of all readers: whatever happens to one, it adds up to the numbers of today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, brought_in, enrolled, evidence

from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from subscribers.book import Book

TODAY = NOON.date()
NEXT_WEEK = NOON + timedelta(days=7)


def there(book: Book) -> dict[date, dict[Status, int]]:
    """The readers of each status by day, without the statuses of none."""
    return {
        day: {status: number for status, number in numbers.items() if number}
        for day, numbers in book.numbers_by_day()
    }


def test_a_day_has_the_numbers_at_its_end(book: Book) -> None:
    ada = enrolled(book, "ada@example.org", Event.CONFIRM)
    enrolled(book, "bo@example.org")

    book.record(ada.id, Event.PAUSE, evidence=evidence(at=NEXT_WEEK))

    assert there(book) == {
        TODAY: {Status.PENDING: 1, Status.CONFIRMED: 1},
        NEXT_WEEK.date(): {Status.PENDING: 1, Status.PAUSED: 1},
    }


def test_a_book_without_readers_has_no_history(book: Book) -> None:
    assert there(book) == {}


def sign_up_again(book: Book) -> None:
    enrolled(book, "ada@example.org", Event.CONFIRM)
    enrolled(book, "ada@example.org")


def bring_in(book: Book) -> None:
    brought_in(book, "ada@example.org", confirmed=True)


def enrol(book: Book) -> None:
    book.enrol([("ada@example.org", ["agents"]), ("bo@example.org", [])], evidence=evidence())


def complain_in_a_batch(book: Book) -> None:
    ada = enrolled(book, "ada@example.org", Event.CONFIRM)
    with book._writer.begin() as db:
        events = [(ada.id, event, evidence()) for event in (Event.PAUSE, Event.COMPLAINT)]
        book.within(db).record_all({ada.id: Status.CONFIRMED}, events)


def never_confirm(book: Book) -> None:
    enrolled(book, "ada@example.org")
    enrolled(book, "bo@example.org", Event.CONFIRM)
    book.forget_unconfirmed(before=NEXT_WEEK, evidence=evidence(at=NEXT_WEEK))


@pytest.mark.parametrize(
    "happen", [sign_up_again, bring_in, enrol, complain_in_a_batch, never_confirm]
)
def test_the_last_day_has_the_numbers_of_today(book: Book, happen: Callable[[Book], None]) -> None:
    happen(book)

    assert list(there(book).values())[-1] == book.numbers()


def test_who_was_erased_still_counts_on_the_days_before(book: Book) -> None:
    ada = enrolled(book, "ada@example.org", Event.CONFIRM)

    book.erase(ada.id, evidence=evidence(at=NEXT_WEEK))

    assert there(book) == {TODAY: {Status.CONFIRMED: 1}, NEXT_WEEK.date(): {}}
