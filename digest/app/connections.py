"""The connections of the web server: how many there are, and how long a client may keep one.

uvicorn has a limit of neither, so that a thousand half-sent requests would use up all descriptors
(CWE-400, "slowloris"). A connection *waits* while its client has something to send: the head of a
request, its body, or the next request. When there are too many, the one that has waited longest is
closed. So a client who sends a whole request at once is served, however many others do not.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from subscribers.rate_limits import network

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

#: What the peer of a Unix socket is called; the proxy there is believed about its clients.
UNIX_PEER = "unix"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What clients may use; the times are in seconds."""

    #: the most connections
    connections: int = 1000
    #: the most waiting connections of one client; a trusted proxy has as many as there are
    of_client: int = 50
    #: for the head of a request to arrive, from its first byte or the opening of the connection
    head: float = 10.0
    #: between two requests
    idle: float = 5.0
    #: for an answer to be taken, from when the client's side is full
    answer: float = 30.0


class Connections:
    """The open connections of a server."""

    def __init__(self, limits: Limits, *, trusted_proxies: Sequence[str]) -> None:
        """Begin without any; `trusted_proxies` are addresses and networks."""
        self.limits = limits
        self._trusted = [ipaddress.ip_network(proxy) for proxy in trusted_proxies]
        self._open: set[GuardedProtocol] = set()
        # Each in the order in which they began to wait.
        self._waiting: dict[GuardedProtocol, None] = {}
        self._waiting_of: dict[str, dict[GuardedProtocol, None]] = {}

    def opened(self, connection: GuardedProtocol) -> None:
        """Count a new connection; if there are too many, close one."""
        self._open.add(connection)
        self.waits(connection)
        if len(self._open) > self.limits.connections:
            _close(next(iter(self._waiting)), reason="there are too many")
        elif len(self._waiting_of.get(connection.owner, ())) > self.limits.of_client:
            oldest = next(iter(self._waiting_of[connection.owner]))
            _close(oldest, reason="its client has too many")

    def waits(self, connection: GuardedProtocol) -> None:
        """Record that a connection waits for its client from now on."""
        self.works(connection)
        self._waiting[connection] = None
        if connection.owner:
            self._waiting_of.setdefault(connection.owner, {})[connection] = None

    def works(self, connection: GuardedProtocol) -> None:
        """Record that a connection has its whole request."""
        self._waiting.pop(connection, None)
        of_client = self._waiting_of.get(connection.owner, {})
        of_client.pop(connection, None)
        if not of_client:
            self._waiting_of.pop(connection.owner, None)

    def closed(self, connection: GuardedProtocol) -> None:
        """Count a connection no more."""
        self._open.discard(connection)
        self.works(connection)

    def owner(self, ip: str) -> str:
        """Return the client that an address counts for; nothing for a trusted proxy."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return ""
        return "" if any(address in proxies for proxies in self._trusted) else network(ip)


def _close(connection: GuardedProtocol, *, reason: str) -> None:
    log.warning("connection closed", extra={"reason": reason})
    connection.abort()


class _Timer:
    """Calls a function unless it is stopped before."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        return self._handle is not None

    def start(self, seconds: float, then: Callable[[], None]) -> None:
        """Begin anew."""
        self.stop()
        self._handle = self._loop.call_later(seconds, then)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class GuardedProtocol(H11Protocol):
    """A connection of uvicorn that does not wait for its client for ever."""

    def __init__(self, *arguments: Any, connections: Connections, **named: Any) -> None:
        """Begin a connection that is counted in `connections`."""
        super().__init__(*arguments, **named)
        self._connections = connections
        self._limits = connections.limits
        self._head, self._answer = _Timer(self.loop), _Timer(self.loop)
        self._has_begun = False
        #: the client that this connection counts for
        self.owner = ""

    def abort(self) -> None:
        """Close the connection at once, whatever is still to be sent."""
        self._connections.closed(self)
        self.transport.abort()

    # -- called by asyncio and uvicorn ----------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and wait for the head of a request."""
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX:
            self.client = (UNIX_PEER, 0)
        self.owner = self._connections.owner(self.client[0] if self.client else "")
        self._head.start(self._limits.head, self._give_up)
        self._connections.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection no more."""
        self._head.stop()
        self._answer.stop()
        self._connections.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; the head of a later request has its own time."""
        if self._awaits_request() and not self._head.is_running:
            self._head.start(self._limits.head, self._give_up)
        self._has_begun = True
        super().data_received(data)
        self._after_event()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to take the answer."""
        super().on_response_complete()
        if self._awaits_request():
            self._has_begun = False
            self._connections.waits(self)
        self._after_event()

    def pause_writing(self) -> None:
        """Wait for the client, whose side is full."""
        super().pause_writing()
        self._answer.start(self._limits.answer, self.abort)

    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()
        self._answer.stop()
        self._after_event()

    # -- waiting --------------------------------------------------------------------------------

    def _awaits_request(self) -> bool:
        return not self.cycle or self.cycle.response_complete  # type: ignore[truthy-bool]

    def _after_event(self) -> None:
        if self.transport.is_closing():  # it closes once the rest of the answer is taken
            if not self._answer.is_running:
                self._answer.start(self._limits.answer, self.abort)
        elif not self._awaits_request():
            self._head.stop()  # the application limits the time of a body
            if not self.cycle.more_body:
                self._connections.works(self)

    def _give_up(self) -> None:
        if self._has_begun:  # a browser may open a connection that it does not use
            log.info("connection closed", extra={"reason": "the head of a request came too slowly"})
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        self._after_event()


def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio could not do, such as accepting a connection without a free descriptor."""
    error = context.get("exception")
    log.error("web server error", extra={"what": context["message"], "error": repr(error)})
