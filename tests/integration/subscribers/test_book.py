"""The address book: sign-ups, changes of consent, and their evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa
from support.builders import NOON, PEPPER, brought_in, enrolled, evidence
from support.readers import CHOSEN_AT

from subscribers.book import Book, ConsentRecord, Evidence
from subscribers.errors import AddressError, ConsentError, PreferenceError
from subscribers.models import Event, Preferences, Status, Subscriber

LATER = NOON + timedelta(days=1)
BY_HAND = Evidence(at=NOON, channel="cli", note="asked on the phone")
BY_LINK = Evidence(at=LATER, channel="link", wording="2026-01", network="192.0.2.0")
UNKNOWN = 999


def add(book: Book, address: str = "ada@example.org", *topics: str) -> Subscriber:
    added = book.add(address, topics or ("agents",), confirmed=True, evidence=BY_HAND)
    assert added is not None
    return added


def test_an_address_with_consent_is_confirmed_at_once(book: Book) -> None:
    assert add(book, "Ada@example.org", "agents", "speech") == Subscriber(
        id=100,
        address="Ada@example.org",
        status=Status.CONFIRMED,
        topics=("agents", "speech"),
        since=NOON,
    )


def test_an_address_without_consent_is_pending(book: Book) -> None:
    book.add("ada@example.org", ["agents"], confirmed=False, evidence=BY_HAND)

    assert [subscriber.status for subscriber in book.all()] == [Status.PENDING]
    assert book.confirmed() == []


def test_every_change_of_consent_is_kept_with_its_evidence(book: Book) -> None:
    subscriber = add(book)

    book.record(subscriber.id, Event.LEAVE, evidence=BY_LINK)

    assert book.history(subscriber.id) == [
        ConsentRecord(event=Event.SIGN_UP, status=Status.PENDING, evidence=BY_HAND),
        ConsentRecord(event=Event.CONFIRM, status=Status.CONFIRMED, evidence=BY_HAND),
        ConsentRecord(event=Event.LEAVE, status=Status.LEFT, evidence=BY_LINK),
    ]


def test_each_reader_has_a_history_of_their_own(book: Book) -> None:
    add(book, "ada@example.org")
    second = enrolled(book, "bo@example.org")

    assert [entry.event for entry in book.history(second.id)] == [Event.SIGN_UP]
    assert book.history(UNKNOWN) == []


def test_a_reader_who_left_stays_in_the_book_as_left(book: Book) -> None:
    subscriber = add(book)

    left = book.record(subscriber.id, Event.LEAVE, evidence=BY_LINK)

    assert left is not None
    assert left.status is Status.LEFT
    assert book.all() == [left]
    assert book.confirmed() == []


def test_leaving_twice_is_leaving(book: Book) -> None:
    subscriber = enrolled(book, "ada@example.org", Event.LEAVE)

    again = book.record(subscriber.id, Event.LEAVE, evidence=BY_LINK)

    assert again == subscriber


def test_a_reader_on_a_pause_gets_no_digest_until_they_resume(book: Book) -> None:
    subscriber = add(book)

    book.record(subscriber.id, Event.PAUSE, evidence=BY_LINK)
    during = book.confirmed()
    book.record(subscriber.id, Event.RESUME, evidence=BY_LINK)

    assert (during, book.confirmed()) == ([], [subscriber])


def test_an_event_of_an_unknown_id_is_ignored(book: Book) -> None:
    assert book.record(UNKNOWN, Event.LEAVE, evidence=BY_LINK) is None


def test_an_event_that_is_refused_is_not_recorded(book: Book) -> None:
    subscriber = enrolled(book, "ada@example.org", Event.LEAVE)
    before = book.history(subscriber.id)

    with pytest.raises(ConsentError):
        book.record(subscriber.id, Event.CONFIRM, evidence=BY_LINK)

    assert book.get(subscriber.id) == subscriber
    assert book.history(subscriber.id) == before


def test_a_reader_who_left_and_comes_back_has_the_same_id_and_the_whole_history(book: Book) -> None:
    before = enrolled(book, "ada@example.org", Event.CONFIRM, Event.LEAVE)

    after = enrolled(book, "ada@example.org", Event.CONFIRM)

    assert (after.id, after.status) == (before.id, Status.CONFIRMED)
    assert [entry.event for entry in book.history(after.id)] == [
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
def test_an_import_changes_nothing_for_who_left_or_is_suppressed(book: Book, last: Event) -> None:
    before = enrolled(book, "ada@example.org", Event.CONFIRM, last)

    assert brought_in(book, "ada@example.org", topics=("speech",), confirmed=True) is None
    assert book.all() == [before]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        pytest.param((Event.CONFIRM, Event.LEAVE), "it is left", id="left"),
        pytest.param((Event.LEAVE, Event.SIGN_UP), "it had left", id="a stranger signed them up"),
        pytest.param((Event.COMPLAINT,), "it is suppressed", id="never again"),
        pytest.param((Event.CONFIRM, Event.BOUNCE), "it is suppressed", id="refuses mail"),
    ],
)
def test_nobody_but_the_reader_can_undo_a_no(
    book: Book, events: tuple[Event, ...], said: str
) -> None:
    subscriber = enrolled(book, "ada@example.org", *events)
    before = book.history(subscriber.id)

    with pytest.raises(ConsentError, match=f"ADA@example.org cannot be confirmed: {said}"):
        add(book, "ADA@example.org")

    assert book.get(subscriber.id) == subscriber
    assert book.history(subscriber.id) == before


@pytest.mark.parametrize("signed_up_again", [False, True])
def test_an_operator_does_not_confirm_who_was_erased(
    book: Book,
    signed_up_again: bool,  # noqa: FBT001
) -> None:
    book.erase(enrolled(book, "ada@example.org", Event.CONFIRM).id, evidence=BY_HAND)
    if signed_up_again:
        enrolled(book, "ada@example.org")
    before = book.all()

    with pytest.raises(ConsentError, match="its owner had it erased"):
        add(book)

    assert book.all() == before


@pytest.mark.parametrize("last", [Event.LEAVE, Event.BOUNCE, Event.COMPLAINT, Event.ERASE])
def test_a_no_holds_for_every_spelling_of_the_mailbox(book: Book, last: Event) -> None:
    enrolled(book, "ada.b@gmail.com", Event.CONFIRM, last) if last is not Event.ERASE else (
        book.erase(enrolled(book, "ada.b@gmail.com").id, evidence=BY_HAND)
    )
    before = book.all()

    with pytest.raises(ConsentError, match=r"adab\+x@googlemail\.com cannot be confirmed"):
        add(book, "adab+x@googlemail.com")

    assert book.all() == before


def test_who_left_under_one_spelling_may_sign_up_under_another(book: Book) -> None:
    enrolled(book, "ada+news@example.org", Event.CONFIRM, Event.LEAVE)

    assert enrolled(book, "ada+papers@example.org", Event.CONFIRM).status is Status.CONFIRMED


def test_never_again_holds_for_sign_ups_under_every_spelling(book: Book) -> None:
    enrolled(book, "ada.b@gmail.com", Event.COMPLAINT)

    assert book.add("a.dab@gmail.com", ["agents"], confirmed=False, evidence=BY_HAND) is None
    assert [reader.address for reader in book.all()] == ["ada.b@gmail.com"]


def test_two_spellings_of_a_mailbox_may_be_two_readers(book: Book) -> None:
    first, second = (add(book, text) for text in ("ada+a@example.org", "ada+b@example.org"))

    assert first.id != second.id
    assert book.confirmed() == [first, second]


def test_a_confirmed_reader_who_signs_up_again_stays_confirmed(book: Book) -> None:
    add(book)

    again = enrolled(book, "ada@example.org", topics=("speech",))

    assert (again.status, again.topics) == (Status.CONFIRMED, ("speech",))


@pytest.mark.parametrize("spelling", ["ADA@example.org", "ada@EXAMPLE.ORG", " ada@example.org\n"])
def test_one_mailbox_is_one_reader_in_every_spelling(book: Book, spelling: str) -> None:
    first = add(book, "ada@example.org")

    assert book.find(spelling) == first
    assert add(book, spelling).id == first.id
    assert [subscriber.address for subscriber in book.all()] == ["ada@example.org"]


def test_an_address_nobody_signed_up_is_not_found(book: Book) -> None:
    add(book)

    assert book.find("bo@example.org") is None


@pytest.mark.parametrize("text", ["", "ada", "ada@", "Ada <ada@example.org>"])
def test_an_invalid_address_is_not_stored(book: Book, text: str) -> None:
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

    assert [subscriber.id for subscriber in book.confirmed()] == [10, 30]
    assert [subscriber.id for subscriber in book.all()] == [20, 10, 30]


def test_subscribers_of_a_topic_are_counted_unless_they_left_or_are_suppressed(book: Book) -> None:
    enrolled(book, "ada@example.org", Event.CONFIRM, topics=("agents", "speech"))
    enrolled(book, "bo@example.org", Event.CONFIRM, Event.LEAVE)
    enrolled(book, "cy@example.org")
    enrolled(book, "di@example.org", Event.CONFIRM, Event.BOUNCE)

    assert (book.wanting("agents"), book.wanting("speech"), book.wanting("proofs")) == (2, 1, 0)


def test_what_a_reader_chose_is_kept(book: Book) -> None:
    chosen = Preferences(words_in=("whale",), authors=("Ada Example",), days=("sat",), hour=0)
    subscriber = add(book)

    after = book.choose(subscriber.id, ["speech", "agents"], chosen, at=CHOSEN_AT)

    assert after is not None
    assert after == book.get(subscriber.id)
    assert (after.topics, after.preferences) == (("speech", "agents"), chosen)


def test_the_choices_of_an_unknown_id_are_ignored(book: Book) -> None:
    assert book.choose(UNKNOWN, ["agents"], Preferences(), at=CHOSEN_AT) is None


def test_some_preferences_are_changed_and_all_else_stays(book: Book) -> None:
    subscriber = add(book)
    book.choose(subscriber.id, ["speech"], Preferences(words_in=("whale",), hour=3), at=CHOSEN_AT)

    after = book.prefer(subscriber.id, lambda it: replace(it, muted=("Ada Example",)), at=CHOSEN_AT)

    assert after == book.get(subscriber.id)
    assert after is not None
    assert after.topics == ("speech",)
    assert after.preferences == Preferences(words_in=("whale",), hour=3, muted=("Ada Example",))


def test_a_change_that_is_not_possible_changes_nothing(book: Book) -> None:
    subscriber = add(book)

    with pytest.raises(PreferenceError, match="hour must be 0 to 23"):
        book.prefer(subscriber.id, lambda it: replace(it, hour=24), at=CHOSEN_AT)

    assert book.get(subscriber.id) == subscriber
    assert book.prefer(UNKNOWN, lambda it: it, at=CHOSEN_AT) is None


def test_who_does_not_confirm_in_time_is_deleted(book: Book) -> None:
    enrolled(book, "ada@example.org")
    enrolled(book, "bo@example.org", Event.CONFIRM)
    book.add("cy@example.org", ["agents"], confirmed=False, evidence=evidence(at=LATER))

    deleted = book.forget_unconfirmed(before=LATER, evidence=evidence(at=LATER))

    assert deleted == 1
    assert [subscriber.address for subscriber in book.all()] == ["bo@example.org", "cy@example.org"]


def test_who_had_left_and_does_not_confirm_again_has_left(book: Book) -> None:
    enrolled(book, "ada@example.org", Event.CONFIRM, Event.LEAVE)
    subscriber = enrolled(book, "ada@example.org")

    deleted = book.forget_unconfirmed(before=LATER, evidence=evidence(at=LATER, channel="deadline"))

    assert deleted == 0
    assert [kept.status for kept in book.all()] == [Status.LEFT]
    assert book.history(subscriber.id)[-1] == ConsentRecord(
        event=Event.LEAVE, status=Status.LEFT, evidence=evidence(at=LATER, channel="deadline")
    )


def test_a_sign_up_that_fails_leaves_nothing_behind(book: Book) -> None:
    naive = Evidence(at=NOON.replace(tzinfo=None), channel="cli")

    with pytest.raises(sa.exc.StatementError, match="a time without a zone cannot be stored"):
        book.add("ada@example.org", ["agents"], confirmed=True, evidence=naive)

    assert book.all() == []


def test_a_time_in_another_zone_comes_back_as_the_same_moment(book: Book) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=9)))

    subscriber = book.add(
        "a@example.org", [], confirmed=True, evidence=Evidence(at=at, channel="cli")
    )

    assert subscriber is not None
    assert subscriber.since.isoformat() == "2026-02-02T12:00:00+00:00"


def test_an_erasure_can_be_recorded_as_an_event(book: Book) -> None:
    subscriber = add(book)

    assert book.record(subscriber.id, Event.ERASE, evidence=BY_LINK) is None
    assert book.all() == []
    assert book.is_erased("ada@example.org")


def test_the_zones_that_readers_chose_are_named_once(book: Book) -> None:
    for name, zone in (("ada", "Europe/Paris"), ("ben", "Europe/Paris"), ("cy", "Asia/Tokyo")):
        reader = add(book, f"{name}@example.org")
        book.choose(reader.id, ["agents"], Preferences(timezone=zone), at=CHOSEN_AT)

    assert book.timezones() == {"Europe/Paris", "Asia/Tokyo"}
    assert (book.count(Status.CONFIRMED), book.count(Status.LEFT)) == (3, 0)
