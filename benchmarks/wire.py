"""How many messages per second our SMTP client sends, beside smtplib and Postfix's generator.

    python benchmarks/wire.py [MESSAGES]

Needs smtp-sink and smtp-source (Debian: postfix). All clients send to one smtp-sink on this
machine, which discards the messages. Then some send again with a round trip of 20 milliseconds.
The rates hold for this machine and this run only; the ratios compare clients in the same run.
"""

from __future__ import annotations

import heapq
import itertools
import multiprocessing
import random
import selectors
import smtplib
import socket
import string
import time
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import postfix
from arguments import argument

from digest.delivery.process import cpu_seconds
from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.models.delivery import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The number of lines of a message.
LINES = 800
#: Seconds.
ROUND_TRIP = 0.020


def compare(messages: int) -> None:
    """Print a line for each client."""
    if not postfix.is_installed():
        return
    print(f"messages of {len(_content()) / 1000:.0f} kB, processor time of the client alone")
    with postfix.sink() as port:
        for sessions in (1, 20):
            size = len(_content())
            generate = partial(postfix.generate, port, messages, sessions=sessions, size=size)
            _measure(f"smtp-source, {sessions} sessions", messages, generate)
        _compare_smtplib(port, messages, messages)
        few = max(messages // 50, 20)
        print(f"with a round trip of {ROUND_TRIP * 1000:.0f} ms")
        with _with_round_trip(port) as far:
            _compare_smtplib(far, few, few * 5)


def _compare_smtplib(port: int, messages: int, more_messages: int) -> None:
    """Compare one connection of smtplib with one and with several of ours."""
    theirs = _measure("smtplib, one connection", messages, partial(_smtplib, port, messages))
    for connections, number in ((1, messages), (5, more_messages)):
        name = f"digest, {connections} connections at most"
        ours = _measure(name, number, partial(_digest, port, number, connections))
        print(f"{'':30} {theirs / ours:6.1f} x smtplib")


def _digest(port: int, messages: int, connections: int) -> None:
    server = ServerSettings(
        host="127.0.0.1", port=port, security="none", connections=connections, rotate_after=10**6
    )
    with closing(SMTPTransport(server)) as smtp:
        smtp.send_all(_make_messages(messages), lambda _outcomes, _leaving: None)


def _smtplib(port: int, messages: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for message in _make_messages(messages):
            smtp.sendmail(message.sender, message.recipient, message.content)


def _make_messages(messages: int) -> Iterator[OutgoingMessage]:
    content = _content()
    for number in range(messages):
        yield OutgoingMessage(
            day=date(2026, 2, 2),
            sender="bounces@example.org",
            recipient=f"r{number}@example.org",
            content=content,
        )


def _content() -> bytes:
    """Return lines such as those of quoted-printable, the same in every run."""
    letters = random.Random(1).choices(string.ascii_letters + "     .,=", k=74)  # noqa: S311
    line = ("x" + "".join(letters) + "=\r\n").encode()
    return b"Subject: a\r\n\r\n" + line * LINES


def _measure(name: str, messages: int, send: Callable[[], None]) -> float:
    """Send, print the rate and the processor time, and return the seconds per message."""
    cpu, started = cpu_seconds(), time.perf_counter()
    send()
    each = (time.perf_counter() - started) / messages
    spent = (cpu_seconds() - cpu) / messages
    print(f"{name:30} {1 / each:6.0f} /s {spent * 1e6:6.0f} us of processor time each")
    return each


@contextmanager
def _with_round_trip(port: int) -> Iterator[int]:
    """Yield the port of a proxy that delays all octets to and from another port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = multiprocessing.Process(target=_delay, args=(listening, port), daemon=True)
        proxy.start()
        try:
            yield listening.getsockname()[1]
        finally:
            proxy.kill()
            proxy.join()


def _delay(listening: socket.socket, port: int) -> None:
    """Pass on all octets, in both directions, half a round trip later."""
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ)
    waiting: list[tuple[float, int, socket.socket, bytes]] = []
    numbers = itertools.count()
    while True:
        wait = max(waiting[0][0] - time.monotonic(), 0) if waiting else None
        for key, _ in selector.select(wait):
            if key.data is None:
                near, _address = listening.accept()
                far = socket.create_connection(("127.0.0.1", port))
                for one, other in ((near, far), (far, near)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(one, selectors.EVENT_READ, other)
                continue
            source: socket.socket = key.fileobj  # type: ignore[assignment]
            octets = source.recv(1 << 20)
            if not octets:
                selector.unregister(source)
            due = time.monotonic() + ROUND_TRIP / 2
            heapq.heappush(waiting, (due, next(numbers), key.data, octets))
        while waiting and waiting[0][0] <= time.monotonic():
            *_, target, octets = heapq.heappop(waiting)
            with suppress(OSError):
                target.sendall(octets) if octets else target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    compare(argument(__doc__, 10_000))
