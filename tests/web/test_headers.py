"""The headers of every response, and requests that are refused unread."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.site import URL

from subscribers.links import Purpose
from subscribers.models import Event
from subscribers.web.middleware import SecurityMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from support.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PUBLIC = [
    "/archive",
    "/archive/2026-02-02",
    "/archive/2026-02-02/agents",
    "/help",
    "/feeds/agents.atom",
    "/feeds/agents.json",
    "/static/style.css",
    "/api/v1/topics",
    "/api/v1/editions",
    "/api/v1/editions/2026-02-02/agents",
    "/api/v1/openapi.json",
]
ERRORS = [
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


def personal(site: Site) -> list[str]:
    """Every page that belongs to one subscriber."""
    subscriber = site.subscriber("ada@example.org", Event.CONFIRM)
    pages = [site.link(purpose, subscriber) for purpose in Purpose]
    export = site.link(Purpose.PRIVACY, subscriber) + "/export.json"
    token = site.link(Purpose.MANAGE, subscriber).rpartition("/")[2]
    return [*pages, export, f"/api/v1/readers/{token}", "/sent"]


def headers_of(site: Site, method: str, path: str) -> list[str | None]:
    answer = site.request(method, path)
    names = ("content-security-policy", "referrer-policy", "x-content-type-options")
    return [answer.headers.get(name) for name in (*names, "x-frame-options")]


STRICT = [POLICY, "no-referrer", "nosniff", "DENY"]


@pytest.mark.parametrize("path", ["/", *PUBLIC])
def test_public_pages_have_strict_headers(site: Site, path: str) -> None:
    assert site.get(path).status_code == 200
    assert headers_of(site, "GET", path) == STRICT


def test_personal_pages_have_strict_headers(site: Site) -> None:
    assert [headers_of(site, "GET", path) for path in personal(site)] == [STRICT] * 9


@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
def test_errors_have_strict_headers(site: Site, method: str, path: str, status: int) -> None:
    assert site.request(method, path).status_code == status
    assert headers_of(site, method, path) == STRICT


def test_personal_pages_are_not_cached_or_indexed(site: Site) -> None:
    answers = [site.get(path) for path in personal(site)]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 9
    assert [answer.headers["x-robots-tag"] for answer in answers] == ["noindex"] * 9


def test_responses_to_buttons_are_not_cached(site: Site) -> None:
    links = [path for path in personal(site) if path.startswith(("/confirm", "/leave"))]

    answers = [site.post(path) for path in links]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 2


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_may_be_cached_and_indexed(site: Site, path: str) -> None:
    answer = site.get(path)

    assert "x-robots-tag" not in answer.headers
    assert answer.headers.get("cache-control") != "no-store"


def test_the_first_page_may_be_indexed_but_not_cached_because_its_form_expires(site: Site) -> None:
    answer = site.get("/")

    assert answer.headers["cache-control"] == "no-store"
    assert "x-robots-tag" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/archive", "/api/v1/topics", "/sent"])
def test_no_cookie_is_ever_set(site: Site, path: str) -> None:
    assert "set-cookie" not in site.get(path).headers


def test_a_405_names_the_allowed_method(site: Site) -> None:
    assert site.get("/subscribe").headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/api/v1/editions"])
def test_an_unexpected_error_has_a_message_and_every_header(site: Site, path: str) -> None:
    site.app.engine.dispose()
    (site.folder / "digest.db").write_bytes(b"not a database" * 1000)

    answer = site.get(path)

    assert answer.status_code == 500
    assert "Something broke on our side." in answer.text
    assert headers_of(site, "GET", path) == STRICT


def test_an_error_of_the_api_is_json(site: Site) -> None:
    answers = [site.get("/api/v1/nowhere"), site.post("/api/v1/subscriptions", json={})]

    assert answers[0].json() == {"detail": "Not Found"}
    assert answers[1].json() == {"detail": "body.email: is missing"}


# -- bodies that are too long -----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/subscribe", "/leave/x", "/api/v1/subscriptions", "/nowhere"])
def test_a_body_no_form_could_have_is_refused(site: Site, path: str) -> None:
    answer = site.post(path, content=b"x" * 100_001)

    assert answer.status_code == 413
    assert headers_of(site, "GET", "/") == STRICT


def test_a_long_body_in_chunks_is_refused(site: Site) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1001):
            yield b"x" * 100

    assert site.post("/subscribe", content=pieces()).status_code == 413


def test_a_long_body_is_not_read_to_its_end(site: Site) -> None:
    reads: list[int] = []
    scope = {"type": "http", "method": "POST", "path": "/subscribe", "headers": []}

    async def receive() -> dict[str, Any]:
        reads.append(1)
        return {"type": "http.request", "body": b"x" * 60_000, "more_body": True}

    async def send(message: Any) -> None:
        pass

    asyncio.run(site.asgi(scope, receive, send))

    assert len(reads) == 2


@pytest.mark.parametrize("path", ["/subscribe", "/api/v1/subscriptions"])
def test_a_body_that_does_not_come_is_not_waited_for(site: Site, path: str) -> None:
    sent: list[Any] = []
    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    pieces = [{"type": "http.request", "body": b"email=a", "more_body": True}]

    async def receive() -> dict[str, Any]:
        if pieces:
            return pieces.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    assert isinstance(site.asgi, SecurityMiddleware)
    asyncio.run(replace(site.asgi, body_timeout=0.01)(scope, receive, send))

    headers = dict(sent[0]["headers"])
    assert sent[0]["status"] == 408
    assert headers[b"connection"] == b"close"
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"That took too long to arrive." in b"".join(it.get("body", b"") for it in sent)


def test_a_long_form_that_is_not_too_long_is_read(site: Site) -> None:
    answer = site.post("/subscribe", data={"email": "x" * 99_000})

    assert answer.status_code == 422
    assert len(answer.text) < 20_000


def test_links_on_pages_ignore_the_host_header(site: Site) -> None:
    page = site.client.get("/archive/2026-02-02/agents", headers={"Host": "evil.example"})

    assert "evil.example" not in page.text
    assert f"{URL}/archive/2026-02-02/agents" in page.text
