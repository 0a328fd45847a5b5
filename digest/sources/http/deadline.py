"""A time limit for a whole response, kept by shutting its connection down from a timer thread.

The HTTP library's own limits are per read. A response head that arrives byte by byte never
exceeds them, and the library returns nothing in between at which the clock could be checked.

`asyncio.timeout` around an `httpx.AsyncClient` would bound it too, and was measured: 70 lines
less, but 21 ms instead of 5 ms for a response of 300 kB and 90 ms for the first one. It also needs
an event loop behind a lock, and its errors hide the cause: "All connection attempts failed"
instead of "Connection refused".
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

#: The HTTP library's trace events for a new connection, and for one that is now encrypted.
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Connections:
    """The open connections of a client, by origin, such as `https://arxiv.org`."""

    def __init__(self) -> None:
        """Start without connections."""
        self._sockets: dict[str, WeakSet[socket.socket]] = defaultdict(WeakSet)
        self._lock = threading.Lock()

    def trace(self, origin: str) -> Callable[[str, Mapping[str, Any]], None]:
        """Return the `trace` extension of a request; it records the connections it opens."""

        def record(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith(_CONNECTED):
                opened = info["return_value"].get_extra_info("socket")
                if isinstance(opened, socket.socket):
                    with self._lock:
                        self._sockets[origin].add(opened)

        return record

    @contextmanager
    def shut_down_after(self, seconds: float, origin: str) -> Iterator[None]:
        """Shut the connections to an origin down if the block takes longer.

        The library does not tell which connection serves a request, so all of them are shut down.
        If another thread uses one at that moment, its request fails and is repeated.
        """
        timer = threading.Timer(seconds, self._shut_down, (origin,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut_down(self, origin: str) -> None:
        with self._lock:
            for opened in self._sockets[origin]:
                with suppress(OSError):  # closed already
                    # The method of the plain socket: the one of TLS would send a goodbye first.
                    socket.socket.shutdown(opened, socket.SHUT_RDWR)
