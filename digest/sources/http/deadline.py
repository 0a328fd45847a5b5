"""Cutting a connection from outside, when the time of an answer is over.

A time limit for each read is no limit for an answer: a head that comes in drops never ends, and
nothing is handed out between two drops at which the clock could be looked at.
"""

from __future__ import annotations

import socket
import threading
from collections import defaultdict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What the HTTP library reports when there is a new connection, and when it is encrypted.
_NEW = ("connect_tcp.complete", "start_tls.complete")


class Lines:
    """The open connections of a client, by where they lead."""

    def __init__(self) -> None:
        """Begin without any."""
        self._sockets: dict[str, WeakSet[socket.socket]] = defaultdict(WeakSet)
        self._lock = threading.Lock()

    def noting(self, origin: str) -> Callable[[str, Mapping[str, Any]], None]:
        """Return what the HTTP library tells of its doings for a request (its `trace`)."""

        def note(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith(_NEW):
                found = info["return_value"].get_extra_info("socket")
                if isinstance(found, socket.socket):
                    with self._lock:
                        self._sockets[origin].add(found)

        return note

    @contextmanager
    def cut_after(self, seconds: float, origin: str) -> Iterator[None]:
        """Cut the connections to an origin if the block takes longer.

        Which of them serves a request is not told. If another thread has one on the wire too, it
        finds it broken and asks again.
        """
        timer = threading.Timer(seconds, self._cut, (origin,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self, origin: str) -> None:
        with self._lock:
            for found in self._sockets[origin]:
                with suppress(OSError):  # closed already
                    # Not the one of TLS, which would say goodbye first.
                    socket.socket.shutdown(found, socket.SHUT_RDWR)
