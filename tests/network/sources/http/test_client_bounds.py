"""The size of a response is bounded, packed or not."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest.errors import RefusedError, SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.source_client import MakeClient

PACKED = {"Content-Encoding": "gzip"}


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
