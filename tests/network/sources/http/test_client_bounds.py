"""What a source may ask, how much it gets, and for how long: no service can hold us up."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from support.http_server import Answer, WebServer
from support.source_client import Watch

from digest.errors import RefusedError, SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.source_client import Asking

FINE = Answer(body=b"fine")
PACKED = {"Content-Encoding": "gzip"}


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


def test_a_source_asks_no_other_host(asking: Asking) -> None:
    with pytest.raises(SourceError, match=r"example\.org is not asked.* source are 127\.0\.0\.1"):
        asking().get("http://example.org/")


@pytest.mark.parametrize("url", ["http://127.0.0.1@example.org/", "http://127.0.0.1.example.org/"])
def test_a_host_that_only_looks_right_is_not_asked(asking: Asking, url: str) -> None:
    with pytest.raises(SourceError, match=r"example\.org is not asked"):
        asking().get(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(asking: Asking, status: int) -> None:
    with WebServer(moved("/there?x=1", status), FINE) as server:
        assert asking().get(server.url, headers={"x-api-key": "k"}) == "fine"

    assert server.questions[1].path == "/there"
    assert server.questions[1].query == {"x": ["1"]}
    assert server.questions[1].headers["x-api-key"] == "k"


def test_a_redirect_takes_a_turn_at_the_gate(asking: Asking) -> None:
    watch = Watch()
    with WebServer(moved("/there"), FINE) as server:
        asking(watch).get(server.url, gate="arxiv.org")

    assert watch.slept == [3.0]


def test_redirects_end(asking: Asking) -> None:
    with (
        WebServer(moved("/again")) as server,
        pytest.raises(SourceError, match="redirects more than 3 times"),
    ):
        asking().get(server.url)

    assert len(server.questions) == 1 + client.REDIRECTS


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
def test_a_redirect_to_another_place_is_an_error_that_names_both(asking: Asking, to: str) -> None:
    with WebServer(moved(to)) as server:
        with pytest.raises(SourceError, match=r"redirects to .*, which is another place") as caught:
            asking().get(server.url)

        assert server.url in str(caught.value)
        assert to.removeprefix("//") in str(caught.value)

    assert len(server.questions) == 1


@pytest.mark.parametrize("to", ["http://[", "javascript:alert(1)", "http://127.0.0.1:x/", "\xff:"])
def test_a_redirect_to_nowhere_is_an_error(asking: Asking, to: str) -> None:
    with WebServer(moved(to)) as server, pytest.raises(SourceError) as caught:
        asking().get(server.url)

    assert "127.0.0.1" in str(caught.value)


def test_the_same_host_with_https_may_be_asked(asking: Asking) -> None:
    with (
        WebServer(FINE) as server,
        WebServer(moved(server.base.replace("http:", "https:"))) as first,
        # It speaks no TLS, so what is asked is not answered.
        pytest.raises(SourceError, match=r"could not be read: .*SSL"),
    ):
        asking().get(first.url)


def test_what_is_posted_is_not_turned_into_a_question(asking: Asking) -> None:
    with WebServer(moved("/there", 302)) as server, pytest.raises(RefusedError, match="302 Found"):
        asking().post(server.url, json={})


def test_what_is_posted_follows_a_redirect_that_keeps_it(asking: Asking) -> None:
    with WebServer(moved("/there", 307), FINE) as server:
        assert asking().post(server.url, json=["x"]) == "fine"

    assert [question.body for question in server.questions] == [b'["x"]', b'["x"]']


def test_an_endless_answer_is_given_up(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LIMIT", 1000)

    with (
        WebServer(Answer(body=b" " * 100_000)) as server,
        pytest.raises(SourceError, match="more than 1,000 bytes"),
    ):
        asking().get(server.url)


def test_a_packed_answer_is_unpacked(asking: Asking) -> None:
    with WebServer(Answer(body=gzip.compress(b"fine" * 100_000), headers=PACKED)) as server:
        assert asking().get(server.url) == "fine" * 100_000

    assert server.questions[0].headers["Accept-Encoding"] == "gzip"


def test_a_bomb_is_left_before_it_has_gone_off(asking: Asking) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(200)) + bomb.flush()
    with WebServer(Answer(body=packed, headers=PACKED)) as server:
        ours = asking()
        tracemalloc.start()
        with pytest.raises(SourceError, match="more than 20,000,000 bytes"):
            ours.get(server.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peak < 3 * client.LIMIT


def test_a_bomb_that_comes_with_a_refusal_is_left_too(asking: Asking) -> None:
    packed = gzip.compress(bytes(50_000_000))
    answer = Answer(status=404, body=packed, headers=PACKED)
    with WebServer(answer) as server, pytest.raises(RefusedError) as caught:
        asking().get(server.url)

    assert len(caught.value.body) == client.REFUSAL_LIMIT


def test_a_packed_answer_without_its_end_is_asked_for_again(asking: Asking) -> None:
    packed = gzip.compress(b"fine")
    half = Answer(body=packed[:-9], headers=PACKED)
    with WebServer(half, Answer(body=packed, headers=PACKED)) as server:
        assert asking().get(server.url) == "fine"


def test_a_packed_answer_with_something_behind_it_is_an_error(asking: Asking) -> None:
    packed = Answer(body=gzip.compress(b"fine") + gzip.compress(b"more"), headers=PACKED)
    with WebServer(packed) as server, pytest.raises(SourceError, match="follows its end"):
        asking().get(server.url)


@pytest.mark.parametrize("status", [200, 404])
def test_a_slow_drip_ends(asking: Asking, status: int) -> None:
    with (
        WebServer(Answer(status=status, body=b"x" * 100_000, drip=0.005)) as server,
        pytest.raises(SourceError, match=r"too slowly|404 Not Found"),
    ):
        asking(deadline=0.05).get(server.url)

    assert len(server.questions) == 1


def test_packed_drops_that_unpack_to_nothing_end_too(asking: Asking) -> None:
    name = b"\x1f\x8b\x08\x08\0\0\0\0\0\0" + b"n" * 100_000  # a file name that never ends
    with (
        WebServer(Answer(body=name, drip=0.005, headers=PACKED)) as server,
        pytest.raises(SourceError, match="too slowly"),
    ):
        asking(deadline=0.05).get(server.url)


def test_a_head_that_comes_in_drops_ends_too(asking: Asking) -> None:
    with (
        WebServer(Answer(drip_head=0.005)) as server,
        pytest.raises(SourceError, match="too slowly"),
    ):
        asking(deadline=0.05).get(server.url)

    assert len(server.questions) == 1


def test_on_a_connection_that_was_open_drops_end_too(asking: Asking) -> None:
    with WebServer(FINE, Answer(drip_head=0.005), FINE) as server:
        ours = asking(deadline=0.3)
        ours.get(server.url)
        with pytest.raises(SourceError, match="too slowly"):
            ours.get(server.url)

        assert ours.get(server.url) == "fine"

    ports = [question.port for question in server.questions]
    assert ports[0] == ports[1] != ports[2]


def test_a_service_that_says_nothing_is_given_up(asking: Asking) -> None:
    with (
        WebServer(Answer(body=b"xx", drip=60)) as server,
        pytest.raises(SourceError, match=r"could not be read: .*timed out"),
    ):
        asking(timeout=0.05).get(server.url)

    assert len(server.questions) == client.ATTEMPTS
