"""The bounds of a request: allowed hosts, redirects, size and time."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer
from support.source_client import ManualClock

from digest.errors import RefusedError, SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.source_client import MakeClient

FINE = Response(body=b"fine")
PACKED = {"Content-Encoding": "gzip"}


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


def test_an_endless_answer_is_given_up(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_BODY", 1000)

    with (
        WebServer(Response(body=b" " * 100_000)) as server,
        pytest.raises(SourceError, match="more than 1,000 bytes"),
    ):
        make_client().get(server.url)


def test_a_packed_answer_is_unpacked(make_client: MakeClient) -> None:
    with WebServer(Response(body=gzip.compress(b"fine" * 100_000), headers=PACKED)) as server:
        assert make_client().get(server.url) == "fine" * 100_000

    assert server.requests[0].headers["Accept-Encoding"] == "gzip"


def test_a_bomb_is_left_before_it_has_gone_off(make_client: MakeClient) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(200)) + bomb.flush()
    with WebServer(Response(body=packed, headers=PACKED)) as server:
        ours = make_client()
        tracemalloc.start()
        with pytest.raises(SourceError, match="more than 20,000,000 bytes"):
            ours.get(server.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peak < 3 * client.MAX_BODY


def test_a_bomb_that_comes_with_a_refusal_is_left_too(make_client: MakeClient) -> None:
    packed = gzip.compress(bytes(50_000_000))
    response = Response(status=404, body=packed, headers=PACKED)
    with WebServer(response) as server, pytest.raises(RefusedError) as caught:
        make_client().get(server.url)

    assert len(caught.value.body) == client.MAX_REFUSAL_BODY


def test_a_packed_answer_without_its_end_is_asked_for_again(make_client: MakeClient) -> None:
    packed = gzip.compress(b"fine")
    half = Response(body=packed[:-9], headers=PACKED)
    with WebServer(half, Response(body=packed, headers=PACKED)) as server:
        assert make_client().get(server.url) == "fine"


def test_a_packed_answer_with_something_behind_it_is_an_error(make_client: MakeClient) -> None:
    packed = Response(body=gzip.compress(b"fine") + gzip.compress(b"more"), headers=PACKED)
    with WebServer(packed) as server, pytest.raises(SourceError, match="follows its end"):
        make_client().get(server.url)


@pytest.mark.parametrize("status", [200, 404])
def test_a_slow_drip_ends(make_client: MakeClient, status: int) -> None:
    with (
        WebServer(Response(status=status, body=b"x" * 100_000, drip=0.005)) as server,
        pytest.raises(SourceError, match=r"too slowly|404 Not Found"),
    ):
        make_client(deadline=0.05).get(server.url)

    assert len(server.requests) == 1


def test_packed_drops_that_unpack_to_nothing_end_too(make_client: MakeClient) -> None:
    name = b"\x1f\x8b\x08\x08\0\0\0\0\0\0" + b"n" * 100_000  # a file name that never ends
    with (
        WebServer(Response(body=name, drip=0.005, headers=PACKED)) as server,
        pytest.raises(SourceError, match="too slowly"),
    ):
        make_client(deadline=0.05).get(server.url)


def test_a_head_that_comes_in_drops_ends_too(make_client: MakeClient) -> None:
    with (
        WebServer(Response(drip_head=0.005)) as server,
        pytest.raises(SourceError, match="too slowly"),
    ):
        make_client(deadline=0.05).get(server.url)

    assert len(server.requests) == 1


def test_on_a_connection_that_was_open_drops_end_too(make_client: MakeClient) -> None:
    with WebServer(FINE, Response(drip_head=0.005), FINE) as server:
        ours = make_client(deadline=0.3)
        ours.get(server.url)
        with pytest.raises(SourceError, match="too slowly"):
            ours.get(server.url)

        assert ours.get(server.url) == "fine"

    ports = [request.port for request in server.requests]
    assert ports[0] == ports[1] != ports[2]


def test_a_service_that_says_nothing_is_given_up(make_client: MakeClient) -> None:
    with (
        WebServer(Response(body=b"xx", drip=60)) as server,
        pytest.raises(SourceError, match=r"could not be read: .*timed out"),
    ):
        make_client(timeout=0.05).get(server.url)

    assert len(server.requests) == client.ATTEMPTS
