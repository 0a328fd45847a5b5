"""One open connection to a mail server: a socket that never blocks, and the conversation on it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from digest.delivery.smtp.protocol import Conversation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.delivery.smtp.connect import Connection, Server
    from digest.delivery.smtp.protocol import Event
    from digest.models.delivery import Answer, Parcel

#: Answers are short.
_OCTETS = 4096
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Line:
    """Moves bytes between a socket and its conversation, and knows how long it may wait."""

    def __init__(self, connection: Connection, server: Server) -> None:
        """Use a connection that is greeted and logged in."""
        self._server = server
        self._early = connection.early
        self.socket = connection.socket
        self.talk = Conversation(connection.offers, server=server.name)
        #: when to give up waiting, in monotonic seconds
        self.deadline = float("inf")
        self._patience = server.timeout
        #: mails that were begun, and those the server has answered
        self.begun = 0
        self.answered = 0
        #: the mail on it that has come back from another line before
        self.again: Parcel | None = None

    @property
    def free(self) -> bool:
        """Whether another mail can begin on it."""
        return self.talk.free and self.begun < self._server.rotate_after

    @property
    def worn(self) -> bool:
        """Whether it has done its share, and all of it is answered."""
        return self.begun >= self._server.rotate_after and self.talk.idle

    def begin(self, parcel: Parcel, *, again: bool) -> Answer | None:
        """Send an envelope; see `Conversation.begin`."""
        answer = self.talk.begin(parcel)
        if answer is None:
            self.begun += 1
            self.again = parcel if again else None
        return answer

    def write(self, now: float) -> Sequence[Event]:
        """Write what can be written; what happened meanwhile if nothing can be any more."""
        output = self.talk.output
        try:
            while output:
                self.talk.written(self._send(output))
                self._wait(now)
        except _NOT_NOW:
            return ()
        except OSError as error:
            # The server may have said something before it went, such as the answer to a mail.
            return [*self.read(now), *self.talk.end(_reason(error))]
        return ()

    def read(self, now: float) -> Sequence[Event]:
        """Read what has come and return what it means."""
        try:
            octets = self._receive()
        except _NOT_NOW:
            return ()
        except OSError as error:
            return self.talk.end(_reason(error))
        if not octets:
            return self.talk.end("it hung up")
        waited_for = self.talk.unanswered
        events = self.talk.receive(octets)
        if self.talk.unanswered != waited_for:
            self._wait(now)
        return events

    def expire(self, now: float) -> Sequence[Event]:
        """Give up when the server has been silent for too long."""
        if now < self.deadline:
            return ()
        return self.talk.end(f"it did not answer within {self._patience:g} seconds")

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
        if self.talk.patient:
            self._patience = max(self._server.timeout, self._server.dot_timeout)
        self.deadline = now + self._patience if self.talk.unanswered else float("inf")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return str(error.reason)
    return error.strerror or str(error)
