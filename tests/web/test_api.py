"""The same doors for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.site import NASTY

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import House

ADA = "ada@example.org"
CONFIRM = Event.CONFIRM
SIGN_UP = "/api/v1/subscriptions"
CHOICES: dict[str, Any] = {
    "topics": ["whales", "agents"],
    "words_in": ["diffusion"],
    "words_out": ["survey"],
    "authors": ["Ada Example"],
    "papers": 7,
    "days": ["mon", "sat"],
    "timezone": "Asia/Tokyo",
    "hour": 6,
    "language": "de",
    "text_only": True,
}


def me(house: House, *events: Event) -> str:
    """The address of a reader who did all this."""
    reader = house.reader(ADA, *events)
    return "/api/v1/readers/" + house.link(Purpose.MANAGE, reader).rpartition("/")[2]


def test_it_lists_topics_and_days(house: House) -> None:
    assert house.get("/api/v1/topics").json()[1] == {"slug": "robots", "name": "Robots & machines"}
    assert house.get("/api/v1/editions").json() == ["2026-02-02", "2026-02-01"]


def test_an_edition_is_its_papers_with_their_reasons(house: House) -> None:
    edition = house.get("/api/v1/editions/2026-02-02/agents").json()

    assert (edition["day"], edition["topic"]["slug"]) == ("2026-02-02", "agents")
    assert {paper["title"] for paper in edition["papers"]} == {"An Agent that Reads Maps", NASTY}
    assert all(paper["why"] for paper in edition["papers"])


@pytest.mark.parametrize(
    ("path", "status"),
    [("2026-02-03/agents", 404), ("2026-02-02/dragons", 404), ("yesterday/agents", 422)],
)
def test_an_edition_that_is_not_there_is_said_in_words(
    house: House, path: str, status: int
) -> None:
    answer = house.get(f"/api/v1/editions/{path}")

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


def test_a_program_signs_somebody_up_who_is_asked_by_mail(house: House) -> None:
    answer = house.post(SIGN_UP, json={"email": ADA, "topics": ["robots"]})

    assert (answer.status_code, answer.json()) == (202, {"detail": "check your mail"})
    reader = house.book.find(ADA)
    assert reader is not None
    assert (reader.status, reader.topics) == ("pending", ("robots",))
    assert house.book.history(reader.id)[0].evidence.channel == "api"
    assert house.letter(ADA, MailKind.CONFIRM)["To"] == ADA


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
def test_a_wish_that_is_not_as_described_is_refused_in_words(house: House, wish: object) -> None:
    before = house.dump()

    answer = house.post(SIGN_UP, json=wish)

    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert house.dump() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"email": "\\ud800@example.org"}', 422), (b"{", 422), (b"", 422), (b"\xff", 400)],
)
def test_what_is_no_json_or_no_unicode_is_refused_in_words(
    house: House, body: bytes, status: int
) -> None:
    answer = house.post(SIGN_UP, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


def test_the_answer_is_the_same_whoever_the_address_belongs_to(house: House) -> None:
    house.reader("ben@example.org", CONFIRM)
    house.reader("cyd@example.org", Event.COMPLAINT)

    answers = [
        house.post(SIGN_UP, json={"email": f"{name}@example.org"}) for name in ("ada", "ben", "cyd")
    ]

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert len({str(sorted(answer.headers.multi_items())) for answer in answers}) == 1


def test_a_reader_s_token_shows_and_changes_their_choices(house: House) -> None:
    path = me(house, CONFIRM)

    changed = house.visitor.ask("PUT", path, json=CHOICES)

    assert changed.json() == {"status": "confirmed", "choices": CHOICES}
    assert house.get(path).json() == changed.json()


@pytest.mark.parametrize(
    "odd",
    [
        {"papers": 51},
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
    house: House, odd: dict[str, Any]
) -> None:
    path = me(house, CONFIRM)
    before = house.dump()

    answer = house.visitor.ask("PUT", path, json=CHOICES | odd)

    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert house.dump() == before


def test_a_program_pauses_resumes_and_leaves_for_its_reader(house: House) -> None:
    path = me(house, CONFIRM)

    steps = [house.post(f"{path}/{step}") for step in ("pause", "resume", "leave", "leave")]

    assert [step.json()["status"] for step in steps] == ["paused", "confirmed", "left", "left"]


def test_what_is_not_possible_is_gone(house: House) -> None:
    answer = house.post(me(house, CONFIRM, Event.LEAVE) + "/resume")

    assert answer.status_code == 410
    assert "resume is not possible" in answer.json()["detail"]


@pytest.mark.parametrize("purpose", [found for found in Purpose if found is not Purpose.MANAGE])
def test_a_token_for_another_purpose_opens_nothing(house: House, purpose: Purpose) -> None:
    token = house.link(purpose, house.reader(ADA, CONFIRM)).rpartition("/")[2]
    path = f"/api/v1/readers/{token}"

    codes = [
        house.get(path).status_code,
        house.visitor.ask("PUT", path, json=CHOICES).status_code,
        house.post(f"{path}/leave").status_code,
    ]

    assert codes == [410] * 3
    assert house.status(ADA) == "confirmed"


def test_reading_changes_nothing(house: House) -> None:
    path = me(house, CONFIRM)
    before = house.bytes()

    house.get(path)

    assert house.bytes() == before
