"""Answers to mails that came in: few to a mailbox, not too many in all, and forgotten soon."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from support.builders import NOON, enrolled

from digest.models.delivery import MailKind
from digest.storage.answers import MOST_IN_A_DAY, AnswerQueue
from digest.storage.schema import transactional_mail
from digest.storage.transactional import TransactionalQueue
from subscribers.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.models.delivery import Details, TransactionalMail
    from subscribers.book import Book

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ADA = "Ada+papers@Example.org"
MAILBOX = "ada@example.org"
ANSWERS = AnswerQueue(key="a key")


def answer(
    engine: sa.Engine,
    kind: MailKind = MailKind.HELP,
    *,
    address: str = ADA,
    now: datetime = NOON,
    subscriber_id: int | None = None,
    details: Details | None = None,
) -> None:
    with engine.begin() as db:
        ANSWERS.answer_in(
            db,
            kind,
            address=address,
            subscriber_id=subscriber_id,
            details=details or {"unknown": ["robots"]},
            in_reply_to="<1@example.org>",
            now=now,
        )


def may_answer(
    engine: sa.Engine,
    kind: MailKind = MailKind.HELP,
    *,
    mailbox: str = MAILBOX,
    now: datetime = NOON,
    answers: AnswerQueue = ANSWERS,
    details: Details | None = None,
    is_stranger: bool = True,
) -> bool:
    with engine.begin() as db:
        return answers.may_answer(
            db, mailbox, kind, details=details, is_stranger=is_stranger, now=now
        )


def rows(engine: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with engine.connect() as db:
        return list(db.execute(sa.select(transactional_mail)))


def test_an_answer_is_claimed_with_where_it_goes_and_what_it_says(engine: sa.Engine) -> None:
    answer(engine)

    mail = TransactionalQueue(engine).claim(now=NOON)

    assert mail is not None
    assert (mail.subscriber_id, mail.kind, mail.address) == (None, MailKind.HELP, ADA)
    assert (mail.details, mail.in_reply_to) == ({"unknown": ["robots"]}, "<1@example.org>")


def test_an_answer_to_a_subscriber_goes_to_the_address_they_confirmed(
    engine: sa.Engine, book: Book
) -> None:
    ada = enrolled(book, MAILBOX)
    answer(engine, subscriber_id=ada.id)

    mail = TransactionalQueue(engine).claim(now=NOON)

    assert mail is not None
    assert (mail.subscriber_id, mail.address) == (ada.id, "")


@pytest.mark.parametrize(
    "settle",
    [TransactionalQueue.mark_sent, partial(TransactionalQueue.mark_failed, reason="no mailbox")],
)
def test_once_settled_an_answer_is_forgotten_but_for_a_hash(
    engine: sa.Engine, settle: Callable[[TransactionalQueue, TransactionalMail], None]
) -> None:
    answer(engine)
    queue = TransactionalQueue(engine)
    mail = queue.claim(now=NOON)
    assert mail is not None

    settle(queue, mail)

    (row,) = rows(engine)
    assert (row.address, row.details, row.in_reply_to) == (None, {}, "")
    assert "ada" not in str(row).lower()
    assert not may_answer(engine)


def test_an_answer_that_waits_for_another_attempt_keeps_its_address(engine: sa.Engine) -> None:
    answer(engine)
    queue = TransactionalQueue(engine)
    mail = queue.claim(now=NOON)
    assert mail is not None

    queue.mark_deferred(mail, "greylisted", now=NOON)

    assert [row.address for row in rows(engine)] == [ADA]


def test_a_mailbox_gets_no_second_answer_of_a_kind_within_an_hour(engine: sa.Engine) -> None:
    answer(engine)

    assert not may_answer(engine, now=NOON + 59 * MINUTE)
    assert may_answer(engine, now=NOON + HOUR)
    assert may_answer(engine, MailKind.TOPICS)
    assert may_answer(engine, mailbox="ben@example.org")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (MailKind.ASK, {"command": "pause"}, {"command": "resume"}),
        (MailKind.DONE, {"done": "confirmed"}, {"done": "left"}),
    ],
)
def test_answers_that_say_something_else_do_not_shut_each_other_out(
    engine: sa.Engine, kind: MailKind, one: Details, other: Details
) -> None:
    answer(engine, kind, details=one)

    assert not may_answer(engine, kind, details=one)
    assert may_answer(engine, kind, details=other)


def test_what_a_stranger_writes_makes_no_other_answer_of_it(engine: sa.Engine) -> None:
    answer(engine, MailKind.TOPICS, details={"unknown": ["robots"]})
    answer(engine, MailKind.ASK, details={"command": "topics", "topics": ["a"]})

    assert not may_answer(engine, MailKind.TOPICS, details={"unknown": ["planes"]})
    assert not may_answer(engine, MailKind.ASK, details={"command": "topics", "topics": ["b"]})


def test_the_mailboxes_of_a_domain_together_get_so_many_answers(engine: sa.Engine) -> None:
    answers = AnswerQueue(key="a key", most_to_domain=((HOUR, 3),))
    for number in range(3):
        assert may_answer(engine, answers=answers)
        answer(engine, address=f"r{number}@EXAMPLE.org")

    assert not may_answer(engine, answers=answers)
    assert may_answer(engine, answers=answers, now=NOON + HOUR)
    assert may_answer(engine, mailbox="ada@www.example.org", answers=answers)
    assert may_answer(engine, mailbox="example.org@example.net", answers=answers)


def test_a_domain_that_strangers_filled_holds_up_neither_readers_nor_sign_ups(
    engine: sa.Engine,
) -> None:
    answers = AnswerQueue(key="a key", most_to_domain=((HOUR, 1),))
    answer(engine, address="r@example.org")

    assert may_answer(engine, answers=answers, is_stranger=False)
    assert may_answer(engine, MailKind.CONFIRM, answers=answers)


def test_strangers_leave_a_part_of_all_answers_to_readers(engine: sa.Engine) -> None:
    answers = AnswerQueue(key="a key", most_in_all=((HOUR, 4),))
    for number in range(3):
        assert may_answer(engine, answers=answers)
        answer(engine, address=f"r{number}@r{number}.example")

    assert not may_answer(engine, answers=answers)
    assert may_answer(engine, answers=answers, is_stranger=False)
    answer(engine)
    assert not may_answer(engine, mailbox="b@b.example", answers=answers, is_stranger=False)


def test_an_index_finds_the_answers_of_a_mailbox_and_of_a_domain(engine: sa.Engine) -> None:
    searched: list[tuple[str, Any]] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _record(_c: object, _u: object, sql: str, values: Any, *_: object) -> None:
        searched.append((sql, values))

    may_answer(engine)
    sa.event.remove(engine, "before_cursor_execute", _record)

    counts = [one for one in searched if "mailbox_hash >=" in one[0]]
    assert len(counts) == 2
    with engine.connect() as db:
        for sql, values in counts:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
            assert "ix_transactional_mail_mailbox_hash" in str(plan)


def test_a_confirmation_may_be_asked_for_anew(engine: sa.Engine) -> None:
    answer(engine, MailKind.CONFIRM)

    assert may_answer(engine, MailKind.CONFIRM)


def test_a_mailbox_gets_ten_answers_a_day_of_whatever_kind(engine: sa.Engine) -> None:
    for number in range(MOST_IN_A_DAY):
        assert may_answer(engine, MailKind.DONE, now=NOON + number * HOUR)
        answer(engine, MailKind.DONE, now=NOON + number * HOUR)

    assert not may_answer(engine, MailKind.DONE, now=NOON + 10 * HOUR)
    assert not may_answer(engine, MailKind.CONFIRM, now=NOON + 10 * HOUR)
    assert may_answer(engine, MailKind.DONE, now=NOON + DAY)


def test_all_mailboxes_together_get_so_many_answers(engine: sa.Engine) -> None:
    answers = AnswerQueue(key="a key", most_in_all=((MINUTE, 2), (HOUR, 3)))
    for number in range(2):
        answer(engine, address=f"r{number}@example.org")

    assert not may_answer(engine, answers=answers)
    assert may_answer(engine, answers=answers, now=NOON + MINUTE)
    answer(engine, address="r2@example.org", now=NOON + MINUTE)
    assert not may_answer(engine, answers=answers, now=NOON + 59 * MINUTE)


def test_mail_that_answers_nothing_does_not_count(engine: sa.Engine, book: Book) -> None:
    TransactionalQueue(engine).enqueue(enrolled(book, MAILBOX).id, MailKind.CONFIRM, now=NOON)

    assert may_answer(engine, answers=AnswerQueue(key="a key", most_in_all=((HOUR, 1),)))


def test_a_clock_that_was_set_back_holds_nobody_up(engine: sa.Engine) -> None:
    answer(engine, now=NOON + HOUR)

    assert may_answer(engine)


def test_settled_answers_to_strangers_are_deleted_after_a_day(
    engine: sa.Engine, book: Book
) -> None:
    queue, ada = TransactionalQueue(engine), enrolled(book, MAILBOX)
    answer(engine, address="ben@example.org")
    answer(engine, subscriber_id=ada.id)
    for _ in range(2):
        mail = queue.claim(now=NOON)
        assert mail is not None
        queue.mark_sent(mail)
    answer(engine, address="cyd@example.org")

    answer(engine, address="dan@example.org", now=NOON + DAY)

    found = [(row.subscriber_id, row.address) for row in rows(engine)]
    assert found == [(ada.id, None), (None, "cyd@example.org"), (None, "dan@example.org")]


def test_an_answer_to_no_address_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(AddressError, match="'MAILER-DAEMON' is not an e-mail address"):
        answer(engine, address="MAILER-DAEMON")
