"""How fast mails go over the wire, beside smtplib and Postfix's own generator.

    python benchmarks/wire.py [MAILS]

Needs smtp-sink and smtp-source (Debian: postfix). All run on this machine against one smtp-sink,
which throws the mails away; then once more with the sink 20 milliseconds away. Rates are for this
machine and run only; the ratios compare ways in the same run.
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
import sys
import time
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import postfix

from digest.delivery.process import cpu_seconds
from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.models.delivery import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES = 800
ROUND_TRIP = 0.020


def compare(mails: int) -> None:
    """Print a line per way of sending."""
    if not postfix.are_there():
        return
    print(f"mails of {len(_content()) / 1000:.0f} kB, processor time of the sender alone")
    with postfix.sink() as port:
        for sessions in (1, 20):
            size = len(_content())
            generate = partial(postfix.generate, port, mails, sessions=sessions, size=size)
            _line(f"smtp-source, {sessions} sessions", mails, generate)
        _beside_smtplib(port, mails, mails)
        few = max(mails // 50, 20)
        print(f"with a round trip of {ROUND_TRIP * 1000:.0f} ms")
        with _far_away(port) as far:
            _beside_smtplib(far, few, few * 5)


def _beside_smtplib(port: int, mails: int, more_mails: int) -> None:
    """Compare a kept connection of smtplib with one, and with several, of ours."""
    theirs = _line("smtplib, a kept connection", mails, partial(_smtplib, port, mails))
    for connections, number in ((1, mails), (5, more_mails)):
        what = f"digest, {connections} connections at most"
        ours = _line(what, number, partial(_digest, port, number, connections))
        print(f"{'':30} {theirs / ours:6.1f} x smtplib")


def _digest(port: int, mails: int, connections: int) -> None:
    server = ServerSettings(
        host="127.0.0.1", port=port, security="none", connections=connections, rotate_after=10**6
    )
    with closing(SMTPTransport(server)) as smtp:
        smtp.send_all(_parcels(mails), lambda _answers, _leaving: None)


def _smtplib(port: int, mails: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for parcel in _parcels(mails):
            smtp.sendmail(parcel.sender, parcel.recipient, parcel.content)


def _parcels(mails: int) -> Iterator[OutgoingMessage]:
    content = _content()
    for number in range(mails):
        yield OutgoingMessage(
            day=date(2026, 2, 2),
            sender="bounces@example.org",
            recipient=f"r{number}@example.org",
            content=content,
        )


def _content() -> bytes:
    """Make lines such as quoted-printable has; the same ones in every run."""
    letters = random.Random(1).choices(string.ascii_letters + "     .,=", k=74)  # noqa: S311
    line = ("x" + "".join(letters) + "=\r\n").encode()
    return b"Subject: a\r\n\r\n" + line * LINES


def _line(what: str, mails: int, send: Callable[[], None]) -> float:
    """Send, print rate and processor time, and return the seconds for each mail."""
    cpu, started = cpu_seconds(), time.perf_counter()
    send()
    each = (time.perf_counter() - started) / mails
    spent = (cpu_seconds() - cpu) / mails
    print(f"{what:30} {1 / each:6.0f} /s {spent * 1e6:6.0f} us of processor time each")
    return each


@contextmanager
def _far_away(port: int) -> Iterator[int]:
    """Put a port at a distance, by a process that holds back all it passes on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = multiprocessing.Process(target=_hold_back, args=(listening, port), daemon=True)
        proxy.start()
        try:
            yield listening.getsockname()[1]
        finally:
            proxy.kill()
            proxy.join()


def _hold_back(listening: socket.socket, port: int) -> None:
    """Pass on what comes either way, half a round trip later."""
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ)
    held: list[tuple[float, int, socket.socket, bytes]] = []
    numbers = itertools.count()
    while True:
        wait = max(held[0][0] - time.monotonic(), 0) if held else None
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
            heapq.heappush(held, (due, next(numbers), key.data, octets))
        while held and held[0][0] <= time.monotonic():
            *_, target, octets = heapq.heappop(held)
            with suppress(OSError):
                target.sendall(octets) if octets else target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
