"""Who signed up, who left, and the evidence for each."""

from __future__ import annotations

from datetime import timedelta, timezone
from itertools import count

import pytest
import sqlalchemy as sa
from builders import NOON

from subscribers.book import Book, Evidence, Step
from subscribers.errors import AddressError
from subscribers.models import Event, Status, Subscriber

LATER = NOON + timedelta(days=1)
BY_HAND = Evidence(at=NOON, door="cli", note="asked on the phone")
BY_LINK = Evidence(at=LATER, door="link")


@pytest.fixture
def book(engine: sa.Engine) -> Book:
    return Book(engine, new_id=count(100).__next__)


def add(book: Book, address: str = "ada@example.org", *topics: str) -> Subscriber:
    return book.add(address, topics or ("agents",), confirmed=True, evidence=BY_HAND)


def test_an_address_that_is_vouched_for_is_confirmed_at_once(book: Book) -> None:
    assert add(book, "Ada@example.org", "agents", "speech") == Subscriber(
        id=100,
        address="Ada@example.org",
        status=Status.CONFIRMED,
        topics=("agents", "speech"),
        since=NOON,
    )


def test_an_address_that_nobody_vouches_for_waits(book: Book) -> None:
    book.add("ada@example.org", ["agents"], confirmed=False, evidence=BY_HAND)

    assert [reader.status for reader in book.all()] == [Status.PENDING]
    assert book.confirmed() == []


def test_every_step_of_consent_is_kept_with_its_evidence(book: Book) -> None:
    reader = add(book)

    book.leave("ada@example.org", evidence=BY_LINK)

    assert book.history(reader.id) == [
        Step(event=Event.SIGN_UP, status=Status.PENDING, evidence=BY_HAND),
        Step(event=Event.CONFIRM, status=Status.CONFIRMED, evidence=BY_HAND),
        Step(event=Event.LEAVE, status=Status.LEFT, evidence=BY_LINK),
    ]


def test_each_reader_has_a_history_of_their_own(book: Book) -> None:
    add(book, "ada@example.org")
    second = book.add("bo@example.org", [], confirmed=False, evidence=BY_LINK)

    assert [step.event for step in book.history(second.id)] == [Event.SIGN_UP]
    assert book.history(999) == []


def test_a_reader_who_left_stays_in_the_book_as_left(book: Book) -> None:
    add(book)

    left = book.leave("ada@example.org", evidence=BY_LINK)

    assert left is not None
    assert left.status is Status.LEFT
    assert book.all() == [left]
    assert book.confirmed() == []


def test_leaving_twice_is_leaving(book: Book) -> None:
    add(book)
    book.leave("ada@example.org", evidence=BY_LINK)

    again = book.leave("ada@example.org", evidence=BY_LINK)

    assert again is not None
    assert again.status is Status.LEFT


def test_somebody_who_was_never_here_cannot_leave(book: Book) -> None:
    assert book.leave("ada@example.org", evidence=BY_LINK) is None


def test_a_reader_who_left_and_comes_back_has_the_same_id_and_the_whole_history(book: Book) -> None:
    before = add(book)
    book.leave("ada@example.org", evidence=BY_LINK)

    after = add(book)

    assert (after.id, after.status) == (before.id, Status.CONFIRMED)
    assert [step.event for step in book.history(after.id)] == [
        Event.SIGN_UP,
        Event.CONFIRM,
        Event.LEAVE,
        Event.SIGN_UP,
        Event.CONFIRM,
    ]


def test_a_reader_who_left_is_not_confirmed_by_signing_up_alone(book: Book) -> None:
    add(book)
    book.leave("ada@example.org", evidence=BY_LINK)

    again = book.add("ada@example.org", ["agents"], confirmed=False, evidence=BY_LINK)

    assert again.status is Status.PENDING


def test_a_confirmed_reader_who_signs_up_again_stays_confirmed(book: Book) -> None:
    add(book)

    again = book.add("ada@example.org", ["speech"], confirmed=False, evidence=BY_LINK)

    assert (again.status, again.topics) == (Status.CONFIRMED, ("speech",))


@pytest.mark.parametrize("spelling", ["ADA@example.org", "ada@EXAMPLE.ORG", " ada@example.org\n"])
def test_one_mailbox_is_one_reader_in_every_spelling(book: Book, spelling: str) -> None:
    first = add(book, "ada@example.org")

    assert book.find(spelling) == first
    assert add(book, spelling).id == first.id
    assert [reader.address for reader in book.all()] == ["ada@example.org"]


def test_an_address_nobody_signed_up_is_not_found(book: Book) -> None:
    add(book)

    assert book.find("bo@example.org") is None


@pytest.mark.parametrize("text", ["", "ada", "ada@", "Ada <ada@example.org>"])
def test_what_is_no_address_is_not_written_down(book: Book, text: str) -> None:
    with pytest.raises(AddressError):
        add(book, text)

    assert book.all() == []


def test_topics_keep_the_readers_order_and_are_wanted_once(book: Book) -> None:
    assert add(book, "ada@example.org", "speech", "agents", "speech").topics == ("speech", "agents")


def test_a_reader_may_want_no_topics(book: Book) -> None:
    add(book)

    assert book.add("ada@example.org", [], confirmed=True, evidence=BY_HAND).topics == ()


def test_confirmed_readers_come_by_id_and_all_readers_by_address(engine: sa.Engine) -> None:
    book = Book(engine, new_id=iter([30, 10, 20]).__next__)
    add(book, "Zoe@example.org")
    add(book, "bo@example.org")
    book.add("Ada@example.org", ["agents"], confirmed=False, evidence=BY_HAND)

    assert [reader.id for reader in book.confirmed()] == [10, 30]
    assert [reader.id for reader in book.all()] == [20, 10, 30]


def test_readers_of_a_topic_are_counted_unless_they_left(book: Book) -> None:
    add(book, "ada@example.org", "agents", "speech")
    add(book, "bo@example.org", "agents")
    book.add("cy@example.org", ["agents"], confirmed=False, evidence=BY_HAND)
    book.leave("bo@example.org", evidence=BY_LINK)

    assert (book.wanting("agents"), book.wanting("speech"), book.wanting("proofs")) == (2, 1, 0)


def test_a_sign_up_that_fails_leaves_nothing_behind(book: Book) -> None:
    naive = Evidence(at=NOON.replace(tzinfo=None), door="cli")

    with pytest.raises(sa.exc.StatementError, match="a time without a zone cannot be stored"):
        book.add("ada@example.org", ["agents"], confirmed=True, evidence=naive)

    assert book.all() == []


def test_a_time_in_another_zone_comes_back_as_the_same_moment(book: Book) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=9)))

    reader = book.add("a@example.org", [], confirmed=True, evidence=Evidence(at=at, door="cli"))

    assert reader.since.isoformat() == "2026-02-02T12:00:00+00:00"
