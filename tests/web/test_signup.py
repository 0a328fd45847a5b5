"""Signing up by the form: what is kept, what is refused, who is written to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import evidence
from support.site import path_in

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import House

CONFIRM = "Please confirm your subscription to Trending Papers"


def test_a_visitor_signs_up_for_topics_and_is_asked_by_mail_to_confirm(house: House) -> None:
    answer = house.sign_up("ada@example.org", "robots", "agents")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sent")
    reader = house.book.find("ada@example.org")
    assert reader is not None
    assert (reader.status, reader.topics) == ("pending", ("robots", "agents"))
    assert house.subjects() == [CONFIRM]


def test_what_the_visitor_agreed_to_is_kept_with_where_and_when(house: House) -> None:
    house.sign_up("ada@example.org", ip="192.0.2.77")

    reader = house.book.find("ada@example.org")
    assert reader is not None
    [step] = house.book.history(reader.id)
    assert step.event is Event.SIGN_UP
    assert step.evidence == evidence(
        at=house.now, channel="web", network="192.0.2.0/24", wording="2026-11"
    )


def test_who_chooses_no_topic_gets_what_is_trending_overall(house: House) -> None:
    house.sign_up("ada@example.org")

    reader = house.book.find("ada@example.org")
    assert reader is not None
    assert reader.topics == ("trending",)


def test_a_topic_that_does_not_exist_is_left_out(house: House) -> None:
    house.sign_up("ada@example.org", "agents", "<b>dragons</b>")

    reader = house.book.find("ada@example.org")
    assert reader is not None
    assert reader.topics == ("agents",)


def test_every_topic_shows_what_it_would_have_sent_last(house: House) -> None:
    page = house.get("/").text

    assert "2 papers on 2 Feb:" in page
    assert "An Agent that Reads Maps" in page
    assert "Nothing on 2 Feb." in page  # about whales


def test_a_topic_in_the_address_is_chosen_already(house: House) -> None:
    page = house.get("/?topic=robots").text

    assert 'value="robots" checked' in page
    assert page.count("checked") == 1


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "ada@example", "a b@example.org", "ada@example.org\nBcc: b@c.de"]
)
def test_what_is_no_address_is_refused_and_nothing_is_kept(house: House, address: str) -> None:
    before = house.dump()

    answer = house.sign_up(address)

    assert answer.status_code == 422
    assert "not an e-mail address" in answer.text
    assert house.dump() == before


def test_a_refused_form_comes_back_as_it_was_filled_in(house: House) -> None:
    answer = house.sign_up('ada"<b>@example', "robots")

    assert 'value="ada&#34;&lt;b&gt;@example"' in answer.text
    assert 'value="robots" checked' in answer.text
    assert 'role="alert"' in answer.text


def test_a_machine_that_fills_in_the_hidden_field_gets_the_usual_answer_and_no_mail(
    house: House,
) -> None:
    answer = house.sign_up("ada@example.org", website="https://example.com")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sent")
    assert house.status("ada@example.org") is None
    assert house.subjects() == []


@pytest.mark.parametrize(
    "age", [timedelta(0), timedelta(seconds=2), timedelta(hours=2, seconds=1), timedelta(days=-1)]
)
def test_a_form_sent_too_fast_or_too_late_is_given_back(house: House, age: timedelta) -> None:
    stamp = house.stamp()
    house.now += age

    answer = house.post("/subscribe", data={"email": "ada@example.org", "stamp": stamp})

    assert answer.status_code == 422
    assert "Please send the form once more." in answer.text
    assert house.status("ada@example.org") is None


@pytest.mark.parametrize("stamp", ["", "x", "MTIzNA.forged", "\N{SNOWMAN}"])
def test_a_form_whose_time_was_not_signed_by_us_is_given_back(house: House, stamp: str) -> None:
    answer = house.sign_up("ada@example.org", stamp=stamp)

    assert answer.status_code == 422
    assert house.status("ada@example.org") is None


def test_a_form_with_a_file_or_thousands_of_fields_is_refused(house: House) -> None:
    crowded = house.post("/subscribe", data={f"field{n}": "" for n in range(500)})
    loaded = house.post("/subscribe", files={"email": b"ada@example.org"})

    assert (crowded.status_code, loaded.status_code) == (400, 400)


def test_an_address_is_asked_to_confirm_at_most_once_a_day(house: House) -> None:
    for spelling in ("ada@example.org", "ADA@example.org", "ada@EXAMPLE.org"):
        house.sign_up(spelling)
    first = len(house.subjects())
    house.wait(hours=24)
    house.sign_up("ada@example.org")

    assert (first, len(house.subjects())) == (1, 2)


def test_who_signs_up_again_from_the_other_door_is_not_written_to_twice(house: House) -> None:
    house.sign_up("ada@example.org")
    house.post("/api/v1/subscriptions", json={"email": "ada@example.org"})

    assert house.subjects() == [CONFIRM]


def test_who_never_confirms_is_forgotten_after_a_week(house: House) -> None:
    house.sign_up("ada@example.org")
    house.deliver()
    house.wait(days=7, seconds=1)
    house.deliver()

    assert house.status("ada@example.org") is None


# -- refusing ---------------------------------------------------------------------------------


def test_never_write_to_me_again_is_believed_for_ever(house: House) -> None:
    house.sign_up("ada@example.org")
    letter = house.letter("ada@example.org", MailKind.CONFIRM)

    answer = house.post(path_in(letter, Purpose.REFUSE))
    house.wait(days=400)
    house.sign_up("ada@example.org")

    assert answer.status_code == 200
    assert house.status("ada@example.org") == "suppressed"
    assert len(house.subjects()) == 1


def test_who_refused_cannot_be_confirmed_by_the_same_mail(house: House) -> None:
    house.sign_up("ada@example.org")
    letter = house.letter("ada@example.org", MailKind.CONFIRM)
    house.post(path_in(letter, Purpose.REFUSE))

    codes = [
        house.visitor.ask(method, path_in(letter, Purpose.CONFIRM)).status_code
        for method in ("GET", "POST")
    ]

    assert codes == [410, 410]
    assert house.status("ada@example.org") == "suppressed"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_cannot_refuse(house: House, method: str) -> None:
    reader = house.reader("ada@example.org")
    hints = {"User-Agent": "scanner", "Purpose": "prefetch", "Sec-Purpose": "prefetch"}

    house.visitor.ask(method, house.link(Purpose.REFUSE, reader), headers=hints)

    assert house.status("ada@example.org") == "pending"
