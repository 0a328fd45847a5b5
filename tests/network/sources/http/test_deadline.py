"""A response that comes too slowly is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest.errors import SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.source_client import MakeClient

FINE = Response(body=b"fine")
PACKED = {"Content-Encoding": "gzip"}


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
