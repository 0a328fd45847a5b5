"""The queue of letters: taken by one sender, tried again in longer steps, given up in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, enrolled, evidence

from digest.models.delivery import MailKind
from digest.storage.transactional import TransactionalQueue

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa

    from subscribers.book import Book
    from subscribers.models import Subscriber

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def letters(engine: sa.Engine) -> TransactionalQueue:
    return TransactionalQueue(engine)


@pytest.fixture
def reader(book: Book) -> Subscriber:
    return enrolled(book)


def test_a_letter_is_taken_once_with_what_it_takes_to_write_it(
    letters: TransactionalQueue, reader: Subscriber
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)

    letter = letters.claim(now=NOON)

    assert letter is not None
    assert (letter.subscriber_id, letter.kind, letter.made_at) == (
        reader.id,
        MailKind.CONFIRM,
        NOON,
    )
    assert letters.claim(now=NOON) is None


def test_the_letter_that_waited_longest_goes_first(letters: TransactionalQueue, book: Book) -> None:
    names = ("ben@example.org", "ada@example.org", "cyd@example.org")
    readers = [enrolled(book, name).id for name in names]
    for minutes, reader in enumerate(readers):
        letters.enqueue(reader, MailKind.CONFIRM, now=NOON + minutes * MINUTE)

    taken = [letters.claim(now=NOON + HOUR) for _ in names]

    assert [letter and letter.subscriber_id for letter in taken] == readers


@pytest.mark.parametrize(
    ("kind", "pause"),
    [(MailKind.CONFIRM, 24 * HOUR), (MailKind.KNOWN, 24 * HOUR), (MailKind.PRIVACY, HOUR)],
)
def test_a_second_letter_of_a_kind_has_to_wait(
    letters: TransactionalQueue, reader: Subscriber, kind: MailKind, pause: timedelta
) -> None:
    letters.enqueue(reader.id, kind, now=NOON)
    first = letters.claim(now=NOON)
    assert first is not None
    letters.mark_sent(first)

    moments = (NOON + pause - MINUTE, NOON + pause)
    assert [letters.enqueue(reader.id, kind, now=now) for now in moments] == [False, True]


def test_while_a_letter_waits_for_a_dead_server_no_second_joins_it(
    letters: TransactionalQueue, reader: Subscriber
) -> None:
    days = [NOON + number * 24 * HOUR for number in range(3)]

    asked = [letters.enqueue(reader.id, MailKind.CONFIRM, now=day) for day in days]

    assert asked == [True, False, False]
    assert letters.counts() == {"waiting": 1}


def test_letters_of_another_kind_or_reader_do_not_wait_for_it(
    letters: TransactionalQueue, reader: Subscriber, book: Book
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)
    other = enrolled(book, "ben@example.org")

    assert letters.enqueue(reader.id, MailKind.KNOWN, now=NOON)
    assert letters.enqueue(other.id, MailKind.CONFIRM, now=NOON)


def test_a_letter_that_left_is_never_taken_again(
    letters: TransactionalQueue, reader: Subscriber
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)
    letter = letters.claim(now=NOON)
    assert letter is not None
    letters.mark_sent(letter)

    assert letters.claim(now=NOON + 1000 * HOUR) is None
    assert letters.counts() == {"sent": 1}


def test_a_letter_whose_sender_died_is_taken_again(
    letters: TransactionalQueue, reader: Subscriber
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)
    letters.claim(now=NOON)

    again = letters.claim(now=NOON + 10 * MINUTE)

    assert again is not None
    assert again.attempts == 2


def test_a_letter_is_tried_again_in_longer_and_longer_steps(
    letters: TransactionalQueue, reader: Subscriber
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)

    tried = attempts(letters, until=NOON + 24 * HOUR)

    waits = [later - earlier for earlier, later in pairwise(tried)]
    minutes = [wait // MINUTE for wait in waits]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]


def test_a_letter_is_given_up_after_three_days_with_the_reason(
    letters: TransactionalQueue, reader: Subscriber, engine: sa.Engine
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)

    tried = attempts(letters, until=NOON + 200 * HOUR)

    assert 72 * HOUR < tried[-1] - NOON < 77 * HOUR
    assert letters.counts() == {"failed": 1}
    with engine.connect() as db:
        assert (
            db.exec_driver_sql("SELECT reason FROM transactional_mail").scalar()
            == "given up: closed"
        )


def test_two_senders_never_take_the_same_letter(letters: TransactionalQueue, book: Book) -> None:
    for number in range(20):
        reader = enrolled(book, f"reader{number}@example.org")
        letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: letters.claim(now=NOON), range(20)))

    assert len({letter.id for letter in taken if letter}) == 20


def test_two_askers_at_once_get_one_letter(letters: TransactionalQueue, reader: Subscriber) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON), range(8))
        )

    assert sorted(answers) == [False] * 7 + [True]


def test_the_letters_of_an_erased_reader_are_gone(
    letters: TransactionalQueue, reader: Subscriber, book: Book
) -> None:
    letters.enqueue(reader.id, MailKind.CONFIRM, now=NOON)
    book.erase(reader.id, evidence=evidence())

    assert letters.claim(now=NOON) is None
    assert letters.counts() == {}


def attempts(letters: TransactionalQueue, *, until: datetime) -> list[datetime]:
    """Defer the one letter whenever it can be taken; return when that was."""
    now, tried = NOON, []
    while now <= until:
        if letter := letters.claim(now=now):
            letters.mark_deferred(letter, "closed", now=now)
            tried.append(now)
        now += 2 * MINUTE
    return tried
