"""The SMTP transport: connections to a mail server that outlive one call of `send_all`."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from digest.delivery.smtp.connect import Connector, ServerSettings
from digest.delivery.smtp.rate_limit import RateLimiter
from digest.delivery.smtp.transmission import Transmission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.delivery.smtp.connection import SMTPConnection
    from digest.models.delivery import DoubtfulMessage, OutgoingMessage, ReportOutcomes


class SMTPTransport:
    """The connections to a mail server, opened when they are needed and kept until `close`."""

    def __init__(
        self,
        server: ServerSettings,
        *,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        """Keep the settings; nothing is connected yet.

        Args:
            server: The mail server.
            tls: Returns the certificates to trust, when the first connection needs them. It may
                raise a ConfigError.
            rate_limiter: The limits to keep; there are none without it.

        """
        self._server = server
        self._connector = Connector(server, tls)
        self._rate_limiter = rate_limiter or RateLimiter({})
        self._connections: list[SMTPConnection] = []

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Send all messages; see `Transport.send_all`."""
        Transmission(
            self._server, self._connector, self._rate_limiter, self._connections, messages, report
        ).run()

    def was_sent(self, message: DoubtfulMessage) -> None:
        """Nobody can know: the reply to the body was lost (RFC 1047)."""

    def remove_left_over(self) -> None:
        """Do nothing: a connection ends with its process."""

    def close(self) -> None:
        """Send QUIT on all connections and close them; errors no longer matter."""
        connections = self._connections[:]
        self._connections.clear()
        deadline = time.monotonic() + self._server.timeout
        for connection in connections:
            connection.protocol.quit()
            connection.write(deadline)
        for connection in connections:
            with suppress(OSError), connection.socket:
                connection.socket.settimeout(max(deadline - time.monotonic(), 0.001))
                connection.socket.recv(512)
