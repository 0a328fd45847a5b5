"""Where requests and their redirects may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer
from support.source_client import ManualClock

from digest.errors import RefusedError, SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.source_client import MakeClient

FINE = Response(body=b"fine")


def moved(to: str, status: int = 302) -> Response:
    return Response(status=status, headers={"Location": to})


def test_a_source_asks_no_other_host(make_client: MakeClient) -> None:
    with pytest.raises(SourceError, match=r"example\.org is not asked.* source are 127\.0\.0\.1"):
        make_client().get("http://example.org/")


@pytest.mark.parametrize("url", ["http://127.0.0.1@example.org/", "http://127.0.0.1.example.org/"])
def test_a_host_that_only_looks_right_is_not_asked(make_client: MakeClient, url: str) -> None:
    with pytest.raises(SourceError, match=r"example\.org is not asked"):
        make_client().get(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(make_client: MakeClient, status: int) -> None:
    with WebServer(moved("/there?x=1", status), FINE) as server:
        assert make_client().get(server.url, headers={"x-api-key": "k"}) == "fine"

    assert server.requests[1].path == "/there"
    assert server.requests[1].query == {"x": ["1"]}
    assert server.requests[1].headers["x-api-key"] == "k"


def test_a_redirect_takes_a_slot_of_the_rate_limit(make_client: MakeClient) -> None:
    clock = ManualClock()
    with WebServer(moved("/there"), FINE) as server:
        make_client(clock).get(server.url, rate_limit_key="arxiv.org")

    assert clock.slept == [3.0]


def test_redirects_end(make_client: MakeClient) -> None:
    with (
        WebServer(moved("/again")) as server,
        pytest.raises(SourceError, match="redirects more than 3 times"),
    ):
        make_client().get(server.url)

    assert len(server.requests) == 1 + client.REDIRECTS


@pytest.mark.parametrize(
    "to",
    [
        "http://elsewhere.example/x",
        "//elsewhere.example/x",
        "ftp://127.0.0.1/",
        "file:/etc/passwd",
        "http://127.0.0.1:1/",
    ],
)
def test_a_redirect_to_another_place_is_an_error_that_names_both(
    make_client: MakeClient, to: str
) -> None:
    with WebServer(moved(to)) as server:
        with pytest.raises(SourceError, match=r"redirects to .*, which is another place") as caught:
            make_client().get(server.url)

        assert server.url in str(caught.value)
        assert to.removeprefix("//") in str(caught.value)

    assert len(server.requests) == 1


@pytest.mark.parametrize("to", ["http://[", "javascript:alert(1)", "http://127.0.0.1:x/", "\xff:"])
def test_a_redirect_to_nowhere_is_an_error(make_client: MakeClient, to: str) -> None:
    with WebServer(moved(to)) as server, pytest.raises(SourceError) as caught:
        make_client().get(server.url)

    assert "127.0.0.1" in str(caught.value)


def test_the_same_host_with_https_may_be_asked(make_client: MakeClient) -> None:
    with (
        WebServer(FINE) as server,
        WebServer(moved(server.base.replace("http:", "https:"))) as first,
        # It speaks no TLS, so what is asked is not answered.
        pytest.raises(SourceError, match=r"could not be read: .*SSL"),
    ):
        make_client().get(first.url)


def test_what_is_posted_is_not_turned_into_a_question(make_client: MakeClient) -> None:
    with WebServer(moved("/there", 302)) as server, pytest.raises(RefusedError, match="302 Found"):
        make_client().post(server.url, json={})


def test_what_is_posted_follows_a_redirect_that_keeps_it(make_client: MakeClient) -> None:
    with WebServer(moved("/there", 307), FINE) as server:
        assert make_client().post(server.url, json=["x"]) == "fine"

    assert [request.body for request in server.requests] == [b'["x"]', b'["x"]']
