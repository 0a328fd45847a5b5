"""A client that speaks LMTP over a socket, and a server that runs in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from digest.inbound.doors.lmtp import LMTPServer
    from digest.models.inbound import Incoming


class LMTPClient:
    """A mail server that hands messages over; it waits at most half a minute for an answer."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        """Connect to a Unix socket or to a port, and read the greeting."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(30)
        self.socket.connect(address)
        self._lines = self.socket.makefile("rb")
        self.greeting = self.reply()

    def __enter__(self) -> Self:
        """Be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection without a word."""
        self.close()

    def close(self) -> None:
        """Close the connection without a word."""
        self._lines.close()
        self.socket.close()

    def reply(self) -> str:
        """Read one answer; empty at the end of the connection."""
        lines = []
        while line := self._lines.readline():
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    def replies(self, count: int) -> list[str]:
        """Read so many answers."""
        return [self.reply() for _ in range(count)]

    def send(self, text: str | bytes) -> None:
        """Send as it is."""
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def command(self, line: str) -> str:
        """Send a command and read its answer."""
        self.send(f"{line}\r\n")
        return self.reply()

    def envelope(self, *recipients: str, sender: str = "") -> list[str]:
        """Say who sends and to whom; return the answers to the recipients."""
        if not hasattr(self, "_greeted"):
            self._greeted = self.command("LHLO mx.example.org")
        self.command(f"MAIL FROM:<{sender}>")
        return [self.command(f"RCPT TO:<{recipient}>") for recipient in recipients]

    def message(self, content: bytes, *, answers: int) -> list[str]:
        """Hand a message over, with the dots that hide dots; read the answers."""
        assert self.command("DATA").startswith("354")
        self.send(content.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        return self.replies(answers)


def transcript(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Return the sender and the recipients of the commands of a session, as they were sent."""
    paths = [(line[:4].upper(), line.partition("<")[2].partition(">")[0]) for line in lines]
    (sender,) = [path for verb, path in paths if verb == "MAIL"]
    return sender, [path for verb, path in paths if verb == "RCPT"]


@contextmanager
def running(
    server: LMTPServer, listener: socket.socket, *, grace: float = 30
) -> Iterator[asyncio.AbstractEventLoop]:
    """Run a server in a thread for the block; it stops in good order."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def begin() -> None:
        await server.start([listener])
        ready.set()

    def run() -> None:
        loop.run_until_complete(begin())
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(grace=grace), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class MemoryStore:
    """A store in memory, which does for each message what a test wants."""

    kept: list[tuple[bytes, str, list[str]]] = field(default_factory=list)
    do: Callable[[], object] = lambda: None

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        """Keep messages; all of them are new."""
        self.do()
        self.kept += [(one.content, one.sender, [*one.recipients]) for one in messages]
        return [len(one.recipients) for one in messages]


@dataclass
class LMTPService:
    """A server that runs, and its store."""

    store: Any
    path: str
    server: LMTPServer
    loop: asyncio.AbstractEventLoop
    woken: list[None]

    def connect(self) -> LMTPClient:
        """Connect as a mail server does."""
        return LMTPClient(self.path)
