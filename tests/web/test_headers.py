"""What every answer says to the browser, and what is refused before anybody looks at it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from support.site import URL

from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from support.site import House

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PUBLIC = [
    "/archive",
    "/archive/2026-02-02",
    "/archive/2026-02-02/agents",
    "/feeds/agents.atom",
    "/feeds/agents.json",
    "/static/style.css",
    "/api/v1/topics",
    "/api/v1/editions",
    "/api/v1/editions/2026-02-02/agents",
    "/api/v1/openapi.json",
]
FAULTS = [
    ("GET", "/nowhere", 404),
    ("GET", "/static/nowhere.css", 404),
    ("GET", "/archive/2026-02-02/dragons", 404),
    ("GET", "/subscribe", 405),
    ("GET", "/confirm/x", 410),
    ("GET", "/api/v1/nowhere", 404),
    ("DELETE", "/api/v1/topics", 405),
    ("POST", "/subscribe", 422),
    ("POST", "/api/v1/subscriptions", 422),
]


def personal(house: House) -> list[str]:
    """Every page that is somebody's own."""
    reader = house.reader("ada@example.org", Event.CONFIRM)
    pages = [house.link(purpose, reader) for purpose in Purpose]
    export = house.link(Purpose.PRIVACY, reader) + "/export.json"
    token = house.link(Purpose.MANAGE, reader).rpartition("/")[2]
    return [*pages, export, f"/api/v1/readers/{token}", "/sent"]


def headers_of(house: House, method: str, path: str) -> list[str | None]:
    answer = house.visitor.ask(method, path)
    names = ("content-security-policy", "referrer-policy", "x-content-type-options")
    return [answer.headers.get(name) for name in (*names, "x-frame-options")]


STRICT = [POLICY, "no-referrer", "nosniff", "DENY"]


@pytest.mark.parametrize("path", ["/", *PUBLIC])
def test_public_pages_let_nothing_in_and_tell_nobody(house: House, path: str) -> None:
    assert house.get(path).status_code == 200
    assert headers_of(house, "GET", path) == STRICT


def test_personal_pages_let_nothing_in_and_tell_nobody(house: House) -> None:
    assert [headers_of(house, "GET", path) for path in personal(house)] == [STRICT] * 8


@pytest.mark.parametrize(("method", "path", "status"), FAULTS)
def test_faults_let_nothing_in_either(house: House, method: str, path: str, status: int) -> None:
    assert house.visitor.ask(method, path).status_code == status
    assert headers_of(house, method, path) == STRICT


def test_personal_pages_are_kept_by_no_cache_and_found_by_no_search(house: House) -> None:
    answers = [house.get(path) for path in personal(house)]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 8
    assert [answer.headers["x-robots-tag"] for answer in answers] == ["noindex"] * 8


def test_answers_to_buttons_are_kept_by_no_cache(house: House) -> None:
    links = [path for path in personal(house) if path.startswith(("/confirm", "/leave"))]

    answers = [house.post(path) for path in links]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 2


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_may_be_kept_and_found(house: House, path: str) -> None:
    answer = house.get(path)

    assert "x-robots-tag" not in answer.headers
    assert answer.headers.get("cache-control") != "no-store"


def test_the_first_page_may_be_found_but_not_kept_since_its_form_ages(house: House) -> None:
    answer = house.get("/")

    assert answer.headers["cache-control"] == "no-store"
    assert "x-robots-tag" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/archive", "/api/v1/topics", "/sent"])
def test_no_cookie_is_ever_set(house: House, path: str) -> None:
    assert "set-cookie" not in house.get(path).headers


def test_what_cannot_be_done_names_what_can(house: House) -> None:
    assert house.get("/subscribe").headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/api/v1/editions"])
def test_a_fault_of_ours_is_said_in_words_with_every_header(house: House, path: str) -> None:
    house.app.engine.dispose()
    (house.folder / "digest.db").write_bytes(b"not a database" * 1000)

    answer = house.get(path)

    assert answer.status_code == 500
    assert "Something broke on our side." in answer.text
    assert headers_of(house, "GET", path) == STRICT


def test_a_fault_in_the_api_is_json(house: House) -> None:
    answers = [house.get("/api/v1/nowhere"), house.post("/api/v1/subscriptions", json={})]

    assert answers[0].json() == {"detail": "Not Found"}
    assert answers[1].json() == {"detail": "body.email: Field required"}


# -- bodies that are too long -----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/subscribe", "/leave/x", "/api/v1/subscriptions", "/nowhere"])
def test_a_body_no_form_could_have_is_refused(house: House, path: str) -> None:
    answer = house.post(path, content=b"x" * 100_001)

    assert answer.status_code == 413
    assert headers_of(house, "GET", "/") == STRICT


def test_it_is_refused_when_it_comes_in_pieces_without_a_length(house: House) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1001):
            yield b"x" * 100

    assert house.post("/subscribe", content=pieces()).status_code == 413


def test_no_more_of_it_is_read_than_needed(house: House) -> None:
    asked: list[int] = []
    scope = {"type": "http", "method": "POST", "path": "/subscribe", "headers": []}

    async def receive() -> dict[str, Any]:
        asked.append(1)
        return {"type": "http.request", "body": b"x" * 60_000, "more_body": True}

    async def send(message: Any) -> None:
        pass

    asyncio.run(house.site(scope, receive, send))

    assert len(asked) == 2


def test_a_long_form_that_is_not_too_long_is_read(house: House) -> None:
    answer = house.post("/subscribe", data={"email": "x" * 99_000})

    assert answer.status_code == 422
    assert len(answer.text) < 20_000


def test_links_on_pages_do_not_follow_the_host_a_visitor_claims(house: House) -> None:
    page = house.visitor.get("/archive/2026-02-02/agents", headers={"Host": "evil.example"})

    assert "evil.example" not in page.text
    assert f"{URL}/archive/2026-02-02/agents" in page.text
