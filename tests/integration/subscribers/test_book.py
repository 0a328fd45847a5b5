"""Who signed up, who left, and the evidence for each."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa
from support.builders import NOON, PEPPER, enrolled, evidence

from subscribers.book import Book, ConsentRecord, Evidence
from subscribers.errors import AddressError, ConsentError
from subscribers.models import Event, Preferences, Status, Subscriber

LATER = NOON + timedelta(days=1)
BY_HAND = Evidence(at=NOON, channel="cli", note="asked on the phone")
BY_LINK = Evidence(at=LATER, channel="link", wording="2026-01", network="192.0.2.0")
STRANGER = 999


def add(book: Book, address: str = "ada@example.org", *topics: str) -> Subscriber:
    added = book.add(address, topics or ("agents",), confirmed=True, evidence=BY_HAND)
    assert added is not None
    return added


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

    book.record(reader.id, Event.LEAVE, evidence=BY_LINK)

    assert book.history(reader.id) == [
        ConsentRecord(event=Event.SIGN_UP, status=Status.PENDING, evidence=BY_HAND),
        ConsentRecord(event=Event.CONFIRM, status=Status.CONFIRMED, evidence=BY_HAND),
        ConsentRecord(event=Event.LEAVE, status=Status.LEFT, evidence=BY_LINK),
    ]


def test_each_reader_has_a_history_of_their_own(book: Book) -> None:
    add(book, "ada@example.org")
    second = enrolled(book, "bo@example.org")

    assert [step.event for step in book.history(second.id)] == [Event.SIGN_UP]
    assert book.history(STRANGER) == []


def test_a_reader_who_left_stays_in_the_book_as_left(book: Book) -> None:
    reader = add(book)

    left = book.record(reader.id, Event.LEAVE, evidence=BY_LINK)

    assert left is not None
    assert left.status is Status.LEFT
    assert book.all() == [left]
    assert book.confirmed() == []


def test_leaving_twice_is_leaving(book: Book) -> None:
    reader = enrolled(book, "ada@example.org", Event.LEAVE)

    again = book.record(reader.id, Event.LEAVE, evidence=BY_LINK)

    assert again == reader


def test_a_reader_on_a_pause_gets_no_digest_until_they_resume(book: Book) -> None:
    reader = add(book)

    book.record(reader.id, Event.PAUSE, evidence=BY_LINK)
    during = book.confirmed()
    book.record(reader.id, Event.RESUME, evidence=BY_LINK)

    assert (during, book.confirmed()) == ([], [reader])


def test_nobody_does_anything_who_was_never_here(book: Book) -> None:
    assert book.record(STRANGER, Event.LEAVE, evidence=BY_LINK) is None


def test_a_step_that_is_refused_is_not_written_down(book: Book) -> None:
    reader = enrolled(book, "ada@example.org", Event.LEAVE)
    before = book.history(reader.id)

    with pytest.raises(ConsentError):
        book.record(reader.id, Event.CONFIRM, evidence=BY_LINK)

    assert book.get(reader.id) == reader
    assert book.history(reader.id) == before


def test_a_reader_who_left_and_comes_back_has_the_same_id_and_the_whole_history(book: Book) -> None:
    before = enrolled(book, "ada@example.org", Event.CONFIRM, Event.LEAVE)

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
    enrolled(book, "ada@example.org", Event.CONFIRM, Event.LEAVE)

    assert enrolled(book, "ada@example.org").status is Status.PENDING


@pytest.mark.parametrize("last", [Event.LEAVE, Event.BOUNCE, Event.COMPLAINT])
def test_an_import_changes_nothing_for_somebody_who_is_gone(book: Book, last: Event) -> None:
    before = enrolled(book, "ada@example.org", Event.CONFIRM, last)

    after = book.add(
        "ada@example.org", ["speech"], confirmed=True, evidence=BY_HAND, event=Event.IMPORT
    )

    assert after == before


def test_nobody_vouches_for_a_reader_who_is_suppressed(book: Book) -> None:
    reader = enrolled(book, "ada@example.org", Event.COMPLAINT)

    with pytest.raises(ConsentError, match="confirm is not possible for suppressed reader"):
        add(book)

    assert book.get(reader.id) == reader
    assert [step.event for step in book.history(reader.id)] == [Event.SIGN_UP, Event.COMPLAINT]


def test_a_confirmed_reader_who_signs_up_again_stays_confirmed(book: Book) -> None:
    add(book)

    again = enrolled(book, "ada@example.org", topics=("speech",))

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

    again = book.add("ada@example.org", [], confirmed=True, evidence=BY_HAND)

    assert again is not None
    assert again.topics == ()


def test_confirmed_readers_come_by_id_and_all_readers_by_address(engine: sa.Engine) -> None:
    book = Book(engine, new_id=iter([30, 10, 20]).__next__, pepper=PEPPER)
    add(book, "Zoe@example.org")
    add(book, "bo@example.org")
    book.add("Ada@example.org", ["agents"], confirmed=False, evidence=BY_HAND)

    assert [reader.id for reader in book.confirmed()] == [10, 30]
    assert [reader.id for reader in book.all()] == [20, 10, 30]


def test_readers_of_a_topic_are_counted_unless_they_are_gone(book: Book) -> None:
    enrolled(book, "ada@example.org", Event.CONFIRM, topics=("agents", "speech"))
    enrolled(book, "bo@example.org", Event.CONFIRM, Event.LEAVE)
    enrolled(book, "cy@example.org")
    enrolled(book, "di@example.org", Event.CONFIRM, Event.BOUNCE)

    assert (book.wanting("agents"), book.wanting("speech"), book.wanting("proofs")) == (2, 1, 0)


def test_what_a_reader_chose_is_kept(book: Book) -> None:
    chosen = Preferences(words_in=("whale",), authors=("Ada Example",), days=("sat",), hour=0)
    reader = add(book)

    after = book.choose(reader.id, ["speech", "agents"], chosen)

    assert after is not None
    assert after == book.get(reader.id)
    assert (after.topics, after.preferences) == (("speech", "agents"), chosen)


def test_somebody_who_was_never_here_chooses_nothing(book: Book) -> None:
    assert book.choose(STRANGER, ["agents"], Preferences()) is None


def test_who_does_not_confirm_in_time_is_deleted(book: Book) -> None:
    enrolled(book, "ada@example.org")
    enrolled(book, "bo@example.org", Event.CONFIRM)
    book.add("cy@example.org", ["agents"], confirmed=False, evidence=evidence(at=LATER))

    deleted = book.forget_unconfirmed(before=LATER, evidence=evidence(at=LATER))

    assert deleted == 1
    assert [reader.address for reader in book.all()] == ["bo@example.org", "cy@example.org"]


def test_who_had_left_and_does_not_confirm_again_has_left(book: Book) -> None:
    enrolled(book, "ada@example.org", Event.CONFIRM, Event.LEAVE)
    reader = enrolled(book, "ada@example.org")

    deleted = book.forget_unconfirmed(before=LATER, evidence=evidence(at=LATER, channel="deadline"))

    assert deleted == 0
    assert [kept.status for kept in book.all()] == [Status.LEFT]
    assert book.history(reader.id)[-1] == ConsentRecord(
        event=Event.LEAVE, status=Status.LEFT, evidence=evidence(at=LATER, channel="deadline")
    )


def test_a_sign_up_that_fails_leaves_nothing_behind(book: Book) -> None:
    naive = Evidence(at=NOON.replace(tzinfo=None), channel="cli")

    with pytest.raises(sa.exc.StatementError, match="a time without a zone cannot be stored"):
        book.add("ada@example.org", ["agents"], confirmed=True, evidence=naive)

    assert book.all() == []


def test_a_time_in_another_zone_comes_back_as_the_same_moment(book: Book) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=9)))

    reader = book.add("a@example.org", [], confirmed=True, evidence=Evidence(at=at, channel="cli"))

    assert reader is not None
    assert reader.since.isoformat() == "2026-02-02T12:00:00+00:00"


def test_an_erasure_is_a_step_like_any_other_and_leaves_nobody(book: Book) -> None:
    reader = add(book)

    assert book.record(reader.id, Event.ERASE, evidence=BY_LINK) is None
    assert book.all() == []
    assert book.is_erased("ada@example.org")
