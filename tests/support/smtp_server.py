"""A small SMTP server on loopback that keeps what it is sent and can be told to misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

#: Replies that are none: close the connection; reset it; say nothing until the client has gone.
HANG_UP, RESET, SILENCE = "hang up", "reset", "silence"

_USUAL = {
    "CONNECT": "220 test.example.org ready",
    "HELO": "250 test.example.org",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go ahead",
    "NOBODY": "554 no valid recipients",
    ".": "250 taken",
    "RSET": "250 forgotten",
    "NESTED": "503 another mail is under way",
    "EARLY": "503 say MAIL first",
    "QUIT": "221 bye",
}


@dataclass(kw_only=True, eq=False)
class Session:
    """What one client said on one connection, before and after encryption; verbs in capitals."""

    in_the_clear: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)
    #: how often the client had to wait for the server: once per bunch of replies
    turns: int = 0

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
    on: int | None
    do: Callable[[], object] | None
    met: int = 0

    def meets(self, line: str, connection: int) -> bool:
        if not line.upper().startswith(self.start.upper()) or self.on not in (None, connection):
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
        speech: Literal["reply by reply", "merged", "byte by byte"] = "reply by reply",
    ) -> None:
        """Offer extensions; with `tls` also STARTTLS, or nothing but TLS if `tls_at_once`.

        Merged replies are sent when nothing more can be read, as most servers do.
        """
        self._tls, self._tls_at_once = tls, tls_at_once
        self._extensions, self._speech = extensions, speech
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        # So that a client soon notices that nobody reads on.
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._listening.getsockname()[1]
        self.sessions: list[Session] = []
        #: every mail whose final dot has come
        self.mails: list[Received] = []
        #: those among them for which the client was told 250
        self.accepted: list[Received] = []

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
        on: int | None = None,
        do: Callable[[], object] | None = None,
    ) -> None:
        """Change the answer to commands that begin so, or only to the nth of them.

        `on` leaves all connections alone but one, counted from 1.

        A new connection is the command CONNECT. The first line of a mail is the command BODY; its
        reply comes at once, and the connection ends without another line being read. The end of a
        mail is the command `.` and finds the mail already kept. `do` is called before the reply
        is sent.
        """
        self._rules.append(_Rule(start=start, reply=reply, nth=nth, on=on, do=do))

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.refuse()
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
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        session = Session()
        self.sessions.append(session)
        # What the client sees when it leaves early, or does not like our certificate.
        with suppress(OSError), connection:
            if self._tls and self._tls_at_once:
                with self._encrypt(connection) as encrypted:
                    _Talk(self, encrypted, session, session.encrypted).talk(greet=True)
            elif _Talk(self, connection, session, session.in_the_clear).talk(greet=True):
                with self._encrypt(connection) as encrypted:
                    _Talk(self, encrypted, session, session.encrypted).talk(greet=False)

    def decide(self, line: str, usual: str, session: Session) -> str:
        """Return the reply to a command, after what shall happen before it."""
        connection = self.sessions.index(session) + 1
        with self._lock:
            rules = [rule for rule in self._rules if rule.meets(line, connection)]
        for rule in rules:
            if rule.do:
                rule.do()
        return next((rule.reply for rule in rules if rule.reply), usual)

    def usual(self, verb: str) -> str:
        """Return the reply of a server that is at peace."""
        if verb != "EHLO":
            return _USUAL.get(verb, "500 what?")
        extra = ("STARTTLS",) if self._tls and not self._tls_at_once else ()
        names = ["test.example.org", *self._extensions, *extra]
        return "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])

    @property
    def speech(self) -> str:
        """How replies are sent."""
        return self._speech

    def wait(self, seconds: float = 30) -> None:
        """Do nothing for a while, or until the test is over."""
        self._ending.wait(seconds)

    def refuse(self) -> None:
        """Take no connections any more."""
        # A thread in accept() does not notice that its socket was closed; shutdown() wakes it.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def hang_up(self, farewell: str = "") -> None:
        """Close all connections that are open now."""
        for connection in self._open:
            with suppress(OSError):
                connection.sendall(farewell.encode() + b"\r\n" * bool(farewell))
                connection.shutdown(socket.SHUT_RDWR)

    def _encrypt(self, connection: socket.socket) -> socket.socket:
        assert self._tls is not None
        encrypted = self._tls.wrap_socket(connection, server_side=True)
        self._open.append(encrypted)
        return encrypted


class _Talk:
    """One conversation, as far as it is in the clear or encrypted."""

    def __init__(
        self, server: SMTPServer, connection: socket.socket, session: Session, said: list[str]
    ) -> None:
        self._server, self._connection = server, connection
        self._session, self._said = session, said
        self._read = bytearray()
        self._unsent = b""
        #: mails whose 250 is among what is not sent yet
        self._promised: list[Received] = []
        self._envelope: str | None = None
        self._recipient: str | None = None

    def talk(self, *, greet: bool) -> bool:
        """Converse; whether encryption is to begin now."""
        if greet and not self._answer("CONNECT", "CONNECT"):
            return False
        while (octets := self._until(b"\n")) is not None:
            line = octets.decode(errors="replace").rstrip("\r\n")
            verb, *rest = line.split(" ", 1)
            verb = verb.upper()
            self._said.append(" ".join((verb, *rest)))
            reply = self._answer(line, self._situation(verb))
            if verb == "STARTTLS" and reply.startswith("220"):
                self._flush()
                return True
            if reply:
                reply = self._follow(verb, line, reply)
            if not reply or verb == "QUIT":
                return False
        return False

    def _situation(self, verb: str) -> str:
        """What a command is in this place."""
        if verb == "MAIL" and self._envelope is not None:
            return "NESTED"
        if verb in ("RCPT", "DATA") and self._envelope is None:
            return "EARLY"
        return "NOBODY" if verb == "DATA" and self._recipient is None else verb

    def _follow(self, verb: str, line: str, reply: str) -> str:
        """Keep what a command has changed; the last reply, or nothing to end the connection."""
        done = reply.startswith("250")
        if verb == "MAIL" and done:
            self._envelope, self._recipient = _path(line), None
        elif verb == "RCPT" and done:
            self._recipient = _path(line)
        elif verb == "RSET" and done:
            self._envelope = None
        elif verb == "DATA" and reply.startswith("354"):
            return self._take_mail()
        return reply

    def _take_mail(self) -> str:
        first = self._until(b"\n")
        if first is None:
            return ""
        early = self._server.decide("BODY", "", self._session)
        if early:
            self._send("BODY", early)
            return ""
        body = b"" if first == b".\r\n" else self._until(b"\r\n.\r\n", first)
        if body is None:
            return ""  # the client left in the middle of the mail
        mail = Received(
            envelope=self._envelope or "",
            recipient=self._recipient or "",
            wire=body.removesuffix(b".\r\n"),
        )
        self._server.mails.append(mail)
        self._envelope = None
        reply = self._server.decide(".", self._server.usual("."), self._session)
        if reply.startswith("250"):
            self._promised.append(mail)
        return self._send(".", reply)

    # -- bytes ----------------------------------------------------------------------------------

    def _until(self, end: bytes, begun: bytes = b"") -> bytes | None:
        """Read to the end of something that may have begun; None when the client has gone."""
        self._read[:0] = begun
        place = self._read.find(end)
        while place < 0:
            self._flush()
            octets = self._connection.recv(65536)
            if not octets:
                return None
            looked_at = max(len(self._read) - len(end), 0)
            self._read += octets
            place = self._read.find(end, looked_at)
        found = bytes(self._read[: place + len(end)])
        del self._read[: len(found)]
        return found

    def _answer(self, line: str, situation: str) -> str:
        """Reply to a command; the reply, or nothing when the connection shall end."""
        wanted = line if situation == line.partition(" ")[0].upper() else situation
        usual = self._server.usual(situation)
        return self._send(line, self._server.decide(wanted, usual, self._session))

    def _send(self, line: str, reply: str) -> str:
        if reply == SILENCE:
            self._flush()
            if line == "BODY":
                self._server.wait()
            while self._connection.recv(65536):
                pass
        elif reply == RESET:
            self._flush()
            # With no time to linger the kernel resets the connection instead of closing it.
            now = struct.pack("ii", 1, 0)
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        if reply in (SILENCE, RESET, HANG_UP):
            self._flush()
            return ""
        self._unsent += reply.encode() + b"\r\n"
        if self._server.speech != "merged" or reply.startswith("421"):
            self._flush()
        return "" if reply.startswith("421") else reply

    def _flush(self) -> None:
        octets, self._unsent = self._unsent, b""
        self._session.turns += bool(octets)
        if self._server.speech == "byte by byte":
            for octet in octets:
                self._connection.sendall(bytes((octet,)))
        else:
            self._connection.sendall(octets)
        self._server.accepted += self._promised
        self._promised.clear()


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
