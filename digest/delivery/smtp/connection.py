"""One open connection to a mail server: a socket that never blocks, and its protocol."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from digest.delivery.smtp.protocol import SMTPProtocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.delivery.smtp.connect import OpenConnection, ServerSettings
    from digest.delivery.smtp.protocol import Event
    from digest.models.delivery import Outcome, OutgoingMessage

#: The most octets of one read. Replies are short.
_READ_SIZE = 4096
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SMTPConnection:
    """Moves octets between a socket and its protocol, and knows how long it may wait for a reply.

    All times are monotonic seconds.
    """

    def __init__(self, connection: OpenConnection, server: ServerSettings) -> None:
        """Start on a connection that is logged in."""
        self._server = server
        self._buffered = connection.buffered
        self.socket = connection.socket
        self.protocol = SMTPProtocol(connection.extensions, server=server.name)
        #: When the reply that is due comes too late.
        self.deadline = float("inf")
        self._timeout = server.timeout
        #: How many messages were begun on it.
        self.begun = 0
        #: How many of them the server has replied to.
        self.completed = 0
        #: The message on it that another connection has given back before.
        self.retried: OutgoingMessage | None = None

    @property
    def can_begin(self) -> bool:
        """Whether another message can begin on it."""
        return self.protocol.can_begin and self.begun < self._server.rotate_after

    @property
    def needs_replacing(self) -> bool:
        """Whether it has had all the messages that one connection may have, and is idle."""
        return self.begun >= self._server.rotate_after and self.protocol.is_idle

    def begin_transaction(self, message: OutgoingMessage, *, is_retry: bool) -> Outcome | None:
        """Send an envelope; see `SMTPProtocol.begin_transaction`."""
        outcome = self.protocol.begin_transaction(message)
        if outcome is None:
            self.begun += 1
            self.retried = message if is_retry else None
        return outcome

    def write(self, now: float) -> Sequence[Event]:
        """Write as much of the output as the socket takes; return what ended the session, if so."""
        output = self.protocol.output
        try:
            while output:
                self.protocol.mark_written(self._send(output))
                self._reset_deadline(now)
        except _WOULD_BLOCK:
            return ()
        except OSError as error:
            # The server may have replied before it closed the connection, even to a whole message.
            return [*self.read(now), *self.protocol.abort(_reason(error))]
        return ()

    def read(self, now: float) -> Sequence[Event]:
        """Read what has arrived and return what it means."""
        try:
            octets = self._receive()
        except _WOULD_BLOCK:
            return ()
        except OSError as error:
            return self.protocol.abort(_reason(error))
        if not octets:
            return self.protocol.abort("it hung up")
        outstanding = self.protocol.outstanding_replies
        events = self.protocol.receive(octets)
        if self.protocol.outstanding_replies != outstanding:
            self._reset_deadline(now)
        return events

    def check_timeout(self, now: float) -> Sequence[Event]:
        """End the session if the deadline has passed."""
        if now < self.deadline:
            return ()
        return self.protocol.abort(f"it did not answer within {self._timeout:g} seconds")

    def _send(self, output: Sequence[bytes | memoryview]) -> int:
        if isinstance(self.socket, ssl.SSLSocket):
            return self.socket.send(output[0] if len(output) == 1 else b"".join(output))
        return self.socket.sendmsg(output)

    def _receive(self) -> bytes:
        octets, self._buffered = self._buffered, b""
        octets = octets or self.socket.recv(_READ_SIZE)
        if isinstance(self.socket, ssl.SSLSocket):
            # A selector does not see octets that are decrypted already.
            while waiting := self.socket.pending():
                octets += self.socket.recv(waiting)
        return octets

    def _reset_deadline(self, now: float) -> None:
        """Set the deadline for the next reply, after octets were written or a reply has come."""
        self._timeout = self._server.timeout
        if self.protocol.awaits_final_reply:
            self._timeout = max(self._server.timeout, self._server.dot_timeout)
        is_due = self.protocol.outstanding_replies
        self.deadline = now + self._timeout if is_due else float("inf")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return str(error.reason)
    return error.strerror or str(error)
