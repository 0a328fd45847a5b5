"""The website for programs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from support.site import NASTY, routes

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event, Preferences

if TYPE_CHECKING:
    from support.site import Site

ADA = "ada@example.org"
CONFIRM = Event.CONFIRM
SIGN_UP = "/api/v1/subscriptions"
CHOICES: dict[str, Any] = {
    "topics": ["whales", "agents"],
    "words_in": ["diffusion"],
    "words_out": ["survey"],
    "authors": ["Ada Example"],
    "muted": ["Ben Example"],
    "learns": False,
    "unlearned": ["steam"],
    "papers": 7,
    "days": ["mon", "sat"],
    "frequency": "weekly",
    "timezone": "Asia/Tokyo",
    "hour": 6,
    "quiet_mail": True,
    "language": "de",
    "text_only": True,
}


def subscriber_path(site: Site, *events: Event) -> str:
    """The API's path of a subscriber with these events."""
    subscriber = site.subscriber(ADA, *events)
    return "/api/v1/readers/" + site.link(Purpose.MANAGE, subscriber).rpartition("/")[2]


def test_head_works_wherever_get_does(site: Site) -> None:
    """Monitors and link checkers ask with HEAD."""
    without = [path for path, known in routes().items() if known & {"GET", "HEAD"} == {"GET"}]

    assert without == []
    assert site.request("HEAD", subscriber_path(site, CONFIRM)).status_code == 200
    assert site.request("HEAD", "/api/v1/topics").status_code == 200


def test_it_lists_topics_and_days(site: Site) -> None:
    assert site.get("/api/v1/topics").json()[1] == {"slug": "robots", "name": "Robots & machines"}
    assert site.get("/api/v1/editions").json() == ["2026-02-02", "2026-02-01"]


def test_an_edition_is_its_papers_with_their_reasons(site: Site) -> None:
    edition = site.get("/api/v1/editions/2026-02-02/agents").json()

    assert (edition["day"], edition["topic"]["slug"]) == ("2026-02-02", "agents")
    assert {paper["title"] for paper in edition["papers"]} == {"An Agent that Reads Maps", NASTY}
    assert all(paper["why"] for paper in edition["papers"])


@pytest.mark.parametrize(
    ("path", "status"),
    [("2026-02-03/agents", 404), ("2026-02-02/dragons", 404), ("yesterday/agents", 422)],
)
def test_an_edition_that_is_not_there_is_explained(site: Site, path: str, status: int) -> None:
    answer = site.get(f"/api/v1/editions/{path}")

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


def test_a_program_signs_somebody_up_who_is_asked_by_mail(site: Site) -> None:
    answer = site.post(SIGN_UP, json={"email": ADA, "topics": ["robots"]})

    assert (answer.status_code, answer.json()) == (202, {"detail": "check your mail"})
    subscriber = site.book.find(ADA)
    assert subscriber is not None
    assert (subscriber.status, subscriber.topics) == ("pending", ("robots",))
    assert site.book.history(subscriber.id)[0].evidence.channel == "api"
    assert site.mail_to(ADA, MailKind.CONFIRM)["To"] == ADA


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"email": ""},
        {"email": "ada"},
        {"email": 7},
        {"email": "a" * 400 + "@example.org"},
        {"email": ADA, "topics": ["dragons"]},
        {"email": ADA, "topics": ["agents"] * 201},
        {"email": ADA, "confirmed": True},
        [],
        None,
    ],
)
def test_a_wish_that_is_not_as_described_is_refused_with_a_message(
    site: Site, wish: object
) -> None:
    before = site.dump()

    answer = site.post(SIGN_UP, json=wish)

    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert site.dump() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"email": "\\ud800@example.org"}', 422), (b"{", 422), (b"", 422), (b"\xff", 400)],
)
def test_what_is_no_json_or_no_unicode_is_refused_with_a_message(
    site: Site, body: bytes, status: int
) -> None:
    answer = site.post(SIGN_UP, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


def test_the_answer_is_the_same_whoever_the_address_belongs_to(site: Site) -> None:
    site.subscriber("ben@example.org", CONFIRM)
    site.subscriber("cyd@example.org", Event.COMPLAINT)

    answers = [
        site.post(SIGN_UP, json={"email": f"{name}@example.org"}) for name in ("ada", "ben", "cyd")
    ]

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert len({str(sorted(answer.headers.multi_items())) for answer in answers}) == 1


def test_a_token_shows_and_changes_the_choices_of_its_subscriber(site: Site) -> None:
    path = subscriber_path(site, CONFIRM)

    changed = site.request("PUT", path, json=CHOICES)

    following = "2026-02-02T06:00:00+09:00"  # it is 21:00 there, and they had nothing today
    assert changed.json() == {"status": "confirmed", "choices": CHOICES, "next_mail": following}
    assert site.get(path).json() == changed.json()


def test_a_choice_that_is_left_out_gets_its_default_whichever_it_is(site: Site) -> None:
    path = subscriber_path(site, CONFIRM)
    plain = site.request("PUT", path, json={"topics": ["agents"]}).json()
    for name, value in CHOICES.items():
        site.request("PUT", path, json={"topics": ["agents"], name: value})

        assert site.request("PUT", path, json={"topics": ["agents"]}).json() == plain

    described = site.get("/api/v1/openapi.json").json()["paths"]["/api/v1/readers/{token}"]["put"]
    assert "what is left out gets its default" in described["description"]


def test_null_is_the_hour_of_the_site(site: Site) -> None:
    path = subscriber_path(site, CONFIRM)
    site.request("PUT", path, json=CHOICES)

    changed = site.request("PUT", path, json=CHOICES | {"hour": None})

    assert changed.json()["choices"] == CHOICES | {"hour": None}
    assert Preferences().hour is None


def test_it_says_when_the_next_mail_comes_to_whom_one_comes(site: Site) -> None:
    at = datetime(2026, 2, 10, 7, tzinfo=ZoneInfo("Europe/Paris"))
    site.serve(next_mail=lambda _: at)
    path = subscriber_path(site, CONFIRM)

    assert site.get(path).json()["next_mail"] == "2026-02-10T07:00:00+01:00"
    assert site.post(f"{path}/pause").json()["next_mail"] is None


@pytest.mark.parametrize(
    "odd",
    [
        {"papers": 51},
        {"frequency": "hourly"},
        {"frequency": None},
        {"frequency": "weekdays", "days": ["sat"]},
        {"quiet_mail": "perhaps"},
        {"hour": 24},
        {"days": []},
        {"days": ["noday"]},
        {"language": "tlh"},
        {"timezone": "Mars/Olympus"},
        {"topics": ["dragons"]},
        {"topics": [], "words_in": [], "authors": []},
        {"words_in": [""]},
        {"status": "confirmed"},
    ],
)
def test_choices_that_cannot_be_meant_are_refused_and_nothing_is_saved(
    site: Site, odd: dict[str, Any]
) -> None:
    path = subscriber_path(site, CONFIRM)
    before = site.dump()

    answer = site.request("PUT", path, json=CHOICES | odd)

    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert site.dump() == before


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"papers": 51}, "body.papers: must be 50 or less"),
        ({"papers": "many"}, "body.papers: must be a whole number"),
        ({"hour": 24}, "body.hour: must be 23 or less"),
        (
            {"frequency": "hourly"},
            'body.frequency: must be "daily", "weekdays", "weekly" or "enough"',
        ),
        (
            {"frequency": "weekdays", "days": ["sun"]},
            "weekdays need a day from Monday to Friday among the days",
        ),
        ({"quiet_mail": "perhaps"}, "body.quiet_mail: must be true or false"),
        ({"days": []}, "body.days: must not be empty"),
        ({"days": "mon"}, "body.days: must be a list in square brackets"),
        ({"days": ["noday"]}, 'body.days.0: must be "mon", "tue", "wed", "thu", "fri", "sat" or'),
        ({"words_in": ["x" * 101]}, "body.words_in.0: must have 100 or fewer characters"),
        ({"words_in": ["x"] * 51}, "body.words_in: must have 50 or fewer items"),
        ({"text_only": "maybe"}, "body.text_only: must be true or false"),
        ({"language": 7}, "body.language: must be text in quotes"),
        ({"status": "confirmed"}, "body.status: there is no such key"),
    ],
)
def test_a_refusal_is_in_words_of_people(site: Site, odd: dict[str, Any], words: str) -> None:
    path = subscriber_path(site, CONFIRM)

    answer = site.request("PUT", path, json=CHOICES | odd)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(words)


@pytest.mark.parametrize("body", [{"papers": 51}, {}, [], 7, {"topics": ["dragons"]}])
def test_a_forged_token_is_refused_before_anything_else(site: Site, body: Any) -> None:
    answers = [
        site.request("PUT", "/api/v1/readers/forged", json=body),
        site.post("/api/v1/readers/forged/dance"),
    ]

    assert [answer.status_code for answer in answers] == [410, 410]


def test_a_program_pauses_resumes_and_leaves(site: Site) -> None:
    path = subscriber_path(site, CONFIRM)

    steps = [site.post(f"{path}/{step}") for step in ("pause", "resume", "leave", "leave")]

    assert [step.json()["status"] for step in steps] == ["paused", "confirmed", "left", "left"]


def test_what_is_not_possible_is_gone(site: Site) -> None:
    answer = site.post(subscriber_path(site, CONFIRM, Event.LEAVE) + "/resume")

    assert answer.status_code == 410
    assert "resume is not possible" in answer.json()["detail"]


@pytest.mark.parametrize("purpose", [found for found in Purpose if found is not Purpose.MANAGE])
def test_a_token_for_another_purpose_opens_nothing(site: Site, purpose: Purpose) -> None:
    token = site.link(purpose, site.subscriber(ADA, CONFIRM)).rpartition("/")[2]
    path = f"/api/v1/readers/{token}"

    codes = [
        site.get(path).status_code,
        site.request("PUT", path, json=CHOICES).status_code,
        site.post(f"{path}/leave").status_code,
    ]

    assert codes == [410] * 3
    assert site.status(ADA) == "confirmed"


def test_reading_changes_nothing(site: Site) -> None:
    path = subscriber_path(site, CONFIRM)
    before = site.bytes()

    site.get(path)

    assert site.bytes() == before
