"""Confirming and leaving: a page shows, a button acts, and doing it twice does no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, evidence
from support.site import path_in

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import House

ADA = "ada@example.org"
CONFIRM, LEAVE = Event.CONFIRM, Event.LEAVE
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


# -- confirming -------------------------------------------------------------------------------


def test_the_link_in_the_mail_shows_a_button_and_the_button_confirms(house: House) -> None:
    house.sign_up(ADA, "robots")
    link = path_in(house.letter(ADA, MailKind.CONFIRM), Purpose.CONFIRM)

    page = house.get(link)
    before = house.status(ADA)
    done = house.post(link)

    assert "Confirm your subscription" in page.text
    assert "ada@example.org: Robots &amp; machines" in page.text
    assert "<h1>Confirmed</h1>" in done.text
    assert (before, house.status(ADA)) == ("pending", "confirmed")


def test_confirming_is_written_down_with_where_and_when(house: House) -> None:
    reader = house.reader(ADA)
    house.post(house.link(Purpose.CONFIRM, reader))

    *_, step = house.book.history(reader.id)
    assert step.event is CONFIRM
    assert step.evidence == evidence(at=NOON, channel="web", network="192.0.2.0/24")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_second_visit_says_already_confirmed_and_writes_nothing(
    house: House, method: str
) -> None:
    link = house.link(Purpose.CONFIRM, house.reader(ADA))
    house.post(link)
    before = house.dump()

    answer = house.visitor.ask(method, link)

    assert answer.status_code == 200
    assert "Already confirmed" in answer.text
    assert house.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_to_confirm_does_not_wake_a_reader_who_paused(house: House, method: str) -> None:
    reader = house.reader(ADA, CONFIRM, Event.PAUSE)

    house.visitor.ask(method, house.link(Purpose.CONFIRM, reader))

    assert house.status(ADA) == "paused"


@pytest.mark.parametrize("gone", [LEAVE, Event.COMPLAINT])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_link_to_confirm_does_not_bring_back_who_is_gone(
    house: House, method: str, gone: Event
) -> None:
    reader = house.reader(ADA, CONFIRM, gone)
    before = house.dump()

    answer = house.visitor.ask(method, house.link(Purpose.CONFIRM, reader))

    assert answer.status_code == 410
    assert "Sign up again" in answer.text
    assert house.dump() == before


# -- links that are not good ------------------------------------------------------------------

PURPOSES = list(Purpose)
BUTTONS = [purpose for purpose in PURPOSES if purpose is not Purpose.PRIVACY]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("purpose", BUTTONS)
def test_a_forged_link_is_gone_and_changes_nothing(
    house: House, purpose: Purpose, method: str
) -> None:
    link = house.link(purpose, house.reader(ADA))
    before = house.dump()

    forged = [link[:-3] + "AAA", f"/{purpose}/x", f"/{purpose}/%00", f"/{purpose}/\N{SNOWMAN}.x.y"]
    codes = [house.visitor.ask(method, path).status_code for path in forged]

    assert codes == [410] * 4
    assert house.dump() == before


@pytest.mark.parametrize("other", PURPOSES)
@pytest.mark.parametrize("purpose", BUTTONS)
def test_a_link_is_good_for_its_own_purpose_alone(
    house: House, purpose: Purpose, other: Purpose
) -> None:
    reader = house.reader(ADA, CONFIRM)
    token = house.link(other, reader).rpartition("/")[2]

    answer = house.post(f"/{purpose}/{token}", data={"topic": "agents"})

    assert (answer.status_code == 410) == (purpose is not other)


@pytest.mark.parametrize(
    ("purpose", "age"),
    [
        (Purpose.CONFIRM, timedelta(hours=72, seconds=1)),
        (Purpose.MANAGE, timedelta(days=30, seconds=1)),
        (Purpose.PRIVACY, timedelta(hours=1, seconds=1)),
    ],
)
def test_an_expired_link_is_gone(house: House, purpose: Purpose, age: timedelta) -> None:
    link = house.link(purpose, house.reader(ADA), at=NOON - age)

    assert house.get(link).status_code == 410
    assert "has expired" in house.get(link).text


@pytest.mark.parametrize("purpose", [p for p in PURPOSES if p is not Purpose.LEAVE])
def test_a_link_of_somebody_who_was_erased_is_gone(house: House, purpose: Purpose) -> None:
    reader = house.reader(ADA)
    house.book.erase(reader.id, evidence=evidence())

    assert house.get(house.link(purpose, reader)).status_code == 410


@pytest.mark.parametrize("path", ["confirm", "manage"])
def test_a_slash_too_many_sends_a_links_token_nowhere(house: House, path: str) -> None:
    link = house.link(Purpose(path), house.reader(ADA, CONFIRM))

    answer = house.get(f"{link}/")

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_the_page_of_a_confirm_link_hands_out_no_other_link(house: House) -> None:
    link = house.link(Purpose.CONFIRM, house.reader(ADA))

    pages = [house.post(link).text, house.get(link).text]

    assert [page.count("/manage/") for page in pages] == [0, 0]


# -- leaving ----------------------------------------------------------------------------------


def test_one_click_for_somebody_who_was_erased_says_they_have_left(house: House) -> None:
    reader = house.reader(ADA, CONFIRM)
    house.book.erase(reader.id, evidence=evidence())
    link = house.link(Purpose.LEAVE, reader)

    assert [house.post(link).status_code, house.get(link).status_code] == [200, 200]


def test_the_page_to_leave_asks_and_its_button_leaves(house: House) -> None:
    link = house.link(Purpose.LEAVE, house.reader(ADA, CONFIRM))

    page = house.get(link)
    before = house.status(ADA)
    done = house.post(link)

    assert "Leave the digest?" in page.text
    assert "You have left." in done.text
    assert (before, house.status(ADA)) == ("confirmed", "left")


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"data": ONE_CLICK}, id="urlencoded"),
        pytest.param({"files": {"List-Unsubscribe": (None, "One-Click")}}, id="multipart"),
        pytest.param({}, id="no body"),
        pytest.param(
            {"content": b"\xff{", "headers": {"Content-Type": "multipart/form-data"}}, id="broken"
        ),
        pytest.param({"data": ONE_CLICK | {"token": "another", "email": "b@c.de"}}, id="others"),
    ],
)
def test_one_click_leaves_at_once_without_cookie_or_redirect(
    house: House, details: dict[str, object]
) -> None:
    link = house.link(Purpose.LEAVE, house.reader(ADA, CONFIRM))

    answer = house.post(link, **details)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert house.status(ADA) == "left"


def test_leaving_twice_says_the_same(house: House) -> None:
    link = house.link(Purpose.LEAVE, house.reader(ADA, CONFIRM))

    answers = [house.post(link, data=ONE_CLICK) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert "You have left." in house.get(link).text


def test_the_oldest_mail_in_the_drawer_still_leaves(house: House) -> None:
    reader = house.reader(ADA, CONFIRM)
    link = house.link(Purpose.LEAVE, reader, at=NOON - timedelta(days=3650))

    assert house.post(link, data=ONE_CLICK).status_code == 200
    assert house.status(ADA) == "left"


@pytest.mark.parametrize("events", [(), (CONFIRM, Event.PAUSE), (CONFIRM, LEAVE)])
def test_everybody_can_leave(house: House, events: tuple[Event, ...]) -> None:
    link = house.link(Purpose.LEAVE, house.reader(ADA, *events))

    assert house.post(link).status_code == 200
    assert house.status(ADA) == "left"


def test_who_is_suppressed_stays_so_when_they_leave(house: House) -> None:
    link = house.link(Purpose.LEAVE, house.reader(ADA, Event.COMPLAINT))

    assert house.post(link).status_code == 200
    assert house.status(ADA) == "suppressed"


def test_who_left_can_sign_up_and_confirm_again(house: House) -> None:
    reader = house.reader(ADA, CONFIRM, LEAVE)
    house.sign_up(ADA, "robots")
    link = path_in(house.letter(ADA, MailKind.CONFIRM), Purpose.CONFIRM)

    house.post(link)

    assert house.status(ADA) == "confirmed"
    events = [str(step.event) for step in house.book.history(reader.id)]
    assert events == ["sign-up", "confirm", "leave", "sign-up", "confirm"]
