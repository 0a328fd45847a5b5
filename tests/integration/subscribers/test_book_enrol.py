"""Adding many confirmed subscribers at once, all or none."""

from __future__ import annotations

import pytest
from support.builders import enrolled, evidence
from support.readers import CHOSEN_AT

from subscribers.book import Book
from subscribers.errors import AddressError
from subscribers.models import Event, Preferences, Status

PEOPLE = [("Ada@example.org", ["agents", "robots"]), ("bo@bücher.example", []), ("cy@b.org", ["a"])]


def test_whoever_is_enrolled_is_an_ordinary_subscriber(book: Book) -> None:
    number = book.enrol(PEOPLE, evidence=evidence())

    found = book.confirmed()
    assert number == 3
    assert [(it.address, list(it.topics)) for it in found] == PEOPLE
    assert {(it.status, it.preferences) for it in found} == {(Status.CONFIRMED, Preferences())}


def test_whoever_is_enrolled_has_the_history_of_a_confirmed_reader(book: Book) -> None:
    book.enrol(PEOPLE[:1], evidence=evidence())
    enrolled(book, "bo@example.org", Event.CONFIRM)

    histories = [book.history(subscriber.id) for subscriber in book.confirmed()]

    assert histories[0] == histories[1]
    assert [entry.event for entry in histories[0]] == [Event.SIGN_UP, Event.CONFIRM]


def test_whoever_is_enrolled_is_found_under_every_spelling(book: Book) -> None:
    book.enrol(PEOPLE, evidence=evidence())

    found = [book.find(it) for it in ("ADA@EXAMPLE.org", "bo@xn--bcher-kva.example")]

    assert [it and it.address for it in found] == ["Ada@example.org", "bo@bücher.example"]


def test_whoever_is_enrolled_can_choose_and_leave(book: Book) -> None:
    book.enrol(PEOPLE, evidence=evidence())
    ada, bo, _ = book.confirmed()

    chosen = book.choose(ada.id, ["whales"], Preferences(papers=3), at=CHOSEN_AT)
    book.record(bo.id, Event.LEAVE, evidence=evidence())

    assert chosen is not None
    assert (chosen.topics, chosen.preferences.papers) == (("whales",), 3)
    assert [it.address for it in book.confirmed()] == ["Ada@example.org", "cy@b.org"]


def test_a_topic_that_is_named_twice_is_wanted_once(book: Book) -> None:
    book.enrol([("ada@example.org", ["robots", "agents", "robots"])], evidence=evidence())

    (ada,) = book.confirmed()
    assert ada.topics == ("robots", "agents")


def test_nobody_at_all_can_be_enrolled(book: Book) -> None:
    assert book.enrol([], evidence=evidence()) == 0
    assert book.all() == []


@pytest.mark.parametrize("known", ["ada@EXAMPLE.org", "cy@b.org"])
def test_if_one_is_known_nobody_is_enrolled(book: Book, known: str) -> None:
    before = enrolled(book, known)

    with pytest.raises(ValueError, match="known already, or stands twice"):
        book.enrol(PEOPLE, evidence=evidence())

    assert book.all() == [before]


def test_if_one_appears_twice_nobody_is_enrolled(book: Book) -> None:
    with pytest.raises(ValueError, match="stands twice"):
        book.enrol([*PEOPLE, ("ADA@example.org", [])], evidence=evidence())

    assert book.all() == []


def test_if_one_is_not_an_address_nobody_is_enrolled(book: Book) -> None:
    with pytest.raises(AddressError):
        book.enrol([*PEOPLE, ("nobody", [])], evidence=evidence())

    assert book.all() == []


@pytest.mark.parametrize("last", [Event.LEAVE, Event.COMPLAINT])
def test_whoever_said_no_under_another_spelling_is_not_enrolled(book: Book, last: Event) -> None:
    before = enrolled(book, "ada+news@example.org", last)

    with pytest.raises(ValueError, match="one of these readers left"):
        book.enrol(PEOPLE, evidence=evidence())

    assert book.all() == [before]


def test_whoever_was_erased_is_not_enrolled_either(book: Book) -> None:
    book.erase(enrolled(book, "ada@example.org", Event.CONFIRM).id, evidence=evidence())

    with pytest.raises(ValueError, match="asked to be forgotten"):
        book.enrol(PEOPLE, evidence=evidence())

    assert book.all() == []
