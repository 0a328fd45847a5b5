"""The website as readers' programs reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.doctor import installation
from support.http_server import Request, Response, WebServer

from digest.app.doctor.website import check
from subscribers import links

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from digest.app.doctor.finding import Finding

KEY = "a key for the tests and nothing else"


def found(folder: Path, url: str, trusting: ssl.SSLContext | None = None) -> dict[str, Finding]:
    tables = {"site": {"secret_key": KEY}, "web": {"url": url}}
    return {it.check: it for it in check(installation(folder, tables, trusting=trusting))}


def test_a_site_that_answers_is_well(
    tmp_path: Path, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with WebServer(Response(), tls=server_tls) as server:
        seen = found(tmp_path, server.base, trusting)

    assert {str(one.level) for one in seen.values()} == {"ok"}
    assert [request.method for request in server.requests] == ["GET", "GET"]


def test_the_link_to_leave_is_signed_with_our_key_and_is_nobody_s(tmp_path: Path) -> None:
    with WebServer(Response()) as server:
        found(tmp_path, server.base)

    (path,) = [one.path for one in server.requests if one.path.startswith("/leave/")]
    token = path.removeprefix("/leave/")
    purpose = links.Purpose.LEAVE
    assert links.read(purpose, token, secrets=[KEY], now=installation(tmp_path).now) == 0


@pytest.mark.parametrize(
    ("answer", "words", "remedy"),
    [
        (Response(status=404), "answers 404", "start `digest serve`"),
        (Response(status=410), "does not know our key", "the same digest.key"),
        (
            Response(status=301, headers={"Location": "https://www.papers.test/leave/x"}),
            "leads on to www.papers.test",
            "without a redirect",
        ),
    ],
)
def test_another_answer_of_the_link_to_leave_is_named(
    tmp_path: Path, answer: Response, words: str, remedy: str
) -> None:
    def route(request: Request) -> Response:
        return answer if request.path.startswith("/leave/") else Response()

    with WebServer(route=route) as server:
        seen = found(tmp_path, server.base)

    assert seen["website"].level == "ok"
    assert seen["leave link"].level == "fail"
    assert words in seen["leave link"].text
    assert remedy in seen["leave link"].remedy


def test_a_site_without_encryption_is_a_warning(tmp_path: Path) -> None:
    with WebServer(Response()) as server:
        seen = found(tmp_path, server.base)["website TLS"]

    assert (seen.level, seen.remedy[:24]) == ("warn", '[web] url = "https://127')


def test_a_site_that_does_not_answer_fails_once(tmp_path: Path) -> None:
    with WebServer(Response()) as server:
        url = server.base
    seen = found(tmp_path, url)

    assert {name: str(one.level) for name, one in seen.items()} == {
        "website": "fail",
        "leave link": "not checked",
    }


@pytest.mark.parametrize("url", ["", "https://digest.example.org"])
def test_without_a_site_none_is_asked(tmp_path: Path, url: str) -> None:
    assert [str(one.level) for one in found(tmp_path, url).values()] == ["not checked"]
