"""Confirming and leaving: GET shows a button, POST acts, and a repetition does no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, evidence
from support.site import path_in, path_of

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site

ADA = "ada@example.org"
CONFIRM, LEAVE = Event.CONFIRM, Event.LEAVE
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


# -- confirming -------------------------------------------------------------------------------


def test_the_link_in_the_mail_shows_a_button_and_the_button_confirms(site: Site) -> None:
    site.sign_up(ADA, "robots")
    link = path_in(site.mail_to(ADA, MailKind.CONFIRM), Purpose.CONFIRM)

    page = site.get(link)
    before = site.status(ADA)
    done = site.post(link)

    assert "Confirm your subscription" in page.text
    assert "ada@example.org: Robots &amp; machines" in page.text
    assert "<h1>Confirmed</h1>" in done.text
    assert (before, site.status(ADA)) == ("pending", "confirmed")


def test_a_confirmation_is_recorded_with_its_network_and_time(site: Site) -> None:
    subscriber = site.subscriber(ADA)
    site.post(site.link(Purpose.CONFIRM, subscriber))

    *_, step = site.book.history(subscriber.id)
    assert step.event is CONFIRM
    assert step.evidence == evidence(at=NOON, channel="web", network="192.0.2.0/24")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_second_visit_says_already_confirmed_and_records_nothing(site: Site, method: str) -> None:
    link = site.link(Purpose.CONFIRM, site.subscriber(ADA))
    site.post(link)
    before = site.dump()

    answer = site.request(method, link)

    assert answer.status_code == 200
    assert "Already confirmed" in answer.text
    assert site.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_to_confirm_does_not_resume_a_paused_subscriber(site: Site, method: str) -> None:
    subscriber = site.subscriber(ADA, CONFIRM, Event.PAUSE)

    site.request(method, site.link(Purpose.CONFIRM, subscriber))

    assert site.status(ADA) == "paused"


@pytest.mark.parametrize("last", [LEAVE, Event.COMPLAINT])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_link_to_confirm_does_not_bring_back_who_left_or_is_suppressed(
    site: Site, method: str, last: Event
) -> None:
    subscriber = site.subscriber(ADA, CONFIRM, last)
    before = site.dump()

    answer = site.request(method, site.link(Purpose.CONFIRM, subscriber))

    assert answer.status_code == 410
    assert "Sign up again" in answer.text
    assert site.dump() == before


# -- links that are not good ------------------------------------------------------------------

PURPOSES = list(Purpose)
BUTTONS = [purpose for purpose in PURPOSES if purpose is not Purpose.PRIVACY]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("purpose", BUTTONS)
def test_a_forged_link_is_gone_and_changes_nothing(
    site: Site, purpose: Purpose, method: str
) -> None:
    token = site.token(purpose, site.subscriber(ADA))
    before = site.dump()

    forged = [token[:-3] + "AAA", "x", "%00", "\N{SNOWMAN}.x.y"]
    codes = [site.request(method, path_of(purpose, it)).status_code for it in forged]

    assert codes == [410] * 4
    assert site.dump() == before


@pytest.mark.parametrize("other", PURPOSES)
@pytest.mark.parametrize("purpose", BUTTONS)
def test_a_link_is_good_for_its_own_purpose_alone(
    site: Site, purpose: Purpose, other: Purpose
) -> None:
    subscriber = site.subscriber(ADA, CONFIRM)
    token = site.token(other, subscriber)

    answer = site.post(path_of(purpose, token), data={"topic": "agents"})

    assert (answer.status_code == 410) == (purpose is not other)


@pytest.mark.parametrize(
    ("purpose", "age"),
    [
        (Purpose.CONFIRM, timedelta(hours=72, seconds=1)),
        (Purpose.MANAGE, timedelta(days=30, seconds=1)),
        (Purpose.PRIVACY, timedelta(hours=1, seconds=1)),
        (Purpose.FEEDBACK, timedelta(days=90, seconds=1)),
    ],
)
def test_an_expired_link_is_gone(site: Site, purpose: Purpose, age: timedelta) -> None:
    link = site.link(purpose, site.subscriber(ADA), at=NOON - age)

    assert site.get(link).status_code == 410
    assert "has expired" in site.get(link).text


@pytest.mark.parametrize("purpose", [p for p in PURPOSES if p is not Purpose.LEAVE])
def test_a_link_of_somebody_who_was_erased_is_gone(site: Site, purpose: Purpose) -> None:
    subscriber = site.subscriber(ADA)
    site.book.erase(subscriber.id, evidence=evidence())

    assert site.get(site.link(purpose, subscriber)).status_code == 410


@pytest.mark.parametrize("path", ["confirm", "manage"])
def test_a_trailing_slash_does_not_redirect_a_token(site: Site, path: str) -> None:
    link = site.link(Purpose(path), site.subscriber(ADA, CONFIRM))

    answer = site.get(f"{link}/")

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_the_page_of_a_confirm_link_has_no_link_to_manage(site: Site) -> None:
    link = site.link(Purpose.CONFIRM, site.subscriber(ADA))

    pages = [site.post(link).text, site.get(link).text]

    assert [page.count("/manage/") for page in pages] == [0, 0]


# -- leaving ----------------------------------------------------------------------------------


def test_one_click_for_somebody_who_was_erased_says_they_have_left(site: Site) -> None:
    subscriber = site.subscriber(ADA, CONFIRM)
    site.book.erase(subscriber.id, evidence=evidence())
    link = site.link(Purpose.LEAVE, subscriber)

    assert [site.post(link).status_code, site.get(link).status_code] == [200, 200]


def test_the_page_to_leave_asks_and_its_button_leaves(site: Site) -> None:
    link = site.link(Purpose.LEAVE, site.subscriber(ADA, CONFIRM))

    page = site.get(link)
    before = site.status(ADA)
    done = site.post(link)

    assert "Leave the digest?" in page.text
    assert "You have left." in done.text
    assert (before, site.status(ADA)) == ("confirmed", "left")


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
    site: Site, details: dict[str, object]
) -> None:
    link = site.link(Purpose.LEAVE, site.subscriber(ADA, CONFIRM))

    answer = site.post(link, **details)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert site.status(ADA) == "left"


def test_leaving_twice_says_the_same(site: Site) -> None:
    link = site.link(Purpose.LEAVE, site.subscriber(ADA, CONFIRM))

    answers = [site.post(link, data=ONE_CLICK) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert "You have left." in site.get(link).text


def test_the_link_of_a_ten_year_old_mail_still_leaves(site: Site) -> None:
    subscriber = site.subscriber(ADA, CONFIRM)
    link = site.link(Purpose.LEAVE, subscriber, at=NOON - timedelta(days=3650))

    assert site.post(link, data=ONE_CLICK).status_code == 200
    assert site.status(ADA) == "left"


@pytest.mark.parametrize("events", [(), (CONFIRM, Event.PAUSE), (CONFIRM, LEAVE)])
def test_everybody_can_leave(site: Site, events: tuple[Event, ...]) -> None:
    link = site.link(Purpose.LEAVE, site.subscriber(ADA, *events))

    assert site.post(link).status_code == 200
    assert site.status(ADA) == "left"


def test_who_is_suppressed_stays_so_when_they_leave(site: Site) -> None:
    link = site.link(Purpose.LEAVE, site.subscriber(ADA, Event.COMPLAINT))

    assert site.post(link).status_code == 200
    assert site.status(ADA) == "suppressed"


def test_who_left_can_sign_up_and_confirm_again(site: Site) -> None:
    subscriber = site.subscriber(ADA, CONFIRM, LEAVE)
    site.sign_up(ADA, "robots")
    link = path_in(site.mail_to(ADA, MailKind.CONFIRM), Purpose.CONFIRM)

    site.post(link)

    assert site.status(ADA) == "confirmed"
    events = [str(step.event) for step in site.book.history(subscriber.id)]
    assert events == ["sign-up", "confirm", "leave", "sign-up", "confirm"]
