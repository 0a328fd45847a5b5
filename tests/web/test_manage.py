"""Choosing, pausing, and one's own data, by link alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.site import path_in

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event, Preferences

if TYPE_CHECKING:
    from support.site import House

    from subscribers.models import Subscriber

ADA = "ada@example.org"
CONFIRM, PAUSE = Event.CONFIRM, Event.PAUSE
FORM: dict[str, Any] = {
    "topic": ["robots", "whales"],
    "words_in": "diffusion,  state   space; graph\nnets, graph",
    "words_out": "survey",
    "authors": "Ada Example, Łukasz Example",
    "day": ["sat", "mon"],
    "papers": "7",
    "hour": "6",
    "timezone": "Asia/Tokyo",
    "language": "de",
    "format": "text",
}
CHOSEN = Preferences(
    words_in=("diffusion", "state space", "graph", "nets"),
    words_out=("survey",),
    authors=("Ada Example", "Łukasz Example"),
    days=("mon", "sat"),
    papers=7,
    hour=6,
    timezone="Asia/Tokyo",
    language="de",
    text_only=True,
)


def manage(house: House, *events: Event) -> str:
    """The page of a reader who did all this."""
    return house.link(Purpose.MANAGE, house.reader(ADA, *(events or (CONFIRM,))))


def ada(house: House) -> Subscriber:
    reader = house.book.find(ADA)
    assert reader is not None
    return reader


def test_every_choice_is_kept(house: House) -> None:
    answer = house.post(manage(house), data=FORM)

    assert answer.status_code == 303
    assert ada(house).topics == ("robots", "whales")
    assert ada(house).preferences == CHOSEN


def test_every_choice_is_shown_again(house: House) -> None:
    link = manage(house)
    house.post(link, data=FORM)

    page = house.get(link).text

    assert re.findall(r'name="(?:topic|day)" value="(\w+)" checked', page) == [
        "robots", "whales", "mon", "sat",
    ]  # fmt: skip
    selected = re.findall(r'<option value="([^"]+)"[^>]* selected', page)
    assert set(selected) == {"6", "de", "text"}
    assert "<option selected>Asia/Tokyo<" in page
    assert 'value="diffusion, state space, graph, nets"' in page
    assert 'value="Ada Example, Łukasz Example"' in page
    assert 'value="7"' in page


def test_what_the_page_shows_can_be_sent_back_and_changes_nothing(house: House) -> None:
    link = manage(house)
    house.post(link, data=FORM)
    again = FORM | {"words_in": "diffusion, state space, graph, nets"}

    house.post(link, data=again)

    assert ada(house).preferences == CHOSEN


def test_saving_is_confirmed_in_words(house: House) -> None:
    answer = house.post(manage(house), data=FORM)

    assert "Saved." in house.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"papers": "0"}, "papers must be 1 to 50"),
        ({"papers": "51"}, "papers must be 1 to 50"),
        ({"papers": "many"}, "papers and hour must be whole numbers"),
        ({"papers": "9" * 5000}, "papers and hour must be whole numbers"),
        ({"hour": "24"}, "hour must be 0 to 23"),
        ({"hour": "-1"}, "hour must be 0 to 23"),
        ({"hour": "noon"}, "papers and hour must be whole numbers"),
        ({"timezone": "Mars/Olympus"}, "is not a time zone"),
        ({"timezone": "../../etc/passwd"}, "is not a time zone"),
        ({"timezone": "\0"}, "is not a time zone"),
        ({"timezone": "x" * 5000}, "is not a time zone"),
        ({"language": "tlh"}, "language must be one of"),
        ({"day": []}, "days must name days of the week"),
        ({"day": ["noday"]}, "days must name days of the week"),
        ({"words_in": "?, !"}, "words_in takes words of letters and digits"),
        ({"authors": "\x1b[2J boo"}, "authors takes words of letters and digits"),
        ({"words_in": "x" * 101}, "words_in takes at most 50 words"),
        ({"authors": ",".join(map(str, range(51)))}, "authors takes at most 50 words"),
        ({"topic": [], "words_in": "", "authors": ""}, "choose at least one topic"),
        ({"topic": ["dragons"], "words_in": "", "authors": ""}, "choose at least one topic"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_saved(
    house: House, odd: dict[str, Any], words: str
) -> None:
    link = manage(house)
    before = house.dump()

    answer = house.post(link, data=FORM | odd)

    assert answer.status_code == 422
    assert "Not saved: " in answer.text
    assert words in answer.text
    assert house.dump() == before


def test_a_time_zone_that_is_not_in_the_list_is_not_changed_by_saving(house: House) -> None:
    link = manage(house)
    house.book.choose(ada(house).id, ["agents"], Preferences(timezone="Japan"))

    assert "<option selected>Japan<" in house.get(link).text


def test_words_of_one_s_own_are_enough(house: House) -> None:
    answer = house.post(manage(house), data=FORM | {"topic": []})

    assert answer.status_code == 303
    assert ada(house).topics == ()


def test_what_a_reader_typed_is_shown_and_never_run(house: House) -> None:
    link = manage(house)
    house.post(link, data=FORM | {"words_in": '"><script>alert(1)</script>'})

    page = house.get(link).text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_reader_pauses_and_resumes(house: House) -> None:
    link = manage(house)
    told = []

    for step in ("pause", "resume"):
        house.post(f"{link}/{step}")
        told.append((house.status(ADA), "you get the digest" in house.get(link).text))

    assert told == [("paused", False), ("confirmed", True)]


@pytest.mark.parametrize(
    ("events", "step"),
    [((Event.SIGN_UP,), "pause"), ((Event.SIGN_UP,), "resume"), ((CONFIRM, Event.LEAVE), "resume")],
)
def test_what_is_not_possible_is_refused(
    house: House, events: tuple[Event, ...], step: str
) -> None:
    link = manage(house, *events)
    before = house.dump()

    assert house.post(f"{link}/{step}").status_code == 409
    assert house.dump() == before


def test_a_reader_leaves_from_the_page_too(house: House) -> None:
    assert house.post(manage(house) + "/leave").status_code == 200
    assert house.status(ADA) == "left"


# -- one's own data ---------------------------------------------------------------------------


def test_one_s_data_is_behind_a_link_that_comes_by_mail(house: House) -> None:
    answer = house.post(manage(house) + "/privacy")

    assert "A mail with the link is on its way" in house.get(answer.headers["location"]).text
    link = path_in(house.letter(ADA, MailKind.PRIVACY), Purpose.PRIVACY)
    assert "Erase everything" in house.get(link).text


def test_the_link_can_be_asked_for_again_when_it_has_expired(house: House) -> None:
    link = manage(house)
    house.post(link + "/privacy")
    first = path_in(house.letter(ADA, MailKind.PRIVACY), Purpose.PRIVACY)
    house.wait(hours=25)
    house.post(link + "/privacy")
    second = path_in(house.letter(ADA, MailKind.PRIVACY), Purpose.PRIVACY)

    assert [house.get(path).status_code for path in (first, second)] == [410, 200]


def test_the_export_is_all_that_is_known(house: House) -> None:
    reader = house.reader(ADA, CONFIRM)
    house.post(house.link(Purpose.MANAGE, reader), data=FORM)

    answer = house.get(house.link(Purpose.PRIVACY, reader) + "/export.json")

    known = json.loads(answer.text)
    assert known["address"] == ADA
    assert known["topics"] == ["robots", "whales"]
    assert known["preferences"]["authors"] == ["Ada Example", "Łukasz Example"]
    assert [step["event"] for step in known["consent"]] == ["sign-up", "confirm"]
    assert "attachment" in answer.headers["content-disposition"]


def test_erasing_forgets_a_reader_everywhere(house: House) -> None:
    house.sign_up(ADA, "agents")
    house.deliver()

    answer = house.post(house.link(Purpose.PRIVACY, ada(house)) + "/erase")

    assert answer.status_code == 200
    assert house.status(ADA) is None
    assert house.book.is_erased(ADA)
    assert ADA not in str(house.dump())
    assert ADA.encode() not in house.bytes()
