"""One open connection to a mail server: a socket that never blocks, and the conversation on it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from digest.delivery.smtp.protocol import SMTPProtocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.delivery.smtp.connect import OpenConnection, ServerSettings
    from digest.delivery.smtp.protocol import Event
    from digest.models.delivery import Outcome, OutgoingMessage

#: Answers are short.
_OCTETS = 4096
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SMTPConnection:
    """Moves bytes between a socket and its conversation, and knows how long it may wait."""

    def __init__(self, connection: OpenConnection, server: ServerSettings) -> None:
        """Use a connection that is greeted and logged in."""
        self._server = server
        self._early = connection.early
        self.socket = connection.socket
        self.protocol = SMTPProtocol(connection.extensions, server=server.name)
        #: when to give up waiting, in monotonic seconds
        self.deadline = float("inf")
        self._patience = server.timeout
        #: mails that were begun, and those the server has answered
        self.begun = 0
        self.answered = 0
        #: the mail on it that has come back from another line before
        self.again: OutgoingMessage | None = None

    @property
    def free(self) -> bool:
        """Whether another mail can begin on it."""
        return self.protocol.free and self.begun < self._server.rotate_after

    @property
    def needs_replacing(self) -> bool:
        """Whether it has done its share, and all of it is answered."""
        return self.begun >= self._server.rotate_after and self.protocol.idle

    def begin(self, parcel: OutgoingMessage, *, again: bool) -> Outcome | None:
        """Send an envelope; see `Conversation.begin`."""
        answer = self.protocol.begin(parcel)
        if answer is None:
            self.begun += 1
            self.again = parcel if again else None
        return answer

    def write(self, now: float) -> Sequence[Event]:
        """Write what can be written; what happened meanwhile if nothing can be any more."""
        output = self.protocol.output
        try:
            while output:
                self.protocol.written(self._send(output))
                self._wait(now)
        except _NOT_NOW:
            return ()
        except OSError as error:
            # The server may have said something before it went, such as the answer to a mail.
            return [*self.read(now), *self.protocol.end(_reason(error))]
        return ()

    def read(self, now: float) -> Sequence[Event]:
        """Read what has come and return what it means."""
        try:
            octets = self._receive()
        except _NOT_NOW:
            return ()
        except OSError as error:
            return self.protocol.end(_reason(error))
        if not octets:
            return self.protocol.end("it hung up")
        waited_for = self.protocol.unanswered
        events = self.protocol.receive(octets)
        if self.protocol.unanswered != waited_for:
            self._wait(now)
        return events

    def expire(self, now: float) -> Sequence[Event]:
        """Give up when the server has been silent for too long."""
        if now < self.deadline:
            return ()
        return self.protocol.end(f"it did not answer within {self._patience:g} seconds")

    def _send(self, output: Sequence[bytes | memoryview]) -> int:
        if isinstance(self.socket, ssl.SSLSocket):
            return self.socket.send(output[0] if len(output) == 1 else b"".join(output))
        return self.socket.sendmsg(output)

    def _receive(self) -> bytes:
        octets, self._early = self._early, b""
        octets = octets or self.socket.recv(_OCTETS)
        if isinstance(self.socket, ssl.SSLSocket):
            # What is decrypted already does not show as something to read.
            while waiting := self.socket.pending():
                octets += self.socket.recv(waiting)
        return octets

    def _wait(self, now: float) -> None:
        """Wait anew: something has gone out or come in."""
        self._patience = self._server.timeout
        if self.protocol.patient:
            self._patience = max(self._server.timeout, self._server.dot_timeout)
        self.deadline = now + self._patience if self.protocol.unanswered else float("inf")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return str(error.reason)
    return error.strerror or str(error)
