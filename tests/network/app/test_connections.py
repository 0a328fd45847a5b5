"""The web server under clients who send too little, take too little, or are too many."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from digest.app.connections import Connections, GuardedProtocol, Limits, report
from digest.app.listener import BACKLOG, listen, listen_unix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Long enough for no honest client of a test to be cut off.
PATIENT = Limits(connections=1000, of_client=1000, head=60, idle=60, answer=60)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HALVES = {
    "nothing": b"",
    "a head": b"GET / HTTP/1.1\r\nHost:",
    "a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nemail",
}


class Site:
    """An application that reads a request and answers who asked; `/long` answers at length."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/long":
            for _ in range(500):
                body = b"x" * 100_000
                await send({"type": "http.response.body", "body": body, "more_body": True})
            self.ended.set()
        body = str(scope["client"]).encode()
        await send({"type": "http.response.body", "body": body})


class Server:
    """A server in a thread."""

    def __init__(self, limits: Limits, listener: socket.socket, **details: Any) -> None:
        self.site = Site()
        self.address = listener.getsockname()
        self.connections = Connections(limits, **({"trusted_proxies": ["127.0.0.1"]} | details))
        http: Any = partial(GuardedProtocol, connections=self.connections)
        self.uvicorn = uvicorn.Server(
            uvicorn.Config(
                self.site,
                http=http,
                ws="none",
                lifespan="off",
                backlog=BACKLOG,
                log_config=None,
                timeout_keep_alive=int(limits.idle),
            )
        )
        self.thread = threading.Thread(target=self.uvicorn.run, args=([listener],))
        self.clients: deque[socket.socket] = deque(maxlen=300)

    def connect(self, *, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(self.address, timeout=20, source_address=(source, 0))

    def begin(self, half: bytes, **details: Any) -> socket.socket:
        """Open a connection that stays open, and send half of a request."""
        if len(self.clients) == self.clients.maxlen:
            self.clients[0].close()
        self.clients.append(self.connect(**details))
        self.clients[-1].sendall(half)
        return self.clients[-1]

    def get(self, **details: Any) -> bytes:
        with self.connect(**details) as client:
            client.sendall(GET)
            return answer_to(client)


@contextmanager
def server(limits: Limits = PATIENT, **details: Any) -> Iterator[Server]:
    (listener,) = listen("127.0.0.1", 0)
    running = Server(limits, listener, **details)
    running.thread.start()
    try:
        yield running
    finally:
        running.uvicorn.should_exit = True
        for client in running.clients:
            client.close()
        running.thread.join(timeout=20)
        assert not running.thread.is_alive()


def answer_to(client: socket.socket) -> bytes:
    """Read a whole answer of the application, which comes in chunks."""
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):
        piece = client.recv(65536)
        assert piece, received
        received += piece
    return received


def rest_of(client: socket.socket) -> bytes:
    """Read until the server closes."""
    received = b""
    try:
        while piece := client.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


# -- how many ---------------------------------------------------------------------------------


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_whole_request_is_answered_while_a_thousand_others_are_half_sent(half: bytes) -> None:
    with server(replace(PATIENT, connections=100)) as running:
        for _ in range(1000):
            running.begin(half)

        assert [running.get()[:15] for _ in range(5)] == [b"HTTP/1.1 200 OK"] * 5


def test_the_connection_that_has_waited_longest_is_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with server(replace(PATIENT, connections=2)) as running:
        first, second = running.begin(HALVES["a head"]), running.begin(HALVES["a head"])
        third = running.connect()
        closed = rest_of(first)
        second.sendall(b" x\r\n\r\n")
        answer = answer_to(second)
        third.close()

    assert closed == b""
    assert answer.startswith(b"HTTP/1.1 200 OK")
    reasons = [vars(record).get("reason") for record in caplog.records]
    assert "there are too many" in reasons


def test_a_client_has_so_many_waiting_connections_and_another_as_many() -> None:
    limits = replace(PATIENT, of_client=2)
    with server(limits, trusted_proxies=[]) as running:
        others = [running.begin(HALVES["a head"], source="127.0.0.2") for _ in range(2)]
        theirs = [running.begin(HALVES["a head"]) for _ in range(3)]
        closed = rest_of(theirs[0])
        for client in (*theirs[1:], *others):
            client.sendall(b" x\r\n\r\n")
        answers = [answer_to(client)[:15] for client in (*theirs[1:], *others)]

    assert closed == b""
    assert answers == [b"HTTP/1.1 200 OK"] * 4


def test_the_connections_of_a_trusted_proxy_are_not_those_of_one_client() -> None:
    limits = replace(PATIENT, of_client=2)
    with server(limits, trusted_proxies=["127.0.0.0/8"]) as running:
        clients = [running.begin(HALVES["a head"]) for _ in range(9)]
        for client in clients:
            client.sendall(b" x\r\n\r\n")

        assert [answer_to(client)[:15] for client in clients] == [b"HTTP/1.1 200 OK"] * 9


def test_a_connection_that_was_answered_counts_as_waiting_again() -> None:
    with server(replace(PATIENT, connections=1)) as running:
        kept = running.begin(GET)
        answer_to(kept)

        assert running.get().startswith(b"HTTP/1.1 200 OK")
        assert rest_of(kept) == b""


# -- how long ---------------------------------------------------------------------------------


def test_a_head_that_does_not_come_is_not_waited_for() -> None:
    with server(replace(PATIENT, head=0.05)) as running:
        assert rest_of(running.begin(HALVES["a head"])).startswith(b"HTTP/1.1 408 ")
        assert rest_of(running.begin(b"")) == b""


def test_a_head_in_drops_has_no_more_time_than_another() -> None:
    with server(replace(PATIENT, head=0.1)) as running:
        client = running.begin(HALVES["a head"])
        client.settimeout(0.001)
        answer = None
        while answer is None:
            try:
                client.sendall(b"x")
                answer = client.recv(1000)
            except TimeoutError:
                continue
            except ConnectionError:
                answer = b""

    assert not answer or answer.startswith(b"HTTP/1.1 408 ")


def test_the_head_of_a_second_request_has_its_own_time() -> None:
    with server(replace(PATIENT, head=0.2)) as running:
        client = running.begin(GET)
        first = answer_to(client)
        client.sendall(HALVES["a head"])

        assert first.startswith(b"HTTP/1.1 200 OK")
        assert rest_of(client).startswith(b"HTTP/1.1 408 ")


def test_several_requests_in_one_piece_are_all_answered() -> None:
    with server() as running:
        client = running.begin(GET + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

        assert rest_of(client).count(b"HTTP/1.1 200 OK") == 2


def test_a_client_that_does_not_take_an_answer_is_not_waited_for() -> None:
    with server(replace(PATIENT, answer=0.05)) as running:
        running.begin(GET.replace(b"/ ", b"/long "))

        assert running.site.ended.wait(20)


# -- sockets, the log and the end --------------------------------------------------------------


def test_the_peer_of_a_unix_socket_is_named_so(tmp_path: Path) -> None:
    listener = listen_unix(tmp_path / "web.sock", 0o600)
    running = Server(PATIENT, listener.socket)
    running.thread.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(listener.path))
        client.sendall(GET)
        answer = answer_to(client)
    running.uvicorn.should_exit = True
    running.thread.join(timeout=20)

    assert b"('unix', 0)" in answer


def test_a_server_ends_though_requests_are_half_sent() -> None:
    with server() as running:
        for half in HALVES.values():
            running.begin(half)


def test_what_asyncio_could_not_do_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    error = OSError(24, "Too many open files")
    loop = asyncio.new_event_loop()
    loop.close()

    with caplog.at_level(logging.ERROR):
        report(loop, {"message": "socket.accept() out of system resource", "exception": error})

    [record] = caplog.records
    assert record.message == "web server error"
    assert record.exc_info is None
    assert "Too many open files" in vars(record)["error"]
