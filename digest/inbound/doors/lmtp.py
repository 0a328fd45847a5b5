"""LMTP (RFC 2033): the mail server hands a message over and hears of each recipient what became.

A message is stored, with its bytes and a row for each recipient, and only then answered. Whatever
goes wrong is answered with 451 for each recipient, so that the mail server tries again; storing
twice does no harm. aiosmtpd speaks the protocol. What it does for SMTP alone is done here: one
answer for each recipient, lines of any length, no cut while a message is stored.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket as sockets_of_system
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiosmtpd.lmtp import LMTP

from digest.errors import DigestError
from digest.inbound.doors.addresses import unquoted
from digest.inbound.doors.batch_writer import BatchWriter
from digest.inbound.doors.content import UnstuffedContent
from digest.inbound.doors.store import IsOurs, Store
from digest.inbound.null_sender import envelope_sender
from digest.models.inbound import Incoming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

log = logging.getLogger(__name__)

CHANNEL = "lmtp"
#: A path of MAIL or RCPT, whose local part may be quoted, and its parameters (RFC 5321 §4.1.2).
_PATH = re.compile(r'\s*(<(?:"(?:[^"\\]|\\.)*"|[^<>"])*>|[^\s<>]+)(?:\s+(.*))?\s*')
#: More octets than a connection holds.
_ALL = 1 << 30
#: A route in front of an address, which is ignored (RFC 5321 §C).
_ROUTE = re.compile(r"^<@[^:<>]*:")

_STORED = "250 2.0.0 stored"
_TOO_LARGE = "552 5.3.4 the message is larger than [inbound] largest"
_LATER = "451 4.3.0 not possible now, try again later"
_NOT_OURS = "550 5.1.1 no such address here"
_TOO_MANY = "452 4.5.3 too many recipients"
_BUSY = b"421 4.3.2 too many connections, try again later\r\n"
_STOPPING = b"421 4.3.2 stopping, try again later\r\n"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a mail server may use; the times are in seconds."""

    #: octets of a message; more than the mail server allows, or mail is refused for good
    largest: int = 36_700_160
    #: octets of a message that are kept; the rest is read and dropped
    kept: int = 524_288
    #: of one message (RFC 5321 §4.5.3.1.8 asks for 100)
    recipients: int = 1000
    connections: int = 50
    #: between two commands, or two pieces of a message (RFC 5321 §4.5.3.2.7)
    idle: float = 300.0
    #: for a whole message
    message: float = 900.0
    #: for storing one; less than mail servers wait for an answer
    store: float = 120.0


class LMTPServer:
    """A server on sockets that are open, in the event loop that it is started in."""

    def __init__(
        self,
        store: Store,
        *,
        is_ours: IsOurs,
        clock: Callable[[], datetime],
        on_stored: Callable[[], None],
        limits: Limits | None = None,
        hostname: str = "localhost",
    ) -> None:
        """Store messages to addresses of ours, and call `on_stored` after each from a thread."""
        self.limits = limits or Limits()
        self.is_ours = is_ours
        self.hostname = hostname
        self._clock = clock
        self._on_stored = on_stored
        self._writer = BatchWriter(store.store_all)
        self._servers: list[asyncio.Server] = []
        self._sessions: set[Session] = set()
        self._none_open = asyncio.Event()

    async def start(self, sockets: Iterable[sockets_of_system.socket]) -> None:
        """Accept connections from now on."""
        loop = asyncio.get_running_loop()
        for socket in sockets:
            is_unix = socket.family is sockets_of_system.AF_UNIX
            serve = loop.create_unix_server if is_unix else loop.create_server
            make = partial(Session, self, loop)
            self._servers.append(await serve(make, sock=socket))
        self._writer.start()

    async def stop(self, *, grace: float) -> None:
        """Accept no more, finish the messages that are being handed over, and close.

        After `grace` seconds they are waited for no longer; the mail server brings them again.
        """
        for server in self._servers:
            server.close()
        for session in list(self._sessions):
            session.finish()
        if self._sessions:
            self._none_open.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_open.wait(), grace)
        for session in list(self._sessions):
            session.abort()
        self._writer.stop()

    async def keep(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> None:
        """Store a message, with others that are handed over meanwhile.

        Raises:
            StoreError: it cannot be stored now.
            TimeoutError: that takes too long. It may be stored all the same.

        """
        message = Incoming(
            content=content,
            sender=sender,
            recipients=tuple(recipients),
            channel=CHANNEL,
            received_at=self._clock(),
        )
        stored = await asyncio.wait_for(self._writer.write(message), self.limits.store)
        log.info("message stored", extra={"channel": CHANNEL, "new": stored})
        if stored:
            self._on_stored()

    def opened(self, session: Session) -> bool:
        """Count a connection, or return False if there are too many."""
        if len(self._sessions) >= self.limits.connections:
            return False
        self._sessions.add(session)
        return True

    def closed(self, session: Session) -> None:
        """Count a connection no more."""
        self._sessions.discard(session)
        if not self._sessions:
            self._none_open.set()


class _Recipients:
    """Answers to RCPT; aiosmtpd finds the method by its name."""

    def __init__(self, server: LMTPServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _session: object, _state: object, envelope: Any, path: str, _options: object
    ) -> str:
        address = unquoted(path)
        if address is None or not self._server.is_ours(address):
            return _NOT_OURS
        if len(envelope.rcpt_tos) >= self._server.limits.recipients:
            return _TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name, of LHLO too)
        self, _session: object, state: Any, _envelope: object, hostname: str, lines: list[str]
    ) -> list[str]:
        state.host_name = hostname
        # RFC 2033 §5 asks for it. DSN is not announced: whoever announces it must write reports.
        return [lines[0], "250-PIPELINING", *lines[1:]]


class Session(LMTP):
    """One connection."""

    line_length_limit = 1 << 20

    def __init__(self, server: LMTPServer, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for a client."""
        super().__init__(
            _Recipients(server),
            data_size_limit=server.limits.largest,
            enable_SMTPUTF8=True,
            hostname=server.hostname,
            ident="LMTP",
            timeout=server.limits.idle,
            loop=loop,
        )
        # aiosmtpd shares its own among all connections, and clears it with each new one. Recipients
        # may be longer than RFC 5321 §4.5.3.1.4 has it.
        self.command_size_limits = defaultdict(lambda: 4096)
        self._server = server
        self._is_counted = False
        self._is_reading = False
        self._is_finishing = False
        #: how many answers the client waits for, while its message is stored
        self._owed = 0

    def finish(self) -> None:
        """Close the connection, after the message that is being handed over if there is one."""
        self._is_finishing = True
        if not (self._owed or self._is_reading):
            self._close_with(_STOPPING)

    def abort(self) -> None:
        """Close the connection at once."""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]  # it is the transport of a socket

    def _close_with(self, line: bytes) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.write(line)
            transport.close()

    # -- called by asyncio and aiosmtpd ---------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or say that there are too many."""
        self._is_counted = self._server.opened(self)
        if self._is_counted:
            super().connection_made(transport)
        else:
            log.warning("connection refused", extra={"reason": "there are too many"})
            self.transport = transport
            self._close_with(_BUSY)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the connection no more."""
        self._server.closed(self)
        if self._is_counted:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """Close with the client."""
        return super().eof_received() if self._is_counted else None

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; each piece of a message has its own time."""
        if self._is_reading:
            self._reset_timeout()
        if self._is_counted:
            super().data_received(data)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Return the path of MAIL or RCPT and the rest of the line; `<>` stays as it is.

        aiosmtpd's own reader lets an address without a domain pass, and raises for some others.
        """
        found = _PATH.fullmatch(arg)
        if found is None:
            return None, None
        return _ROUTE.sub("<", found[1]), found[2] or ""

    async def handle_exception(self, error: Exception) -> str:
        """Answer what went wrong, for each recipient if the message was handed over."""
        known = isinstance(error, DigestError | TimeoutError | OSError)
        reason = str(error) if known and str(error) else repr(error)
        owed, self._owed = self._owed, 0
        if not (owed or self._is_reading):
            log.warning("command failed", extra={"channel": CHANNEL, "reason": reason})
            return _LATER
        log.error("message not stored", extra={"channel": CHANNEL, "reason": reason})
        if self._is_reading:  # what comes next is the rest of the message, and no command
            self._is_reading = False
            self.loop.call_soon(self.abort)
            return "421 4.3.0 cannot read the message, try again later"
        return "\r\n".join([_LATER] * owed)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 (aiosmtpd's name)
        """Take a message, and answer for each recipient in the order of RCPT (RFC 2033 §4.2)."""
        if await self.check_helo_needed("LHLO"):
            return
        envelope: Any = self.envelope
        if not envelope.rcpt_tos:
            await self.push("503 5.5.1 no recipients")
            return
        if arg:
            await self.push("501 5.5.4 DATA has no parameters")
            return
        await self.push("354 go on, end with a dot on a line of its own")
        content, size = await self._read_message()
        self._owed = len(envelope.rcpt_tos)
        self.envelope = self._create_envelope()
        if size > self._server.limits.largest:
            await self._answer(_TOO_LARGE)
            return
        self._stop_timeout()  # aiosmtpd would close the connection without an answer
        await self._server.keep(
            content,
            sender=_sender(envelope.mail_from),
            recipients=list(dict.fromkeys(envelope.rcpt_tos)),
        )
        await self._answer(_STORED)

    async def _read_message(self) -> tuple[bytes, int]:
        """Return what is kept of a message, and its size; lines may have any length."""
        kept, content = bytearray(), UnstuffedContent()
        self._is_reading = True
        async with asyncio.timeout(self._server.limits.message):
            while not content.is_complete:
                # All that has come, so that what follows the message can be put back.
                octets = await self._reader.read(_ALL)
                if not octets:
                    raise asyncio.IncompleteReadError(b"", None)
                piece = content.feed(octets)
                kept += piece[: self._server.limits.kept - len(kept)]
        self._is_reading = False
        if content.rest and not self._reader.at_eof():
            self._reader.feed_data(content.rest)
        return bytes(kept), content.size

    async def _answer(self, line: str) -> None:
        """Answer for each recipient."""
        owed, self._owed = self._owed, 0
        self._reset_timeout()
        await self.push("\r\n".join([line] * owed))
        if self._is_finishing:
            self._close_with(_STOPPING)

    def _stop_timeout(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()


def _sender(path: str) -> str:
    """Return the sender of MAIL as it is stored."""
    sender = envelope_sender(path)
    return unquoted(sender) or "".join(filter(str.isprintable, sender))
