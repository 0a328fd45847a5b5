"""Mail over SMTP (RFC 5321): several connections, one thread, and an answer for every mail.

    parcels ──▶ pace ──▶ line ──envelope──▶ server ──354──▶ note ──▶ body ──▶ server ──▶ note

All that has come on all connections is told in one `note`, then the bodies of that round are
written. What the bytes mean is decided in the conversation; here is who speaks when, and how long
anybody is waited for.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from digest.delivery.smtp.connect import (
    Connector,
    OpenConnection,
    PendingConnection,
    ServerSettings,
)
from digest.delivery.smtp.connection import SMTPConnection
from digest.delivery.smtp.protocol import CLOSING, Answered, Ended, Ready
from digest.delivery.smtp.rate_limit import RateLimiter
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage, ReportOutcomes

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

    from digest.delivery.smtp.protocol import Event, Returned

#: So many connections in a row that break without an answer are the server's fault.
_BROKEN_LIMIT = 4
#: A connection has to bring so many answers before another is made beside it.
_PROVEN = 3


class SMTPTransport:
    """The connections to a mail server, made as they are needed and kept until `close`."""

    def __init__(
        self,
        server: ServerSettings,
        *,
        tls: ssl.SSLContext | None = None,
        pace: RateLimiter | None = None,
    ) -> None:
        """Speak to a server; `tls` replaces the system's certificates, for tests and own CAs."""
        self._server = server
        self._caller = Connector(server, tls)
        self._pace = pace or RateLimiter({})
        self._lines: list[SMTPConnection] = []

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        """Hand all parcels over; see `Transport.carry`."""
        _Session(self._server, self._caller, self._pace, self._lines, parcels, note).walk()

    def close(self) -> None:
        """Say goodbye; an error no longer matters."""
        lines = self._lines[:]
        self._lines.clear()
        until = time.monotonic() + self._server.timeout
        for line in lines:
            line.protocol.quit()
            line.write(until)
        for line in lines:
            with suppress(OSError), line.socket:
                line.socket.settimeout(max(until - time.monotonic(), 0.001))
                line.socket.recv(512)


class _Session:
    """One walk over parcels, from the first that is taken to the last answer."""

    def __init__(
        self,
        server: ServerSettings,
        caller: Connector,
        pace: RateLimiter,
        lines: list[SMTPConnection],
        parcels: Iterator[OutgoingMessage],
        note: ReportOutcomes,
    ) -> None:
        self._server, self._caller, self._note = server, caller, note
        # Taken, but not on a line: those that wait for their turn, and those that came back.
        self._parcels, self._taken_all = parcels, False
        self._pace, self._back = pace, deque[OutgoingMessage]()
        # Lines that are in use, and lines that have said goodbye.
        self._lines, self._parting = lines, list[SMTPConnection]()
        self._most = server.connections
        self._call: PendingConnection | None = None
        self._connected = False
        self._not_before = 0.0
        # What to tell next.
        self._answers: list[tuple[OutgoingMessage, Outcome]] = []
        self._ready: list[tuple[SMTPConnection, OutgoingMessage]] = []
        self._broken = 0
        self._fault: MailServerError | None = None
        self._now = time.monotonic()
        self._writing: set[SMTPConnection] = set()
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()

    def walk(self) -> None:
        """Carry all there is, then raise what stopped it, if anything did."""
        whole = False
        try:
            self._selector.register(self._woken, selectors.EVENT_READ)
            for line in self._lines:
                self._selector.register(line.socket, selectors.EVENT_READ, line)
            while not self._done():
                self._hand_over()
                self._begin_next()
                self._take_next()
                self._call_more()
                self._listen()
                self._drain()
                self._tell()
            whole = True
        finally:
            self._leave(whole=whole)
        if self._fault is not None:
            raise self._fault

    def _done(self) -> bool:
        if self._fault is not None:
            return not self._lines
        return (
            self._taken_all
            and not (self._back or self._pace.waiting or self._answers)
            and all(line.protocol.idle for line in self._lines)
        )

    def _leave(self, *, whole: bool) -> None:
        """Let go of everything but the lines that can be used again."""
        if self._call is not None:
            self._call.cancel()
        self._selector.close()
        self._waker.close()
        self._woken.close()
        for line in self._parting if whole else self._parting + self._lines:
            line.socket.close()
        if not whole:
            self._lines.clear()
            self._pace.clear()

    # -- parcels to lines -----------------------------------------------------------------------

    def _hand_over(self) -> None:
        """Write the bodies that were asked for, each with the envelope of the next mail."""
        ready, self._ready = self._ready, []
        for line, _ in ready:
            line.protocol.hand_over()
            self._begin(line)
            self._write(line)

    def _begin_next(self) -> None:
        """Give every line that has nothing to do a mail, or its leave."""
        for line in [*self._lines]:
            self._begin(line)
            if line.needs_replacing:
                line.protocol.quit()
                self._lines.remove(line)
                self._parting.append(line)
            if line.protocol.output:
                self._write(line)

    def _begin(self, line: SMTPConnection) -> None:
        """Begin a mail on a line that is free, unless none may leave now."""
        while line.free:
            again = bool(self._back)
            parcel = self._back.popleft() if again else self._pace.next(self._now)
            if parcel is None:
                return
            answer = line.begin(parcel, again=again)
            if answer is not None:
                self._answers.append((parcel, answer))

    def _take_next(self) -> None:
        """Have another mail made while the server is busy with those before."""
        if self._wants:
            parcel = next(self._parcels, None)
            if parcel is None:
                self._taken_all = True
            else:
                self._pace.add(parcel)
            self._now = time.monotonic()

    @property
    def _wants(self) -> bool:
        """Whether mails shall be made: there is one in advance for every line."""
        if self._taken_all or self._fault is not None:
            return False
        return self._pace.wants(self._now, ahead=max(len(self._lines), 1))

    # -- lines --------------------------------------------------------------------------------

    def _call_more(self) -> None:
        """Make another connection when a mail could leave and no line is free for it."""
        if self._could_call and max(self._next_turn, self._not_before) <= self._now:
            self._call = PendingConnection(self._caller, done=lambda: self._waker.send(b"."))

    @property
    def _could_call(self) -> bool:
        return (
            self._call is None
            and self._fault is None
            and len(self._lines) < self._most
            and all(line.answered >= _PROVEN and not line.free for line in self._lines)
        )

    @property
    def _next_turn(self) -> float:
        """When the next of the mails that wait may leave."""
        return self._now if self._back else self._now + self._pace.wait(self._now)

    def _take_call(self) -> None:
        """Use the connection that was made, or do without."""
        self._woken.recv(1)
        result = self._call.result if self._call else None
        self._call = None
        if isinstance(result, OpenConnection):
            line = SMTPConnection(result, self._server)
            self._connected = True
            self._lines.append(line)
            self._selector.register(line.socket, selectors.EVENT_READ, line)
            if result.early:
                self._react(line, line.read(self._now))
        elif self._lines:
            self._most = len(self._lines)
        elif result is not None:
            self._strike(result, final=not self._connected)

    def _strike(self, error: MailServerError, *, final: bool = False) -> None:
        """Count a connection that was no use; after so many in a row, or a final one, stop."""
        self._broken += 1
        if final or self._broken >= _BROKEN_LIMIT:
            self._fault = self._fault or error
        self._rest()

    def _rest(self) -> None:
        self._not_before = self._now + self._server.pause * max(self._broken, 1)

    # -- the wire -----------------------------------------------------------------------------

    def _write(self, line: SMTPConnection) -> None:
        self._react(line, line.write(self._now))
        waits = bool(line.protocol.output)
        if waits != (line in self._writing) and not line.protocol.over:
            mask = selectors.EVENT_READ | selectors.EVENT_WRITE if waits else selectors.EVENT_READ
            self._selector.modify(line.socket, mask, line)
            self._writing ^= {line}

    def _listen(self) -> None:
        """Wait for somebody to say something, or for a time to come."""
        found = self._selector.select(self._timeout())
        self._now = time.monotonic()
        for key, mask in found:
            line: SMTPConnection | None = key.data
            if line is None:
                self._take_call()
                continue
            if mask & selectors.EVENT_READ:
                self._react(line, line.read(self._now))
            if line.protocol.output:
                self._write(line)
        for line in (*self._lines, *self._parting):
            self._react(line, line.expire(self._now))

    def _timeout(self) -> float | None:
        """Return for how long nothing can be done, in seconds; None for until something comes."""
        if self._answers or self._wants or self._done() or (self._fault and not self._carrying):
            return 0.0
        times = [line.deadline for line in (*self._lines, *self._parting)]
        if any(line.free for line in self._lines):
            times.append(self._next_turn)
        elif self._could_call:
            times.append(max(self._next_turn, self._not_before))
        first = min(times, default=float("inf"))
        return max(first - self._now, 0.0) if first < float("inf") else None

    @property
    def _carrying(self) -> bool:
        return bool(self._lines) and all(line.protocol.carrying for line in self._lines)

    # -- events -------------------------------------------------------------------------------

    def _react(self, line: SMTPConnection, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Answered(answer=answer):
                    self._answers.append(event)
                    if answer.code not in (0, CLOSING):
                        line.answered += 1
                        self._broken = 0
                case Ready(parcel=parcel):
                    self._ready.append((line, parcel))
                case Ended():
                    self._lose(line, event)
                case _:
                    self._take_back(line, event)

    def _lose(self, line: SMTPConnection, ended: Ended) -> None:
        """Do without a line. One that was of use may go; one that was not is a bad sign."""
        self._selector.unregister(line.socket)
        self._writing.discard(line)
        line.socket.close()
        if line in self._parting:
            self._parting.remove(line)
            return
        self._lines.remove(line)
        if ended.unusable:
            self._fault = self._fault or MailServerError(ended.reason)
        elif self._fault is None and not line.answered:
            if ended.code == CLOSING and self._lines:
                self._most = len(self._lines)
            reason = f"{self._server.name} broke the connection: {ended.reason}"
            self._strike(MailServerError(reason))
        elif ended.code == CLOSING and line.begun > line.answered:
            self._rest()

    def _take_back(self, line: SMTPConnection, returned: Returned) -> None:
        """Try a mail once more where the line may have been too old, or was closed in order."""
        parcel, answer, blameless = returned
        may_be_the_line = line.answered or answer.code == CLOSING
        if self._fault is not None:
            self._answers.append((parcel, self._planned))
        elif blameless or (may_be_the_line and parcel is not line.again):
            self._back.append(parcel)
        else:
            self._answers.append((parcel, answer))

    # -- telling ------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Have written down what has come and what leaves, all in one."""
        self._ready = [(line, parcel) for line, parcel in self._ready if not line.protocol.over]
        if self._answers or self._ready:
            answers, self._answers = self._answers, []
            self._note(answers, [parcel for _, parcel in self._ready])

    def _drain(self) -> None:
        """After a fault: wait for the answers to the mails that have left, give back the others."""
        if self._fault is None:
            return
        for line in [*self._lines]:
            if not line.protocol.carrying:
                self._react(line, line.protocol.end(str(self._fault)))
        for parcel in (*self._back, *self._pace.clear()):
            self._answers.append((parcel, self._planned))
        self._back.clear()

    @property
    def _planned(self) -> Outcome:
        return Outcome(state=DeliveryState.PLANNED, reason=str(self._fault))
