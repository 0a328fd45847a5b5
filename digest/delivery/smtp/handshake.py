"""The steps before the first mail: greeting, EHLO, STARTTLS and AUTH, over smtplib.

smtplib loses the words of a server in three places: after a refused EHLO it says HELO and reports
only the reply to that; a reply that is cut off by the end of the connection is dropped; and so is
one that arrived before a failed write. Here every refusal keeps its reply.

smtplib encodes logins in ASCII. RFC 4616 asks for UTF-8, so the login is done here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import smtplib
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from digest.delivery.smtp.replies import Reply

if TYPE_CHECKING:
    import ssl

#: Replies with which a server accepts a login: done, or done before.
_LOGGED_IN = (235, 503)
#: The reply that asks for the next step of a login.
_CONTINUE = 334
#: The reply to a wrong name or password (RFC 4954 §6).
_WRONG_LOGIN = 535
#: The mechanisms for a login, the best first. The connection is encrypted, so PLAIN is as safe as
#: CRAM-MD5, and the only one whose encoding is defined.
_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
#: The most steps of one login.
_MAX_STEPS = 4
#: The code of a server that closes the connection (RFC 5321 §3.8).
_CLOSING = 421
#: A name with a dot, which can be one in the public DNS.
_FULL_NAME = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.IGNORECASE)


class StepRefusedError(Exception):
    """The server refused a step before the first mail."""

    def __init__(self, stage: str, reply: Reply) -> None:
        """Keep the command that was refused, and the server's reply."""
        super().__init__(f"{stage}: {reply}")
        self.stage = stage
        self.reply = reply


class Session(smtplib.SMTP):
    """A connection of smtplib that keeps the last words of a server that hangs up."""

    #: The reply to EHLO if the server refused it and took HELO.
    refused_ehlo: Reply | None = None

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply; one that the server did not finish ends where it hung up.

        Raises:
            SMTPServerDisconnected: it hung up without a word, or did not answer in time.
            SMTPResponseException: a line is too long.

        """
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("it hung up")
        if self.file is None:
            self.file = self.sock.makefile("rb")
        file: Any = self.file
        lines: list[bytes] = []
        while True:
            try:
                line = file.readline(_MAX_LINE + 1)
            except OSError as error:
                line = b""
                if not lines:
                    self.close()
                    raise smtplib.SMTPServerDisconnected(f"it hung up: {error}") from error
            if not line:
                self.close()
                if not lines:
                    raise smtplib.SMTPServerDisconnected("it hung up")
                break
            if len(line) > _MAX_LINE or len(lines) > _MAX_LINES:
                self.close()
                raise smtplib.SMTPResponseException(500, "it sent a reply that is too long")
            lines.append(line)
            if line[3:4] != b"-" or not line[:3].isdigit():
                break
        code = int(lines[0][:3]) if lines[-1][:3].isdigit() and lines[0][:3].isdigit() else -1
        return code, b"\n".join(line[4:].strip(b" \t\r\n") for line in lines)

    def send(self, s: Any) -> None:
        """Write octets; if the server has hung up, report its last words.

        Raises:
            SMTPResponseException: it said something before it hung up.
            SMTPServerDisconnected: it did not.

        """
        sock = self.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("it hung up")
        try:
            sock.sendall(s.encode(self.command_encoding) if isinstance(s, str) else s)
        except OSError as error:
            with suppress(smtplib.SMTPServerDisconnected):
                raise smtplib.SMTPResponseException(*self.getreply()) from error
            self.close()
            raise smtplib.SMTPServerDisconnected("it hung up") from error


class EncryptedSession(Session, smtplib.SMTP_SSL):
    """The same over a connection that is encrypted from its first octet."""


#: The most octets of a line (smtplib has the same limit) and lines of a reply.
_MAX_LINE, _MAX_LINES = 8192, 200


def own_name(*, full_name: str, address: str) -> str:
    """Return the name for EHLO if none is configured (RFC 5321 §4.1.4).

    Args:
        full_name: What the system says is the name of this machine.
        address: The address that the connection comes from, for a machine without a full name.

    """
    if _FULL_NAME.fullmatch(full_name) and not full_name.endswith((".localdomain", ".arpa")):
        return full_name
    plain = address.partition("%")[0]
    return f"[IPv6:{plain}]" if ":" in plain else f"[{plain}]"


def say_hello(session: Session) -> None:
    """Say EHLO, and HELO if the server refuses that (RFC 5321 §3.2).

    Raises:
        StepRefusedError: the server refused both, or closes the connection.

    """
    code, text = session.ehlo()
    if 200 <= code < 300:
        return
    reply = Reply(code, text.replace(b"\n", b" "))
    refused = StepRefusedError(f"EHLO {session.local_hostname}", reply)
    if code == _CLOSING:
        raise refused
    try:
        code, _ = session.helo()
    except (smtplib.SMTPException, OSError) as error:
        raise refused from error
    if not 200 <= code < 300:
        raise refused
    session.refused_ehlo = reply


def encrypt(session: Session, tls: ssl.SSLContext) -> None:
    """Start the encryption and say hello again.

    Raises:
        StepRefusedError: the server refused STARTTLS, or the hello.
        SMTPNotSupportedError: it does not offer STARTTLS.
        ssl.SSLError: the encryption could not begin.

    """
    try:
        session.starttls(context=tls)
    except smtplib.SMTPResponseException as error:
        raise StepRefusedError("STARTTLS", reply_of(error)) from error
    say_hello(session)


def log_in(session: Session, username: str, password: str) -> None:
    """Log in with the best mechanism that the server takes.

    Raises:
        StepRefusedError: the server refused the login.
        SMTPNotSupportedError: it takes no login, or none that this client can do.

    """
    if not session.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server")
    offered = session.esmtp_features["auth"].upper().split()
    mechanisms = [mechanism for mechanism in _MECHANISMS if mechanism in offered]
    if not mechanisms:
        raise smtplib.SMTPNotSupportedError(
            f"it offers only the logins {' '.join(offered) or 'without a name'},"
            f" and none of {', '.join(_MECHANISMS)}"
        )
    refused: StepRefusedError | None = None
    for mechanism in mechanisms:
        try:
            reply = _authenticate(session, mechanism, prepare(username), prepare(password))
        except (smtplib.SMTPServerDisconnected, OSError):
            if refused is None:
                raise
            break  # many servers hang up after a wrong login; what counts is what they said
        if reply.code in _LOGGED_IN:
            return
        if refused is None or refused.reply.code != _WRONG_LOGIN:
            refused = StepRefusedError(f"AUTH {mechanism}", reply)
        if reply.code == _CLOSING:
            break
    raise refused or smtplib.SMTPServerDisconnected("it hung up")


def prepare(text: str) -> bytes:
    """Return a name or password as octets, in the form that servers compare (RFC 8265 §4.2.2).

    Composed characters are used, and blanks beyond ASCII become plain ones.
    """
    plain = "".join(" " if unicodedata.category(ch) == "Zs" else ch for ch in text)
    return unicodedata.normalize("NFC", plain).encode()


def reply_of(error: smtplib.SMTPResponseException) -> Reply:
    """Return the reply in an exception of smtplib, its lines joined by spaces."""
    text = error.smtp_error
    octets = text.encode() if isinstance(text, str) else text
    return Reply(error.smtp_code, octets.replace(b"\n", b" "))


def _authenticate(session: Session, mechanism: str, username: bytes, password: bytes) -> Reply:
    """Go through the steps of one mechanism, and return the reply that ends it."""
    initial = b"\0" + username + b"\0" + password
    command = f"PLAIN {_base64(initial)}" if mechanism == "PLAIN" else mechanism
    code, text = session.docmd("AUTH", command)
    for step in range(_MAX_STEPS):
        if code != _CONTINUE:
            break
        if mechanism == "PLAIN":
            response = initial
        elif mechanism == "LOGIN":
            response = password if step else username
        else:
            response = username + b" " + _cram_md5(password, text)
        code, text = session.docmd(_base64(response))
    return Reply(code, text.replace(b"\n", b" "))


def _cram_md5(password: bytes, challenge: bytes) -> bytes:
    """Return the answer to a challenge (RFC 2195).

    Raises:
        SMTPResponseException: the challenge is not in base64.
        SMTPNotSupportedError: this machine does not allow MD5.

    """
    try:
        decoded = base64.b64decode(challenge, validate=True)
    except binascii.Error as error:
        raise smtplib.SMTPResponseException(_CONTINUE, challenge) from error
    try:
        return hmac.new(password, decoded, "md5").hexdigest().encode()
    except ValueError as error:
        raise smtplib.SMTPNotSupportedError("this machine does not allow CRAM-MD5") from error


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
