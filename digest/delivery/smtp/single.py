"""One message over a connection of its own, with all that the server says about it.

For an operator who wants to see the words; runs send by `transmission`. The connection blocks.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.delivery.smtp.connect import Connector
from digest.delivery.smtp.protocol import Completed, ReadyForData, Retryable, SMTPProtocol
from digest.delivery.smtp.replies import ReplyParser
from digest.errors import MailServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.delivery.smtp.connect import OpenConnection, ServerSettings
    from digest.delivery.smtp.replies import Reply
    from digest.models.delivery import Outcome, OutgoingMessage

_READ_SIZE = 4096


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """What came of one message."""

    outcome: Outcome
    #: the server's last reply, on one line; empty if it said nothing
    reply: str
    #: the version of TLS, such as TLSv1.3; empty for an unprotected connection
    tls: str


def send_alone(
    server: ServerSettings, tls: Callable[[], ssl.SSLContext], message: OutgoingMessage
) -> Dialogue:
    """Send one message, and return the server's words.

    Raises:
        MailServerError: the server cannot be used; the text names the settings to check.

    """
    connection = Connector(server, tls).connect()
    with connection.socket as sock:
        protocol = SMTPProtocol(connection.extensions, server=server.name)
        version = sock.version() or "" if isinstance(sock, ssl.SSLSocket) else ""
        outcome = protocol.begin_transaction(message)
        if outcome is not None:
            return Dialogue(outcome=outcome, reply="", tls=version)
        return _Talk(connection, protocol, server).run(version)


class _Talk:
    """The commands of one message and their replies, one after the other."""

    def __init__(
        self, connection: OpenConnection, protocol: SMTPProtocol, server: ServerSettings
    ) -> None:
        self._socket, self._buffered = connection.socket, connection.buffered
        self._protocol, self._server = protocol, server
        self._parser = ReplyParser()
        self._last: Reply | None = None

    def run(self, version: str) -> Dialogue:
        while True:
            try:
                self._write()
                events = self._protocol.receive(self._read())
            except OSError as error:
                events = self._protocol.abort(error.strerror or str(error))
            for event in events:
                match event:
                    case ReadyForData():
                        self._protocol.send_data()
                    case Completed() | Retryable():
                        self._quit()
                        reply = str(self._last) if self._last else ""
                        return Dialogue(outcome=event.outcome, reply=reply, tls=version)
                    case ended if ended.unusable:
                        raise MailServerError(ended.reason)

    def _write(self) -> None:
        self._socket.settimeout(self._server.timeout)
        if self._protocol.output:
            octets = b"".join(self._protocol.output)
            self._socket.sendall(octets)
            self._protocol.mark_written(len(octets))

    def _read(self) -> bytes:
        """Return octets of the server, and keep its last reply.

        Raises:
            OSError: it hung up, or said nothing in time.

        """
        patience = self._server.timeout
        if self._protocol.awaits_final_reply:
            patience = max(patience, self._server.dot_timeout)
        self._socket.settimeout(patience)
        octets, self._buffered = self._buffered, b""
        octets = octets or self._socket.recv(_READ_SIZE)
        if not octets:
            raise ConnectionError("it hung up")
        for reply in self._parser.feed(octets):
            self._last = reply
        return octets

    def _quit(self) -> None:
        """Say goodbye; whether that arrives does not matter any more."""
        if self._protocol.has_ended:
            return
        self._protocol.quit()
        try:
            self._write()
        except OSError:
            return
