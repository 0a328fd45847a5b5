"""One request to an address, and what it answers."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest.errors import SourceError
from digest.sources.http.reach import Reach

if TYPE_CHECKING:
    import trustme


def reach(trusting: ssl.SSLContext | None = None, *, timeout: float = 10) -> Reach:
    return Reach(
        user_agent="tests",
        timeout=timeout,
        variables={},
        tls=lambda: trusting or ssl.create_default_context(),
    )


def test_any_status_is_an_answer() -> None:
    page = Response(status=404, body=b"no such page")
    with WebServer(page) as server:
        answer = reach().ask(server.url, method="GET")

    assert (answer.status, answer.text, answer.certificate_until) == (404, "no such page", None)
    assert answer.date.endswith("GMT")


def test_an_address_is_asked_once_in_each_way() -> None:
    with WebServer(Response()) as server:
        asking = reach()
        for method in ("HEAD", "HEAD", "GET", "GET"):
            asking.ask(server.url, method=method)  # type: ignore[arg-type]  # one of two

    assert [request.method for request in server.requests] == ["HEAD", "GET"]


def test_a_redirect_is_named_and_not_followed() -> None:
    with WebServer(Response(status=302, headers={"Location": "/there"})) as server:
        answer = reach().ask(server.url)

    assert (answer.status, answer.location) == (302, "/there")
    assert len(server.requests) == 1


def test_a_long_page_is_not_read_to_its_end() -> None:
    with WebServer(Response(body=b"x" * 3_000_000)) as server:
        answer = reach().ask(server.url, method="GET")

    assert len(answer.text) == 20_000


def test_a_certificate_says_until_when_it_is_valid(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    until = datetime(2090, 1, 2, tzinfo=UTC)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", not_after=until).configure_cert(context)
    with WebServer(Response(), tls=context) as server:
        answer = reach(trusting).ask(server.url)

    assert answer.certificate_until == until


def test_a_host_that_is_not_there_is_an_error_that_is_kept() -> None:
    with WebServer(Response()) as server:
        url = server.url
    asking = reach()

    for _ in range(2):
        with pytest.raises(SourceError, match=f"{url} does not answer: .*refused"):
            asking.ask(url)


def test_a_certificate_that_nobody_vouches_for_is_an_error(server_tls: ssl.SSLContext) -> None:
    unknown = pytest.raises(SourceError, match="CERTIFICATE_VERIFY_FAILED")
    with WebServer(Response(), tls=server_tls) as server, unknown:
        reach().ask(server.url)


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(SourceError, match="is no address"):
        reach().ask("https://papers.test:port")


def test_a_service_that_limits_the_rate_is_asked_at_its_pace() -> None:
    waited: list[float] = []
    asking = Reach(
        user_agent="tests",
        timeout=1,
        # A proxy that is not there, so that nobody is asked.
        variables={"all_proxy": "http://127.0.0.1:1"},
        tls=ssl.create_default_context,
        sleep=waited.append,
    )

    for host in ("rss.arxiv.org", "export.arxiv.org", "huggingface.co"):
        with pytest.raises(SourceError):
            asking.ask(f"https://{host}/")

    assert len(waited) == 1
    assert 2 < waited[0] <= 3
