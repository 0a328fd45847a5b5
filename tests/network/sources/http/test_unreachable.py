"""Hosts that cannot be reached are tried once in a run."""

from __future__ import annotations

import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest.errors import RefusedError, UnreachableError
from digest.sources.http import client as web
from digest.sources.http.pools import Pools

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import httpx
    from support.source_client import MakeClient


@pytest.fixture
def closed() -> Iterator[list[str]]:
    """The addresses of three ports where nobody listens."""
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        bound = (one, two, three)
        for port in bound:
            port.bind(("127.0.0.1", 0))
        yield [f"http://127.0.0.1:{port.getsockname()[1]}" for port in bound]


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a host that takes requests and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as port:
        yield f"http://127.0.0.1:{port.getsockname()[1]}"


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each address was tried, by origin."""
    found: Counter[str] = Counter()
    send = Pools.send

    def counted(self: Pools, method: str, url: httpx.URL, **details: object) -> httpx.Response:
        found[f"{url.scheme}://{url.netloc.decode()}"] += 1
        return send(self, method, url, **details)  # type: ignore[arg-type]

    monkeypatch.setattr(Pools, "send", counted)
    return found


def test_a_host_that_cannot_be_reached_is_tried_for_one_request(
    make_client: MakeClient, closed: list[str], attempts: Counter[str]
) -> None:
    ours = make_client()
    texts = set()
    for path in ("/api", "/api?date=2026-02-02", "/papers"):
        with pytest.raises(
            UnreachableError, match=r"could not be read: Connection refused"
        ) as caught:
            ours.get(closed[0] + path)
        texts.add(str(caught.value))

    assert attempts == {closed[0]: web.ATTEMPTS}
    assert len(texts) == 1


def test_a_host_that_answers_nothing_is_tried_for_one_request(
    make_client: MakeClient, silent: str, closed: list[str], attempts: Counter[str]
) -> None:
    ours = make_client(timeout=0.05)
    texts = set()
    for path in ("/api", "/api?date=2026-02-02", "/papers"):
        with pytest.raises(UnreachableError, match="could not be read: it does not answer") as it:
            ours.get(silent + path)
        texts.add(str(it.value))
    # The network is there: others are tried as ever.
    with pytest.raises(UnreachableError):
        ours.get(closed[0])

    assert attempts == {silent: web.ATTEMPTS, closed[0]: web.ATTEMPTS}
    assert len(texts) == 1


def test_when_one_host_is_out_of_reach_the_others_are_tried_once(
    make_client: MakeClient, closed: list[str], attempts: Counter[str]
) -> None:
    ours = make_client()
    for url in closed:
        with pytest.raises(UnreachableError):
            ours.get(url)

    assert attempts == {closed[0]: web.ATTEMPTS, closed[1]: 1, closed[2]: 1}


def test_another_host_is_read_as_ever(make_client: MakeClient, closed: list[str]) -> None:
    ours = make_client()
    with pytest.raises(UnreachableError):
        ours.get(closed[0])

    with WebServer(Response(status=503), Response(body=b"[1]")) as server:
        assert ours.get(server.url) == "[1]"


def test_the_client_of_the_next_run_tries_again(
    make_client: MakeClient, closed: list[str], attempts: Counter[str]
) -> None:
    for _ in range(2):
        with pytest.raises(UnreachableError):
            make_client().get(closed[0])

    assert attempts == {closed[0]: 2 * web.ATTEMPTS}


def test_an_answer_is_no_reason_to_give_a_host_up(
    make_client: MakeClient, attempts: Counter[str]
) -> None:
    ours = make_client()
    with WebServer(Response(status=404), Response(body=b"[1]")) as server:
        with pytest.raises(RefusedError):
            ours.get(server.url)
        assert ours.get(f"{server.url}/another") == "[1]"

    assert sum(attempts.values()) == 2


def test_a_host_that_nobody_trusts_is_out_of_reach(
    make_client: MakeClient, server_tls: ssl.SSLContext, attempts: Counter[str]
) -> None:
    ours = make_client()
    with WebServer(Response(body=b"[1]"), tls=server_tls) as server:
        for path in ("/1", "/2"):
            with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
                ours.get(server.url + path)

    assert sum(attempts.values()) == web.ATTEMPTS


def test_a_proxy_that_cannot_be_reached_is_out_of_reach_for_all_hosts(
    make_client: MakeClient, closed: list[str], attempts: Counter[str]
) -> None:
    proxy, one, two = closed
    ours = make_client(variables={"http_proxy": proxy})
    for url in (one, two):
        with pytest.raises(UnreachableError, match="through the proxy of http_proxy"):
            ours.get(url)

    assert attempts == {one: web.ATTEMPTS}


def test_a_host_that_a_proxy_cannot_reach_leaves_the_proxy_to_the_others(
    make_client: MakeClient, closed: list[str]
) -> None:
    with WebServer(Response(body=b"[1]")) as proxy:  # it knows no CONNECT
        ours = make_client(variables={"all_proxy": proxy.url})
        with pytest.raises(UnreachableError):
            ours.get(closed[0].replace("http:", "https:"))

        assert ours.get(closed[1]) == "[1]"
