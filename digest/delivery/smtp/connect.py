"""A mail server and how to get a connection to it: greeted, encrypted, logged in.

smtplib does this part, because a failure here is the same for every mail, and time is no matter.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from digest.delivery.smtp.commands import Extensions, read_extensions
from digest.delivery.smtp.replies import Reply
from digest.errors import MailServerError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """A mail server and how to speak to it."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = field(default="", repr=False)
    #: seconds to wait for a connection or an answer
    timeout: float = 30.0
    #: seconds to wait for the answer to a whole mail; with less it may be sent twice, or is never
    #: known to be sent (RFC 5321 §4.5.3.2.6)
    dot_timeout: float = 600.0
    #: the most connections at once
    connections: int = 5
    #: mails after which a connection gives way to a fresh one
    rotate_after: int = 100
    #: seconds to leave the server alone after it closed on us, longer when it does so again
    pause: float = 1.0

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class OpenConnection:
    """A connection on which mails can begin."""

    socket: socket.socket
    extensions: Extensions
    #: what the server has said already without being asked
    early: bytes


class Connector:
    """Makes connections to a server."""

    def __init__(self, server: ServerSettings, tls: ssl.SSLContext | None) -> None:
        """Call a server; `tls` replaces the system's certificates, for tests and own CAs."""
        self._server = server
        self._given_tls = tls
        # How we greet. smtplib looks it up, which may take seconds where DNS is broken.
        self._own_name: str | None = None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once for all connections: reading the certificates takes 20 ms."""
        return self._given_tls or ssl.create_default_context()

    def connect(self) -> OpenConnection:
        """Make a connection.

        Raises:
            MailServerError: with what to look at.

        """
        server = self._server
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._reach()
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=self._tls)
                smtp.ehlo_or_helo_if_needed()
            if server.username:
                smtp.login(server.username, server.password)
            return self._take_over(smtp)
        # A host that no name can have is a UnicodeError of the IDNA codec.
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if smtp is not None:
                smtp.close()
            raise MailServerError(_explain(server, error)) from error

    def _reach(self) -> smtplib.SMTP:
        server = self._server
        place = (server.host, server.port, self._own_name)
        if server.security == "tls":
            return smtplib.SMTP_SSL(*place, timeout=server.timeout, context=self._tls)
        return smtplib.SMTP(*place, timeout=server.timeout)

    def _take_over(self, smtp: smtplib.SMTP) -> OpenConnection:
        """Go on without smtplib: it waits for every single answer."""
        self._own_name = smtp.local_hostname
        plain, file = smtp.sock, smtp.file
        if plain is None or file is None:
            raise smtplib.SMTPServerDisconnected("it hung up")
        smtp.sock = smtp.file = None
        plain.settimeout(0)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        early = b""
        with suppress(ssl.SSLWantReadError):
            early = file.peek()
        offers = read_extensions(smtp.esmtp_features)
        return OpenConnection(plain, offers, early)


class PendingConnection:
    """A connection being made in a thread beside, since smtplib waits and others must not."""

    def __init__(self, caller: Connector, *, done: Callable[[], object]) -> None:
        """Begin; `done` is called from the thread when there is a `result`."""
        self._caller, self._done = caller, done
        self._lock = threading.Lock()
        self._hung_up = False
        self.result: OpenConnection | MailServerError | None = None
        threading.Thread(target=self._run, name="call", daemon=True).start()

    def cancel(self) -> None:
        """Do without the result, and without being told of it."""
        with self._lock:
            self._hung_up = True
            _close(self.result)

    def _run(self) -> None:
        result: OpenConnection | MailServerError = MailServerError("the call ended with a bug")
        try:
            result = self._caller.connect()
        except MailServerError as error:
            result = error
        finally:
            with self._lock:
                if self._hung_up:
                    _close(result)
                else:
                    self.result = result
                    self._done()


def _close(result: OpenConnection | MailServerError | None) -> None:
    if isinstance(result, OpenConnection):
        result.socket.close()


def _explain(server: ServerSettings, error: Exception) -> str:
    """Say what went wrong while connecting, and what to look at."""
    name = server.name
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"{name} showed a certificate that is not valid for this name:"
                f" {error.verify_message}; check [mail] host"
            )
        case ssl.SSLError():
            return (
                f"{name} does not speak TLS as asked ({error.reason});"
                f' check [mail] port and security = "{server.security}"'
            )
        case smtplib.SMTPAuthenticationError():
            reply = _reply(error.smtp_code, error.smtp_error)
            return f"{name} did not accept the login ({reply}); check [mail] username and password"
        case smtplib.SMTPNotSupportedError():
            reason = str(error).rstrip(".")
            return f'{name}: {reason}; check [mail] security = "{server.security}"'
        case smtplib.SMTPResponseException(smtp_code=-1):
            return f"{name} sent what is no SMTP reply; check [mail] port and security"
        case smtplib.SMTPResponseException():
            return f"{name} answered {_reply(error.smtp_code, error.smtp_error)}"
        # smtplib wraps the timeouts it meets while reading an answer.
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            return (
                f"{name} did not answer within {server.timeout:g} seconds;"
                " check [mail] host, port and security"
            )
        case UnicodeError():
            return f"{server.host} cannot be the name of a host; check [mail] host"
        case OSError(strerror=str(reason)):
            return f"could not connect to {name}: {reason}; check [mail] host and port"
        case _:
            return f"could not talk to {name}: {error}; check [mail] port and security"


def _reply(code: int, text: bytes | str) -> str:
    octets = text.encode() if isinstance(text, str) else text
    return str(Reply(code, octets))
