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

from digest.delivery.smtp import handshake
from digest.delivery.smtp.commands import Extensions, read_extensions
from digest.errors import ConfigError, MailServerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.delivery.smtp.replies import Reply


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """The address of a mail server, the login, and the limits for its use."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = field(default="", repr=False)
    #: Our name in EHLO: a domain or an address literal. Empty: the name of this machine, or the
    #: address that it connects from.
    ehlo_name: str = ""
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

    def __init__(self, server: ServerSettings, tls: Callable[[], ssl.SSLContext]) -> None:
        """Keep the settings; `tls` returns the certificates to trust, or raises a ConfigError."""
        self._server = server
        self._read_tls = tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The certificates, read once for all connections because that takes 20 ms."""
        return self._read_tls()

    @cached_property
    def _full_name(self) -> str:
        """The name of this machine; looking it up may take seconds if the DNS is broken."""
        return socket.getfqdn()

    def connect(self) -> OpenConnection:
        """Open a connection, encrypt it and log in, as the settings say; this blocks.

        Raises:
            MailServerError: one of these steps failed; the text names the settings to check.

        """
        server = self._server
        session: handshake.Session | None = None
        try:
            session = self._open(_encoded_host(server))
            self._begin(session)
            return _detach(session)
        except (
            ConfigError,
            handshake.StepRefusedError,
            smtplib.SMTPException,
            OSError,
        ) as error:
            # A ConfigError is about the certificates to trust, and names their setting.
            text = str(error) if isinstance(error, ConfigError) else _explain(server, error)
            if session is not None:
                session.close()
                if session.refused_ehlo and isinstance(error, smtplib.SMTPNotSupportedError):
                    text += f"; it has refused EHLO with {session.refused_ehlo}"
            raise MailServerError(text) from error

    def _open(self, host: str) -> handshake.Session:
        """Connect; our own name is set later, because it may be the address of the connection."""
        server = self._server
        target = (host, server.port, "localhost")
        if server.security == "tls":
            return handshake.EncryptedSession(*target, timeout=server.timeout, context=self._tls)
        return handshake.Session(*target, timeout=server.timeout)

    def _begin(self, session: handshake.Session) -> None:
        """Say hello, start the encryption and log in, as the settings say."""
        server = self._server
        session.local_hostname = server.ehlo_name or self._own_name(session)
        handshake.say_hello(session)
        if server.security == "starttls":
            handshake.encrypt(session, self._tls)
        if server.username:
            handshake.log_in(session, server.username, server.password)

    def _own_name(self, session: handshake.Session) -> str:
        address = session.sock.getsockname()[0] if session.sock else ""
        return handshake.own_name(full_name=self._full_name, address=address)


def _detach(session: handshake.Session) -> OpenConnection:
    """Take the socket from smtplib, which would wait for the reply to every command."""
    sock, file = session.sock, session.file
    if sock is None or file is None:
        raise smtplib.SMTPServerDisconnected("it hung up")
    session.sock = session.file = None
    sock.settimeout(0)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffered = b""
    with suppress(ssl.SSLWantReadError):
        buffered = file.peek()
    return OpenConnection(sock, read_extensions(session.esmtp_features), buffered)


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


def _encoded_host(server: ServerSettings) -> str:
    """Return the server's name as the DNS has it.

    Raises:
        MailServerError: it cannot be the name of a host.

    """
    try:
        return server.host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise MailServerError(
            f"{server.host} cannot be the name of a host; check [mail] host"
        ) from error


def _explain_refusal(server: ServerSettings, stage: str, reply: Reply) -> str:
    """Return what the server said to a step before the first mail, and what to check."""
    if reply.code == -1:
        return _not_smtp(server)
    if stage.startswith("EHLO"):
        hint = "check" if reply.code >= 500 else "it may take it later; else check"
        return f"{server.name} refused {stage}: {reply}; {hint} [mail] ehlo_name"
    if not stage.startswith("AUTH"):
        return f"{server.name} refused {stage}: {reply}"
    if reply.code < 500:
        return f"{server.name} cannot take the login now ({reply})"
    return f"{server.name} did not accept the login ({reply}); check [mail] username and password"


def _not_smtp(server: ServerSettings) -> str:
    return f"{server.name} sent what is no SMTP reply; check [mail] port and security"


def _explain(server: ServerSettings, error: Exception) -> str:
    """Return what went wrong while connecting, and which settings to check."""
    name = server.name
    match error:
        case handshake.StepRefusedError():
            return _explain_refusal(server, error.stage, error.reply)
        case ssl.SSLCertVerificationError():
            return (
                f"{name} showed a certificate that is not valid for this name:"
                f" {error.verify_message}; {_check_certificate(error)}"
            )
        case ssl.SSLError():
            return (
                f"{name} does not speak TLS as asked ({error.reason});"
                f' check [mail] port and security = "{server.security}"'
            )
        case smtplib.SMTPNotSupportedError():
            reason = str(error).rstrip(".")
            return f'{name}: {reason}; check [mail] security = "{server.security}"'
        case smtplib.SMTPResponseException(smtp_code=-1):
            return _not_smtp(server)
        case smtplib.SMTPConnectError():
            return f"{name} refused the connection: {_reply(error)}"
        case smtplib.SMTPResponseException():
            return f"{name} answered {_reply(error)}"
        # smtplib raises SMTPServerDisconnected for a timeout while it reads a reply.
        case TimeoutError() | smtplib.SMTPServerDisconnected(__cause__=TimeoutError()):
            return (
                f"{name} did not answer within {server.timeout:g} seconds;"
                " check [mail] host, port and security"
            )
        case OSError(strerror=str(reason)) if not isinstance(error, smtplib.SMTPException):
            return f"could not connect to {name}: {reason}; check [mail] host and port"
        case _:
            return f"could not talk to {name}: {error}; check [mail] port and security"


def _check_certificate(error: ssl.SSLCertVerificationError) -> str:
    """Say what to check, by OpenSSL's code for what is wrong with a certificate."""
    match error.verify_code:
        case 9 | 10:  # it is not valid yet, or has expired
            return "check the clock of this machine, or tell the operator of the server"
        case 18 | 19 | 20 | 21:  # nobody, or nobody known here, vouches for it
            return "check [mail] host, and which authorities this machine trusts (SSL_CERT_FILE)"
        case _:
            return "check [mail] host"


def _reply(error: smtplib.SMTPResponseException) -> str:
    return str(handshake.reply_of(error))
