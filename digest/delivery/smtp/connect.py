"""The settings of a mail server, and connections to it that are encrypted and logged in.

smtplib opens the connections. It is slower than our own client, but that does not matter once per
connection, and a failure here means the same for every message.
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
    """The address of a mail server, the login, and the limits for its use."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = field(default="", repr=False)
    #: Seconds to wait for a connection or a reply.
    timeout: float = 30.0
    #: Seconds to wait for the reply to the end of a message. RFC 5321 §4.5.3.2.6 asks for ten
    #: minutes: a client that gives up sooner does not know whether the message was accepted.
    dot_timeout: float = 600.0
    #: The most connections at the same time.
    connections: int = 5
    #: The number of messages after which a connection is replaced by a new one.
    rotate_after: int = 100
    #: Seconds without a new connection after the server closed one; longer if it closes several.
    pause: float = 1.0

    @property
    def name(self) -> str:
        """Host and port, as the server is called in messages."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class OpenConnection:
    """A connection on which the first mail transaction can begin; its socket never blocks."""

    socket: socket.socket
    extensions: Extensions
    #: Octets that smtplib has received and not read. The server sent them without being asked.
    buffered: bytes


class Connector:
    """Opens connections to one server."""

    def __init__(self, server: ServerSettings, tls: ssl.SSLContext | None) -> None:
        """Keep the settings; `tls` replaces the system's certificates if it is given."""
        self._server = server
        self._given_tls = tls
        # Our name in EHLO. smtplib looks it up in the DNS at the first connection, which may take
        # seconds if the DNS is broken.
        self._own_name: str | None = None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The certificates, read once for all connections because that takes 20 ms."""
        return self._given_tls or ssl.create_default_context()

    def connect(self) -> OpenConnection:
        """Open a connection, encrypt it and log in, as the settings say; this blocks.

        Raises:
            MailServerError: one of these steps failed; the text names the settings to check.

        """
        server = self._server
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._open()
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=self._tls)
                smtp.ehlo_or_helo_if_needed()
            if server.username:
                smtp.login(server.username, server.password)
            return self._detach(smtp)
        # The IDNA codec raises UnicodeError for a text that cannot be the name of a host.
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if smtp is not None:
                smtp.close()
            raise MailServerError(_explain(server, error)) from error

    def _open(self) -> smtplib.SMTP:
        server = self._server
        target = (server.host, server.port, self._own_name)
        if server.security == "tls":
            return smtplib.SMTP_SSL(*target, timeout=server.timeout, context=self._tls)
        return smtplib.SMTP(*target, timeout=server.timeout)

    def _detach(self, smtp: smtplib.SMTP) -> OpenConnection:
        """Take the socket from smtplib, which would wait for the reply to every command."""
        self._own_name = smtp.local_hostname
        sock, file = smtp.sock, smtp.file
        if sock is None or file is None:
            raise smtplib.SMTPServerDisconnected("it hung up")
        smtp.sock = smtp.file = None
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffered = b""
        with suppress(ssl.SSLWantReadError):
            buffered = file.peek()
        return OpenConnection(sock, read_extensions(smtp.esmtp_features), buffered)


class PendingConnection:
    """A connection that a thread of its own opens, because smtplib blocks.

    `result` is None until the thread has finished.
    """

    def __init__(self, connector: Connector, *, on_done: Callable[[], object]) -> None:
        """Start the thread, which calls `on_done` as soon as there is a `result`."""
        self._connector, self._on_done = connector, on_done
        self._lock = threading.Lock()
        self._is_cancelled = False
        self.result: OpenConnection | MailServerError | None = None
        threading.Thread(target=self._run, name="smtp connect", daemon=True).start()

    def cancel(self) -> None:
        """Close the connection as soon as there is one; `on_done` is not called any more."""
        with self._lock:
            self._is_cancelled = True
            _close(self.result)

    def _run(self) -> None:
        result: OpenConnection | MailServerError = MailServerError("the connection failed by a bug")
        try:
            result = self._connector.connect()
        except MailServerError as error:
            result = error
        finally:
            with self._lock:
                if self._is_cancelled:
                    _close(result)
                else:
                    self.result = result
                    self._on_done()


def _close(result: OpenConnection | MailServerError | None) -> None:
    if isinstance(result, OpenConnection):
        result.socket.close()


def _explain(server: ServerSettings, error: Exception) -> str:
    """Return what went wrong while connecting, and which settings to check."""
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
        # smtplib raises SMTPServerDisconnected for a timeout while it reads a reply.
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
