"""What a bounce or a complaint changes in the book, and what it needs to be proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, at_noon, enrolled

from digest.inbound.consequences import Consequences
from digest.models.inbound import (
    BounceClass,
    BouncedRecipient,
    Explanation,
    MessageKind,
    ReturnedMail,
)
from digest.storage.bounces import Bounce, Bounces
from subscribers.models import Event, Status, Subscriber

if TYPE_CHECKING:
    import sqlalchemy as sa

    from subscribers.book import Book


@pytest.fixture
def bounces(engine: sa.Engine) -> Bounces:
    return Bounces(engine)


@pytest.fixture
def consequences(bounces: Bounces, book: Book) -> Consequences:
    return Consequences(bounces=bounces, book=book, signs_return_addresses=True, clock=at_noon)


@pytest.fixture
def ada(book: Book) -> Subscriber:
    return enrolled(book, "ada@example.org", Event.CONFIRM)


def proof(reader: Subscriber) -> ReturnedMail:
    return ReturnedMail(day=DAY, subscriber_id=reader.id, found_in="return address")


def report(
    bounce_class: BounceClass, returned: ReturnedMail, *, is_refusal: bool = False
) -> Explanation:
    said = BouncedRecipient(
        address="ada@example.org",
        bounce_class=bounce_class,
        status="5.1.1",
        diagnostic="no such user",
    )
    return Explanation(
        kind=MessageKind.BOUNCE, why="a report", recipients=(said,), returned=returned,
        is_refusal=is_refusal,
    )  # fmt: skip


def of_bounce(consequences: Consequences, engine: sa.Engine, explanation: Explanation) -> str:
    with engine.execution_options(writes=True).begin() as db:
        [result] = consequences.of_reports(db, [explanation])
    return result


def of_complaint(consequences: Consequences, engine: sa.Engine, returned: ReturnedMail) -> str:
    explanation = Explanation(kind=MessageKind.COMPLAINT, why="an abuse report", returned=returned)
    return of_bounce(consequences, engine, explanation)


def test_a_hard_bounce_suppresses_with_the_servers_words_as_evidence(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber
) -> None:
    result = of_bounce(consequences, engine, report(BounceClass.HARD, proof(ada)))

    *_, last = book.history(ada.id)
    assert result == "the address is suppressed"
    assert (last.event, last.status) == (Event.BOUNCE, Status.SUPPRESSED)
    assert (last.evidence.channel, last.evidence.note) == ("mail server", "5.1.1 no such user")
    assert bounces.of_day(DAY) == {"hard": 1}


def test_a_bounce_that_nothing_proves_changes_nothing(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber
) -> None:
    forged = ReturnedMail(day=DAY, subscriber_id=ada.id, fault="the signature is forged")

    results = [
        of_bounce(consequences, engine, report(BounceClass.HARD, returned))
        for returned in (forged, ReturnedMail())
    ]

    assert results == [
        "nothing was changed: the signature is forged",
        "nothing was changed: nothing names a mail of ours",
    ]
    assert book.get(ada.id) == ada
    assert bounces.for_subscriber(ada.id) == []


def test_a_readers_refusal_lets_them_leave(
    consequences: Consequences, engine: sa.Engine, book: Book, ada: Subscriber
) -> None:
    of_bounce(consequences, engine, report(BounceClass.HARD, proof(ada), is_refusal=True))

    found = book.get(ada.id)
    assert found is not None
    assert found.status is Status.LEFT


@pytest.mark.parametrize("bounce_class", [BounceClass.POLICY, BounceClass.DELAYED])
def test_policy_and_delays_stand_beside_the_mail_and_change_nobody(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber,
    bounce_class: BounceClass,
) -> None:  # fmt: skip
    result = of_bounce(consequences, engine, report(bounce_class, proof(ada)))

    assert result == f"recorded beside the mail of {DAY}"
    assert book.get(ada.id) == ada
    assert bounces.of_day(DAY) == {bounce_class: 1}


def test_soft_bounces_over_days_pause(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber
) -> None:
    before = [timedelta(days=ago) for ago in (9, 7, 5, 3)]
    earlier = [
        Bounce(subscriber_id=ada.id, day=DAY - ago, bounce_class="soft", at=NOON - ago)
        for ago in before
    ]
    with engine.begin() as db:
        bounces.record(db, earlier)

    of_bounce(consequences, engine, report(BounceClass.SOFT, proof(ada)))

    found = book.get(ada.id)
    assert found is not None
    assert found.status is Status.PAUSED


def test_a_complaint_suppresses_once(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber
) -> None:
    results = [of_complaint(consequences, engine, proof(ada)) for _ in range(2)]

    assert results == [
        "the address is suppressed",
        "nothing was changed: the reader is suppressed",
    ]
    assert [step.event for step in book.history(ada.id)][-1] is Event.COMPLAINT
    assert bounces.of_day(DAY) == {"complaint": 1}


def test_a_reader_who_was_erased_is_gone(consequences: Consequences, engine: sa.Engine) -> None:
    unknown = ReturnedMail(day=DAY, subscriber_id=99, found_in="Message-ID")

    assert of_bounce(consequences, engine, report(BounceClass.HARD, unknown)).endswith("is gone")
    assert of_complaint(consequences, engine, unknown).endswith("is gone")


def test_a_report_without_a_recipient_changes_nothing(
    consequences: Consequences, engine: sa.Engine, ada: Subscriber
) -> None:
    empty = Explanation(kind=MessageKind.BOUNCE, why="a report", returned=proof(ada))

    assert of_bounce(consequences, engine, empty) == "nothing was changed: it names no recipient"


@pytest.mark.parametrize("found_in", ["Message-ID", "leave link"])
def test_what_goes_with_every_copy_of_a_mail_lets_no_bounce_count(
    consequences: Consequences, engine: sa.Engine, book: Book, bounces: Bounces, ada: Subscriber,
    found_in: str,
) -> None:  # fmt: skip
    known_to_others = ReturnedMail(subscriber_id=ada.id, found_in=found_in)

    result = of_bounce(consequences, engine, report(BounceClass.HARD, known_to_others))

    assert result == f"recorded only: its {found_in} is known to others"
    assert book.get(ada.id) == ada
    assert bounces.of_day(NOON.date()) == {"hard": 1}


def test_where_return_addresses_are_not_signed_a_message_id_counts(
    consequences: Consequences, engine: sa.Engine, book: Book, ada: Subscriber
) -> None:
    by_id = ReturnedMail(day=DAY, subscriber_id=ada.id, found_in="Message-ID")

    of_bounce(
        replace(consequences, signs_return_addresses=False),
        engine,
        report(BounceClass.HARD, by_id),
    )

    found = book.get(ada.id)
    assert found is not None
    assert found.status is Status.SUPPRESSED


def test_a_complaint_that_a_copy_proves_lets_the_reader_leave(
    consequences: Consequences, engine: sa.Engine, book: Book, ada: Subscriber
) -> None:
    by_link = ReturnedMail(subscriber_id=ada.id, found_in="leave link")

    of_complaint(consequences, engine, by_link)

    found = book.get(ada.id)
    assert found is not None
    assert found.status is Status.LEFT
