"""A small SMTP server on loopback that keeps what it is sent and can be told to misbehave."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

#: Replies that are none: close the connection; say nothing until the client has gone.
HANG_UP, SILENCE = "hang up", "silence"

_USUAL = {
    "CONNECT": "220 test.example.org ready",
    "HELO": "250 test.example.org",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    ".": "250 taken",
    "RSET": "250 forgotten",
    "NESTED": "503 another mail is under way",
    "QUIT": "221 bye",
}


@dataclass(kw_only=True)
class Session:
    """What one client said on one connection, before and after encryption; verbs in capitals."""

    in_the_clear: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """Everything said, in order."""
        return self.in_the_clear + self.encrypted


@dataclass(frozen=True, kw_only=True)
class Received:
    """One mail whose final dot has come."""

    envelope: str
    recipient: str
    #: with the dots that SMTP adds, without the final one
    wire: bytes

    @property
    def content(self) -> bytes:
        """The mail without the dots that SMTP adds."""
        return self.wire.replace(b"\r\n..", b"\r\n.").removeprefix(b".")


@dataclass(kw_only=True)
class _Rule:
    start: str
    reply: str | None
    nth: int | None
    do: Callable[[], object] | None
    met: int = 0

    def meets(self, line: str) -> bool:
        if not line.upper().startswith(self.start.upper()):
            return False
        self.met += 1
        return self.nth in (None, self.met)


class SMTPServer:
    """Listens from `with` to its end; one thread a connection."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = ("SIZE 9000000",),
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
    ) -> None:
        """Offer extensions; with `tls` also STARTTLS, or nothing but TLS if `tls_at_once`."""
        self._tls, self._tls_at_once = tls, tls_at_once
        self._extensions = extensions
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.sessions: list[Session] = []
        self.mails: list[Received] = []

    @property
    def recipients(self) -> list[str]:
        """Who got a mail, in the order of arrival."""
        return [mail.recipient for mail in self.mails]

    def when(
        self,
        start: str,
        *,
        reply: str | None = None,
        nth: int | None = None,
        do: Callable[[], object] | None = None,
    ) -> None:
        """Change the answer to commands that begin so, or only to the nth of them.

        A new connection is the command CONNECT, the end of a mail is the command `.` and finds
        the mail already kept. `do` is called before the reply is sent.
        """
        self._rules.append(_Rule(start=start, reply=reply, nth=nth, do=do))

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        # A thread in accept() does not notice that its socket was closed; shutdown() wakes it.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(timeout=10)
        for connection in self._open:
            connection.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        session = Session()
        self.sessions.append(session)
        # What the client sees when it leaves early, or does not like our certificate.
        with suppress(OSError), connection:
            if self._tls and self._tls_at_once:
                with self._encrypt(connection) as encrypted:
                    self._talk(encrypted, session.encrypted, greet=True)
            elif self._talk(connection, session.in_the_clear, greet=True):
                with self._encrypt(connection) as encrypted:
                    self._talk(encrypted, session.encrypted, greet=False)

    def _talk(self, connection: socket.socket, said: list[str], *, greet: bool) -> bool:
        """Converse; whether encryption is to begin now."""
        envelope = recipient = ""
        with connection.makefile("rb") as lines:
            if greet and not self._answer(connection, lines, "CONNECT"):
                return False
            while octets := lines.readline():
                line = octets.decode(errors="replace").rstrip("\r\n")
                verb, *rest = line.split(" ", 1)
                verb = verb.upper()
                said.append(" ".join((verb, *rest)))
                under_way = verb == "MAIL" and envelope
                reply = self._answer(connection, lines, "NESTED" if under_way else line)
                if verb == "MAIL" and reply.startswith("250"):
                    envelope = _path(line)
                if verb == "RCPT":
                    recipient = _path(line)
                if verb == "RSET":
                    envelope = ""
                if verb == "STARTTLS" and reply.startswith("220"):
                    return True
                if verb == "DATA" and reply.startswith("354"):
                    mail = Received(envelope=envelope, recipient=recipient, wire=_body(lines))
                    self.mails.append(mail)
                    reply, envelope = self._answer(connection, lines, "."), ""
                if not reply or verb == "QUIT":
                    return False
        return False

    def _answer(self, connection: socket.socket, lines: BinaryIO, line: str) -> str:
        """Reply to a command; the reply, or nothing when the connection shall end."""
        with self._lock:
            rules = [rule for rule in self._rules if rule.meets(line)]
        for rule in rules:
            if rule.do:
                rule.do()
        reply = next((rule.reply for rule in rules if rule.reply), self._usual(line))
        if reply == SILENCE:
            lines.read()
        if reply in (SILENCE, HANG_UP):
            return ""
        connection.sendall(reply.encode() + b"\r\n")
        return reply

    def _usual(self, line: str) -> str:
        verb = line.partition(" ")[0].upper()
        if verb != "EHLO":
            return _USUAL.get(verb, "500 what?")
        extra = ("STARTTLS",) if self._tls and not self._tls_at_once else ()
        names = ["test.example.org", *self._extensions, *extra]
        return "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])

    def _encrypt(self, connection: socket.socket) -> socket.socket:
        assert self._tls is not None
        encrypted = self._tls.wrap_socket(connection, server_side=True)
        self._open.append(encrypted)
        return encrypted


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _body(lines: BinaryIO) -> bytes:
    body = b""
    while (line := lines.readline()) != b".\r\n":
        if not line:
            raise ConnectionError("the client left in the middle of a mail")
        body += line
    return body
