"""Mail over SMTP (RFC 5321), one connection kept for the run.

smtplib connects, encrypts and logs in. The transaction is spelled out here, because what an error
means depends on where it strikes: before the final dot nothing was accepted, after it nobody
can know.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

from digest.delivery.transports import Parcel
from digest.errors import (
    MailServerError,
    RecipientDeferredError,
    RecipientRefusedError,
    UnknownOutcomeError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: RFC 1870 §6.1: a refusal of this one mail, not of the sender.
_TOO_BIG = 552


#: RFC 4954 §6: the server takes mail from those who log in, and we have not, or not well.
_LOGIN_WANTED = (530, 534, 535, 538)
#: A 5xx about this address or this mail: RFC 3463's 5.1.x and 5.2.x, or the bare codes for
#: mailboxes and sizes where no enhanced code says otherwise.
_ADDRESS_AT_FAULT = re.compile(r"\d{3}[ -]5\.[123]\.\d|(?:550|551|552|553)(?![ -]\d\.\d+\.\d)")
#: So many connections broken in a row are the server's fault; fewer may be one recipient's.
_BROKEN_LIMIT = 4


class _BrokenError(RecipientDeferredError):
    """The connection broke before the mail was handed over."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = ""
    #: seconds to wait for a connection or an answer
    timeout: float = 30.0
    #: seconds to wait for the answer to a whole mail
    dot_timeout: float = 600.0


class SMTP:
    """The connection to a mail server, made with the first mail and remade when it breaks."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None = None) -> None:
        """Speak to a server; `tls` replaces the system's certificates, for tests and own CAs."""
        self._server = server
        self._tls = tls
        self._connection: smtplib.SMTP | None = None
        self._broken = 0

    def send(self, parcel: Parcel) -> None:
        """Hand a mail over; see `Transport.send`."""
        kept = self._connection is not None
        try:
            connection = self._begin(parcel)
        except _BrokenError:
            if not kept:
                raise
            # A kept connection may have been closed for its age; nothing was handed over yet.
            connection = self._begin(parcel)
        self._hand_over(connection, parcel.content)
        self._broken = 0

    def _begin(self, parcel: Parcel) -> smtplib.SMTP:
        """Bring a transaction to where the mail can follow, connecting first if need be."""
        connection = self._connection or self._connect()
        try:
            self._prepare(connection, parcel)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            self._broken += 1
            message = f"{self._name} broke the connection: {error}"
            if self._broken >= _BROKEN_LIMIT:
                raise MailServerError(message) from error
            raise _BrokenError(message) from error
        return connection

    def close(self) -> None:
        """Say goodbye; an error no longer matters."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    @property
    def _name(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = self._tls
        if context is None and server.security != "none":
            context = ssl.create_default_context()
        connection: smtplib.SMTP | None = None
        try:
            if server.security == "tls":
                connection = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.timeout, context=context
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            connection.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                connection.starttls(context=context)
                connection.ehlo()
            if server.username:
                connection.login(server.username, server.password)
        # A host that no name can have is a UnicodeError of the IDNA codec.
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if connection is not None:
                connection.close()
            raise MailServerError(self._explain(error)) from error
        self._connection = connection
        return connection

    def _explain(self, error: Exception) -> str:
        """Say what went wrong while connecting, and what to look at."""
        match error:
            case ssl.SSLCertVerificationError():
                return (
                    f"{self._name} showed a certificate that is not valid for this name:"
                    f" {error.verify_message}; check [mail] host"
                )
            case ssl.SSLError():
                return (
                    f"{self._name} does not speak TLS as asked ({error.reason});"
                    f' check [mail] port and security = "{self._server.security}"'
                )
            case smtplib.SMTPAuthenticationError():
                reply = _reply(error.smtp_code, error.smtp_error)
                return (
                    f"{self._name} did not accept the login ({reply});"
                    " check [mail] username and password"
                )
            case smtplib.SMTPNotSupportedError():
                reason = str(error).rstrip(".")
                return f'{self._name}: {reason}; check [mail] security = "{self._server.security}"'
            case smtplib.SMTPResponseException():
                return f"{self._name} answered {_reply(error.smtp_code, error.smtp_error)}"
            # smtplib wraps the timeouts it meets while reading an answer.
            case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
                return (
                    f"{self._name} did not answer within {self._server.timeout:g} seconds;"
                    " check [mail] host, port and security"
                )
            case UnicodeError():
                return f"{self._server.host} cannot be the name of a host; check [mail] host"
            case OSError(strerror=str(reason)):
                return f"could not connect to {self._name}: {reason}; check [mail] host and port"
            case _:
                return f"could not talk to {self._name}: {error}; check [mail] port and security"

    def _prepare(self, connection: smtplib.SMTP, parcel: Parcel) -> None:
        """Speak MAIL, RCPT and DATA: nothing is accepted yet whatever happens here."""
        options = []
        if connection.has_extn("size"):
            options.append(f"SIZE={len(parcel.content)}")
        if not parcel.recipient.isascii():
            if not connection.has_extn("smtputf8"):
                raise RecipientRefusedError(
                    f"{self._name} does not take addresses beyond ASCII (SMTPUTF8)"
                )
            options.append("SMTPUTF8")
        steps: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
            ("MAIL", lambda: connection.mail(parcel.sender, options)),
            ("RCPT", lambda: connection.rcpt(parcel.recipient)),
            ("DATA", lambda: connection.docmd("DATA")),
        )
        for command, step in steps:
            code, text = _understood(step())
            if code == 421:
                raise smtplib.SMTPServerDisconnected(_reply(code, text))
            if code >= 400:
                self._reset(connection)
                if command == "MAIL" and code >= 500 and code != _TOO_BIG:
                    raise MailServerError(
                        f"{self._name} refuses mail from {parcel.sender}: {_reply(code, text)};"
                        " check [mail] from_address and bounce_address"
                    )
                self._turn_away(command, code, _reply(code, text))

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> None:
        """Send the mail itself; from the final dot on its fate is the server's to tell."""
        stuffed = re.sub(rb"(?m)^\.", b"..", content)
        end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            connection.send(stuffed + end)
            if connection.sock is not None:
                # Giving up early here would send the mail twice (RFC 5321 §4.5.3.2.6).
                connection.sock.settimeout(max(self._server.timeout, self._server.dot_timeout))
            code, text = _understood(connection.getreply())
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise UnknownOutcomeError(
                f"{self._name} was lost after the mail was handed over: {error};"
                " it may have been delivered"
            ) from error
        if connection.sock is not None:
            connection.sock.settimeout(self._server.timeout)
        if code == 421:
            self._drop()
        if code >= 400:
            self._turn_away("the end of DATA", code, _reply(code, text))

    def _turn_away(self, stage: str, code: int, reply: str) -> NoReturn:
        """Raise what a reply of 4xx or 5xx means for this recipient, and for the others."""
        message = f"{self._name} at {stage}: {reply}"
        if code in _LOGIN_WANTED:
            raise MailServerError(f"{message}; check [mail] username, password and security")
        # A policy (5.7.x) or an unnamed failure says nothing about the address: not for ever.
        refused = code >= 500 and _ADDRESS_AT_FAULT.match(reply)
        kind = RecipientRefusedError if refused else RecipientDeferredError
        raise kind(message, code=code)

    def _reset(self, connection: smtplib.SMTP) -> None:
        """Forget the transaction so that the next recipient starts clean."""
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _understood(reply: tuple[int, bytes]) -> tuple[int, bytes]:
    """Return an SMTP reply; a line that is none tells as little as a broken connection."""
    code, text = reply
    if not 200 <= code < 600:
        raise smtplib.SMTPServerDisconnected(f"it sent what is no SMTP reply: {_reply(code, text)}")
    return reply


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}".strip()
