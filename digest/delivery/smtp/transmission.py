"""One call of `send_all`: several connections, one thread, and exactly one outcome per message.

    messages ─▶ rate limiter ─▶ connection ──envelope─▶ server ──354─▶ report ─▶ data ─▶ server
                                                                         ▲                  │
                                                                         └───── reply ──────┘

A round of the loop reads what has arrived on all connections. It reports these outcomes together
with the messages that are ready for their data, in one call of `report`. Then it writes the data.

The protocol decides what the octets mean; this module decides which connection gets which message,
when a connection is opened or given up, and how long to wait.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from typing import TYPE_CHECKING

from digest.delivery.smtp.connect import OpenConnection, PendingConnection
from digest.delivery.smtp.connection import SMTPConnection
from digest.delivery.smtp.protocol import SERVICE_CLOSING, Completed, ReadyForData, SessionEnded
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.delivery.smtp.connect import Connector, ServerSettings
    from digest.delivery.smtp.protocol import Event, Retryable
    from digest.delivery.smtp.rate_limit import RateLimiter
    from digest.models.delivery import ReportOutcomes

#: After this many failed connections in a row the server counts as unusable.
_MAX_FAILURES = 4
#: Each open connection must have brought this many replies to messages before another is opened.
_PROVEN_AFTER = 3


class Transmission:
    """Sends the messages of an iterator over a list of connections, which it keeps up to date."""

    def __init__(
        self,
        server: ServerSettings,
        connector: Connector,
        rate_limiter: RateLimiter,
        connections: list[SMTPConnection],
        messages: Iterator[OutgoingMessage],
        report: ReportOutcomes,
    ) -> None:
        self._server, self._connector, self._report = server, connector, report
        # Messages on no connection: those not taken yet, those that wait for their rate, and those
        # to be tried again.
        self._messages, self._has_taken_all = messages, False
        self._rate_limiter, self._retries = rate_limiter, deque[OutgoingMessage]()
        # Connections in use, those that have sent QUIT, and one that is being opened.
        self._connections, self._closing = connections, list[SMTPConnection]()
        self._max_connections = server.connections
        self._pending: PendingConnection | None = None
        self._has_connected = False
        self._connect_not_before = 0.0
        # What to report next.
        self._outcomes: list[tuple[OutgoingMessage, Outcome]] = []
        self._ready: list[tuple[SMTPConnection, OutgoingMessage]] = []
        # Failed connections in a row, and the error that stops the transmission.
        self._failures = 0
        self._error: MailServerError | None = None
        self._now = time.monotonic()
        # Connections whose socket is full.
        self._blocked: set[SMTPConnection] = set()
        self._selector = selectors.DefaultSelector()
        # The thread of a pending connection wakes the selector by a byte on this pair.
        self._wake_sender, self._wake_receiver = socket.socketpair()

    def run(self) -> None:
        """Send all messages, then raise the error that stopped it, if there was one."""
        is_complete = False
        try:
            self._selector.register(self._wake_receiver, selectors.EVENT_READ)
            for connection in self._connections:
                self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            while not self._is_done():
                self._send_data()
                self._begin_transactions()
                self._take_message()
                self._connect_if_useful()
                self._poll()
                self._stop_after_error()
                self._report_outcomes()
            is_complete = True
        finally:
            self._clean_up(is_complete=is_complete)
        if self._error is not None:
            raise self._error

    def _is_done(self) -> bool:
        if self._error is not None:
            return not self._connections
        return (
            self._has_taken_all
            and not (self._retries or self._rate_limiter.waiting or self._outcomes)
            and all(connection.protocol.is_idle for connection in self._connections)
        )

    def _clean_up(self, *, is_complete: bool) -> None:
        """Close everything except the connections that can be used again."""
        if self._pending is not None:
            self._pending.cancel()
        self._selector.close()
        self._wake_sender.close()
        self._wake_receiver.close()
        for connection in self._closing if is_complete else self._closing + self._connections:
            connection.socket.close()
        if not is_complete:
            self._connections.clear()
            self._rate_limiter.clear()

    # -- messages to connections ----------------------------------------------------------------

    def _send_data(self) -> None:
        """Write the data that the server expects, each with the envelope of the next message."""
        ready, self._ready = self._ready, []
        for connection, _ in ready:
            connection.protocol.send_data()
            self._begin_transaction(connection)
            self._write(connection)

    def _begin_transactions(self) -> None:
        """Give each free connection a message; end those that have had enough messages."""
        for connection in [*self._connections]:
            self._begin_transaction(connection)
            if connection.needs_replacing:
                connection.protocol.quit()
                self._connections.remove(connection)
                self._closing.append(connection)
            if connection.protocol.output:
                self._write(connection)

    def _begin_transaction(self, connection: SMTPConnection) -> None:
        """Begin a message on a connection, if it is free and a message may leave now."""
        while connection.can_begin:
            is_retry = bool(self._retries)
            message = (
                self._retries.popleft() if is_retry else self._rate_limiter.take_next(self._now)
            )
            if message is None:
                return
            outcome = connection.begin_transaction(message, is_retry=is_retry)
            if outcome is not None:
                self._outcomes.append((message, outcome))

    def _take_message(self) -> None:
        """Take one message from the iterator, which renders it while the server is busy."""
        if self._wants_message:
            message = next(self._messages, None)
            if message is None:
                self._has_taken_all = True
            else:
                self._rate_limiter.add(message)
            self._now = time.monotonic()

    @property
    def _wants_message(self) -> bool:
        """Whether to take another message: one should wait for each connection."""
        if self._has_taken_all or self._error is not None:
            return False
        return self._rate_limiter.wants_more(self._now, ahead=max(len(self._connections), 1))

    # -- opening connections --------------------------------------------------------------------

    def _connect_if_useful(self) -> None:
        """Open another connection if a message may leave now and no connection is free."""
        if self._may_connect and max(self._next_send_time, self._connect_not_before) <= self._now:
            self._pending = PendingConnection(
                self._connector, on_done=lambda: self._wake_sender.send(b".")
            )

    @property
    def _may_connect(self) -> bool:
        return (
            self._pending is None
            and self._error is None
            and len(self._connections) < self._max_connections
            and all(
                connection.completed >= _PROVEN_AFTER and not connection.can_begin
                for connection in self._connections
            )
        )

    @property
    def _next_send_time(self) -> float:
        """When the next of the waiting messages may leave."""
        return self._now if self._retries else self._now + self._rate_limiter.delay(self._now)

    def _use_pending(self) -> None:
        """Use the connection that was opened; if that failed, go on with those that there are."""
        self._wake_receiver.recv(1)
        result = self._pending.result if self._pending else None
        self._pending = None
        if isinstance(result, OpenConnection):
            connection = SMTPConnection(result, self._server)
            self._has_connected = True
            self._connections.append(connection)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            if result.buffered:
                self._handle(connection, connection.read(self._now))
        elif self._connections:
            # The server probably limits the number of connections.
            self._max_connections = len(self._connections)
        elif result is not None:
            self._count_failure(result, is_final=not self._has_connected)

    def _count_failure(self, error: MailServerError, *, is_final: bool = False) -> None:
        """Count a failed connection; stop after too many in a row, or after a final one."""
        self._failures += 1
        if is_final or self._failures >= _MAX_FAILURES:
            self._error = self._error or error
        self._pause_connecting()

    def _pause_connecting(self) -> None:
        self._connect_not_before = self._now + self._server.pause * max(self._failures, 1)

    # -- reading and writing --------------------------------------------------------------------

    def _write(self, connection: SMTPConnection) -> None:
        self._handle(connection, connection.write(self._now))
        is_blocked = bool(connection.protocol.output)
        if is_blocked != (connection in self._blocked) and not connection.protocol.has_ended:
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            mask = both if is_blocked else selectors.EVENT_READ
            self._selector.modify(connection.socket, mask, connection)
            self._blocked ^= {connection}

    def _poll(self) -> None:
        """Wait until octets arrive, a socket takes more, or a time comes; then read and write."""
        found = self._selector.select(self._timeout())
        self._now = time.monotonic()
        for key, mask in found:
            connection: SMTPConnection | None = key.data
            if connection is None:
                self._use_pending()
                continue
            if mask & selectors.EVENT_READ:
                self._handle(connection, connection.read(self._now))
            if connection.protocol.output:
                self._write(connection)
        for connection in (*self._connections, *self._closing):
            self._handle(connection, connection.check_timeout(self._now))

    def _timeout(self) -> float | None:
        """Return for how many seconds there is nothing to do; None if only octets can change it."""
        if (
            self._outcomes
            or self._wants_message
            or self._is_done()
            or (self._error and not self._only_data_under_way)
        ):
            return 0.0
        times = [connection.deadline for connection in (*self._connections, *self._closing)]
        if any(connection.can_begin for connection in self._connections):
            times.append(self._next_send_time)
        elif self._may_connect:
            times.append(max(self._next_send_time, self._connect_not_before))
        first = min(times, default=float("inf"))
        return max(first - self._now, 0.0) if first < float("inf") else None

    @property
    def _only_data_under_way(self) -> bool:
        """Whether each connection waits for the reply to a message's data."""
        return bool(self._connections) and all(
            connection.protocol.has_data_under_way for connection in self._connections
        )

    # -- events ---------------------------------------------------------------------------------

    def _handle(self, connection: SMTPConnection, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Completed(outcome=outcome):
                    self._outcomes.append(event)
                    if outcome.code not in (0, SERVICE_CLOSING):
                        connection.completed += 1
                        self._failures = 0
                case ReadyForData(message=message):
                    self._ready.append((connection, message))
                case SessionEnded():
                    self._remove(connection, event)
                case _:
                    self._retry_or_report(connection, event)

    def _remove(self, connection: SMTPConnection, ended: SessionEnded) -> None:
        """Close a connection whose session has ended.

        A connection on which messages were completed may end. One on which none was is counted as
        a failure.
        """
        self._selector.unregister(connection.socket)
        self._blocked.discard(connection)
        connection.socket.close()
        if connection in self._closing:
            self._closing.remove(connection)
            return
        self._connections.remove(connection)
        if ended.unusable:
            self._error = self._error or MailServerError(ended.reason)
        elif self._error is None and not connection.completed:
            if ended.code == SERVICE_CLOSING and self._connections:
                # The server probably limits the number of connections.
                self._max_connections = len(self._connections)
            reason = f"{self._server.name} broke the connection: {ended.reason}"
            self._count_failure(MailServerError(reason))
        elif ended.code == SERVICE_CLOSING and connection.begun > connection.completed:
            self._pause_connecting()

    def _retry_or_report(self, connection: SMTPConnection, retryable: Retryable) -> None:
        """Try a message again if the cause may be the connection and not the message.

        A connection may have been open for too long, or the server may close it in order (421).
        A message is tried again for that only once.
        """
        message, outcome, caused_by_previous = retryable
        may_be_connection = connection.completed or outcome.code == SERVICE_CLOSING
        if self._error is not None:
            self._outcomes.append((message, self._planned))
        elif caused_by_previous or (may_be_connection and message is not connection.retried):
            self._retries.append(message)
        else:
            self._outcomes.append((message, outcome))

    # -- reporting ------------------------------------------------------------------------------

    def _report_outcomes(self) -> None:
        """Report, in one call, the new outcomes and the messages whose data is written next."""
        self._ready = [
            (connection, message)
            for connection, message in self._ready
            if not connection.protocol.has_ended
        ]
        if self._outcomes or self._ready:
            outcomes, self._outcomes = self._outcomes, []
            self._report(outcomes, [message for _, message in self._ready])

    def _stop_after_error(self) -> None:
        """After an error: wait only for replies to data, and give back all other messages."""
        if self._error is None:
            return
        for connection in [*self._connections]:
            if not connection.protocol.has_data_under_way:
                self._handle(connection, connection.protocol.abort(str(self._error)))
        for message in (*self._retries, *self._rate_limiter.clear()):
            self._outcomes.append((message, self._planned))
        self._retries.clear()

    @property
    def _planned(self) -> Outcome:
        return Outcome(state=DeliveryState.PLANNED, reason=str(self._error))
