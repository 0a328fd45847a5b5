"""The queue of transactional mail: claimed by one process, retried, and given up in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
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
def queue(engine: sa.Engine) -> TransactionalQueue:
    return TransactionalQueue(engine)


@pytest.fixture
def subscriber(book: Book) -> Subscriber:
    return enrolled(book)


def test_a_mail_is_claimed_once_with_what_it_takes_to_write_it(
    queue: TransactionalQueue, subscriber: Subscriber
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)

    mail = queue.claim(now=NOON)

    assert mail is not None
    assert (mail.subscriber_id, mail.kind, mail.made_at) == (
        subscriber.id,
        MailKind.CONFIRM,
        NOON,
    )
    assert queue.claim(now=NOON) is None


def test_the_mail_that_waited_longest_goes_first(queue: TransactionalQueue, book: Book) -> None:
    names = ("ben@example.org", "ada@example.org", "cyd@example.org")
    readers = [enrolled(book, name).id for name in names]
    for minutes, subscriber in enumerate(readers):
        queue.enqueue(subscriber, MailKind.CONFIRM, now=NOON + minutes * MINUTE)

    taken = [queue.claim(now=NOON + HOUR) for _ in names]

    assert [mail and mail.subscriber_id for mail in taken] == readers


@pytest.mark.parametrize(
    ("kind", "pause"),
    [(MailKind.CONFIRM, 24 * HOUR), (MailKind.KNOWN, 24 * HOUR), (MailKind.PRIVACY, HOUR)],
)
def test_a_second_mail_of_a_kind_has_to_wait(
    queue: TransactionalQueue, subscriber: Subscriber, kind: MailKind, pause: timedelta
) -> None:
    queue.enqueue(subscriber.id, kind, now=NOON)
    first = queue.claim(now=NOON)
    assert first is not None
    queue.mark_sent(first)

    moments = (NOON + pause - MINUTE, NOON + pause)
    assert [queue.enqueue(subscriber.id, kind, now=now) for now in moments] == [False, True]


def test_while_a_mail_waits_for_a_dead_server_no_second_joins_it(
    queue: TransactionalQueue, subscriber: Subscriber
) -> None:
    days = [NOON + number * 24 * HOUR for number in range(3)]

    asked = [queue.enqueue(subscriber.id, MailKind.CONFIRM, now=day) for day in days]

    assert asked == [True, False, False]
    assert queue.counts() == {"waiting": 1}


def test_mails_of_another_kind_or_subscriber_do_not_wait_for_it(
    queue: TransactionalQueue, subscriber: Subscriber, book: Book
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)
    other = enrolled(book, "ben@example.org")

    assert queue.enqueue(subscriber.id, MailKind.KNOWN, now=NOON)
    assert queue.enqueue(other.id, MailKind.CONFIRM, now=NOON)


SPELLINGS = ("ada.m@gmail.com", "a.dam+x@gmail.com", "ADAM@googlemail.com")


@pytest.mark.parametrize("second", [MailKind.CONFIRM, MailKind.KNOWN])
def test_a_mailbox_gets_one_mail_a_day_that_strangers_can_cause(
    queue: TransactionalQueue, book: Book, second: MailKind
) -> None:
    first, *others = (enrolled(book, spelling).id for spelling in SPELLINGS)
    queue.enqueue(first, MailKind.CONFIRM, now=NOON)
    mail = queue.claim(now=NOON)
    assert mail is not None
    queue.mark_sent(mail)

    today = [queue.enqueue(one, second, now=NOON + 23 * HOUR) for one in others]
    tomorrow = [queue.enqueue(one, second, now=NOON + 24 * HOUR) for one in others]

    assert (today, tomorrow) == ([False, False], [True, False])


def test_the_mail_about_somebodys_data_does_not_wait_for_strangers(
    queue: TransactionalQueue, book: Book
) -> None:
    first, second, _ = (enrolled(book, spelling).id for spelling in SPELLINGS)
    queue.enqueue(first, MailKind.CONFIRM, now=NOON)

    assert queue.enqueue(second, MailKind.PRIVACY, now=NOON)


def test_many_are_asked_at_once_by_the_same_rules(queue: TransactionalQueue, book: Book) -> None:
    readers = [enrolled(book, address).id for address in (*SPELLINGS, "bo@example.org")]

    assert queue.enqueue_all(readers, MailKind.CONFIRM, now=NOON) == 2
    assert queue.enqueue_all(readers, MailKind.CONFIRM, now=NOON) == 0


def test_who_was_ever_sent_a_mail_does_not_miss_it(queue: TransactionalQueue, book: Book) -> None:
    sent, failed, never = (enrolled(book, f"{name}@example.org").id for name in "abc")
    queue.enqueue_all([sent, failed], MailKind.CONFIRM, now=NOON)
    for settle in (queue.mark_sent, lambda mail: queue.mark_failed(mail, "no such user")):
        mail = queue.claim(now=NOON)
        assert mail is not None
        settle(mail)

    again = partial(queue.enqueue_all, [sent, failed, never, 999], MailKind.CONFIRM, missing=True)

    assert again(now=NOON + HOUR) == 1
    assert again(now=NOON + 48 * HOUR) == 1
    assert {one: len(queue.for_subscriber(one)) for one in (sent, failed, never)} == {
        sent: 1,
        failed: 2,
        never: 1,
    }


def test_a_mail_that_left_is_never_claimed_again(
    queue: TransactionalQueue, subscriber: Subscriber
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)
    mail = queue.claim(now=NOON)
    assert mail is not None
    queue.mark_sent(mail)

    assert queue.claim(now=NOON + 1000 * HOUR) is None
    assert queue.counts() == {"sent": 1}


def test_a_mail_whose_process_died_is_claimed_again(
    queue: TransactionalQueue, subscriber: Subscriber
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)
    queue.claim(now=NOON)

    again = queue.claim(now=NOON + 10 * MINUTE)

    assert again is not None
    assert again.attempts == 2


def test_a_mail_is_tried_again_in_longer_and_longer_steps(
    queue: TransactionalQueue, subscriber: Subscriber
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)

    tried = attempts(queue, until=NOON + 24 * HOUR)

    waits = [later - earlier for earlier, later in pairwise(tried)]
    minutes = [wait // MINUTE for wait in waits]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]


def test_a_mail_is_given_up_after_three_days_with_the_reason(
    queue: TransactionalQueue, subscriber: Subscriber, engine: sa.Engine
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)

    tried = attempts(queue, until=NOON + 200 * HOUR)

    assert 72 * HOUR < tried[-1] - NOON < 77 * HOUR
    assert queue.counts() == {"failed": 1}
    with engine.connect() as db:
        assert (
            db.exec_driver_sql("SELECT reason FROM transactional_mail").scalar()
            == "given up: closed"
        )


def test_two_processes_never_take_the_same_mail(queue: TransactionalQueue, book: Book) -> None:
    for number in range(20):
        subscriber = enrolled(book, f"subscriber{number}@example.org")
        queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: queue.claim(now=NOON), range(20)))

    assert len({mail.id for mail in taken if mail}) == 20


def test_two_askers_at_once_get_one_mail(queue: TransactionalQueue, subscriber: Subscriber) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON), range(8))
        )

    assert sorted(answers) == [False] * 7 + [True]


def test_the_mails_of_an_erased_subscriber_are_gone(
    queue: TransactionalQueue, subscriber: Subscriber, book: Book
) -> None:
    queue.enqueue(subscriber.id, MailKind.CONFIRM, now=NOON)
    book.erase(subscriber.id, evidence=evidence())

    assert queue.claim(now=NOON) is None
    assert queue.counts() == {}


def attempts(queue: TransactionalQueue, *, until: datetime) -> list[datetime]:
    """Defer the one mail whenever it can be taken; return when that was."""
    now, tried = NOON, []
    while now <= until:
        if mail := queue.claim(now=now):
            queue.mark_deferred(mail, "closed", now=now)
            tried.append(now)
        now += 2 * MINUTE
    return tried
