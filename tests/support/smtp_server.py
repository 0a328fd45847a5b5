"""A small SMTP server on loopback that keeps what it receives, and fails where a test wants it."""

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

#: Instead of a reply: close the connection, reset it, or send nothing until the client has gone.
HANG_UP, RESET, SILENCE = "hang up", "reset", "silence"

_USUAL_REPLIES = {
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
    """The commands on one connection, before and after encryption, with their verbs in capitals."""

    in_the_clear: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)
    #: How often replies were sent, several together counting once.
    round_trips: int = 0

    @property
    def commands(self) -> list[str]:
        """All commands, in order."""
        return self.in_the_clear + self.encrypted


@dataclass(frozen=True, kw_only=True)
class Received:
    """One message whose final dot has arrived."""

    sender: str
    recipient: str
    #: With the dots that the client added (RFC 5321 §4.5.2), without the final one.
    data: bytes

    @property
    def content(self) -> bytes:
        """The message without the dots that the client added."""
        return self.data.replace(b"\r\n..", b"\r\n.").removeprefix(b".")


@dataclass(kw_only=True)
class _Rule:
    command: str
    reply: str | None
    nth: int | None
    on: int | None
    do: Callable[[], object] | None
    count: int = 0

    def matches(self, line: str, connection: int) -> bool:
        if not line.upper().startswith(self.command.upper()) or self.on not in (None, connection):
            return False
        self.count += 1
        return self.nth in (None, self.count)


class SMTPServer:
    """Listens within a `with` statement, with one thread per connection."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = ("SIZE 9000000",),
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        reply_mode: Literal["reply by reply", "merged", "byte by byte"] = "reply by reply",
    ) -> None:
        """Offer extensions; with `tls` also STARTTLS, or TLS from the beginning if `tls_at_once`.

        Merged replies are sent when nothing more can be read, as most servers do.
        """
        self._tls, self._tls_at_once = tls, tls_at_once
        self._extensions, self._reply_mode = extensions, reply_mode
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        # A small buffer, so that a client soon notices that the server does not read.
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._listening.getsockname()[1]
        self.sessions: list[Session] = []
        #: All messages whose final dot has arrived.
        self.mails: list[Received] = []
        #: Those of them to which the server has replied 250.
        self.accepted: list[Received] = []

    @property
    def recipients(self) -> list[str]:
        """The recipients of all messages, in the order of arrival."""
        return [mail.recipient for mail in self.mails]

    def when(
        self,
        command: str,
        *,
        reply: str | None = None,
        nth: int | None = None,
        on: int | None = None,
        do: Callable[[], object] | None = None,
    ) -> None:
        """Change the reply to the commands that begin with a text.

        A new connection counts as the command CONNECT. The first line of a message counts as BODY;
        after a reply to it the connection ends without another line being read. The end of a
        message counts as `.`; the message is in `mails` already.

        Args:
            command: The beginning of the command.
            reply: The reply, or HANG_UP, RESET or SILENCE; None keeps the usual one.
            nth: The only occurrence that is changed, from 1; None changes all.
            on: The only connection that is changed, from 1; None changes all.
            do: Called before the reply is sent.

        """
        self._rules.append(_Rule(command=command, reply=reply, nth=nth, on=on, do=do))

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.stop_listening()
        for connection in list(self._sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(timeout=10)
        for connection in self._sockets:
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
            self._sockets.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        session = Session()
        self.sessions.append(session)
        # The client may leave early, or refuse the certificate.
        with suppress(OSError), connection:
            if self._tls and self._tls_at_once:
                with self._encrypt(connection) as encrypted:
                    _Connection(self, encrypted, session, session.encrypted).serve(greets=True)
            elif _Connection(self, connection, session, session.in_the_clear).serve(greets=True):
                with self._encrypt(connection) as encrypted:
                    _Connection(self, encrypted, session, session.encrypted).serve(greets=False)

    def choose_reply(self, line: str, usual: str, session: Session) -> str:
        """Return the reply to a command, after the actions of the rules that match it."""
        connection = self.sessions.index(session) + 1
        with self._lock:
            rules = [rule for rule in self._rules if rule.matches(line, connection)]
        for rule in rules:
            if rule.do:
                rule.do()
        return next((rule.reply for rule in rules if rule.reply), usual)

    def usual_reply(self, verb: str) -> str:
        """Return the reply of a server without a fault."""
        if verb != "EHLO":
            return _USUAL_REPLIES.get(verb, "500 what?")
        extra = ("STARTTLS",) if self._tls and not self._tls_at_once else ()
        names = ["test.example.org", *self._extensions, *extra]
        return "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])

    @property
    def reply_mode(self) -> str:
        """How replies are sent; see `__init__`."""
        return self._reply_mode

    def await_sessions(self) -> None:
        """Wait until the clients have left, and all that they said is noted."""
        for thread in self._threads[1:]:  # the first accepts connections
            thread.join(timeout=10)

    def wait(self, seconds: float = 30) -> None:
        """Wait some seconds, or until the test is over."""
        self._stopped.wait(seconds)

    def stop_listening(self) -> None:
        """Accept no more connections."""
        # A thread in accept() does not notice that its socket was closed; shutdown() wakes it.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def hang_up(self, reply: str = "") -> None:
        """Close all open connections, after a reply if one is given."""
        for connection in self._sockets:
            with suppress(OSError):
                connection.sendall(reply.encode() + b"\r\n" * bool(reply))
                connection.shutdown(socket.SHUT_RDWR)

    def _encrypt(self, connection: socket.socket) -> socket.socket:
        assert self._tls is not None
        encrypted = self._tls.wrap_socket(connection, server_side=True)
        self._sockets.append(encrypted)
        return encrypted


class _Connection:
    """A connection, before or after its encryption."""

    def __init__(
        self, server: SMTPServer, connection: socket.socket, session: Session, commands: list[str]
    ) -> None:
        self._server, self._connection = server, connection
        self._session, self._commands = session, commands
        self._read = bytearray()
        self._unsent = b""
        #: Messages whose 250 is not sent yet.
        self._accepted: list[Received] = []
        self._sender: str | None = None
        self._recipient: str | None = None

    def serve(self, *, greets: bool) -> bool:
        """Serve until the client leaves; return whether the encryption begins now."""
        if greets and not self._reply_to("CONNECT", "CONNECT"):
            return False
        while (octets := self._read_until(b"\n")) is not None:
            line = octets.decode(errors="replace").rstrip("\r\n")
            verb, *rest = line.split(" ", 1)
            verb = verb.upper()
            self._commands.append(" ".join((verb, *rest)))
            reply = self._reply_to(line, self._classify(verb))
            if verb == "STARTTLS" and reply.startswith("220"):
                self._flush()
                return True
            if reply:
                reply = self._update_transaction(verb, line, reply)
            if not reply or verb == "QUIT":
                return False
        return False

    def _classify(self, verb: str) -> str:
        """Return the verb, or the name of the mistake in the order of commands."""
        if verb == "MAIL" and self._sender is not None:
            return "NESTED"
        if verb in ("RCPT", "DATA") and self._sender is None:
            return "EARLY"
        return "NOBODY" if verb == "DATA" and self._recipient is None else verb

    def _update_transaction(self, verb: str, line: str, reply: str) -> str:
        """Apply a command to the transaction; return its reply, or "" to end the connection."""
        done = reply.startswith("250")
        if verb == "MAIL" and done:
            self._sender, self._recipient = _path(line), None
        elif verb == "RCPT" and done:
            self._recipient = _path(line)
        elif verb == "RSET" and done:
            self._sender = None
        elif verb == "DATA" and reply.startswith("354"):
            return self._receive_message()
        return reply

    def _receive_message(self) -> str:
        first = self._read_until(b"\n")
        if first is None:
            return ""
        early = self._server.choose_reply("BODY", "", self._session)
        if early:
            self._send("BODY", early)
            return ""
        body = b"" if first == b".\r\n" else self._read_until(b"\r\n.\r\n", first)
        if body is None:
            return ""  # the client left in the middle of the message
        mail = Received(
            sender=self._sender or "",
            recipient=self._recipient or "",
            data=body.removesuffix(b".\r\n"),
        )
        self._server.mails.append(mail)
        self._sender = None
        reply = self._server.choose_reply(".", self._server.usual_reply("."), self._session)
        if reply.startswith("250"):
            self._accepted.append(mail)
        return self._send(".", reply)

    # -- bytes ----------------------------------------------------------------------------------

    def _read_until(self, end: bytes, begun: bytes = b"") -> bytes | None:
        """Return octets up to and including `end`; None if the client has gone.

        `begun` was read before and is put back first.
        """
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

    def _reply_to(self, line: str, situation: str) -> str:
        """Reply to a command; return the reply, or "" to end the connection."""
        wanted = line if situation == line.partition(" ")[0].upper() else situation
        usual = self._server.usual_reply(situation)
        return self._send(line, self._server.choose_reply(wanted, usual, self._session))

    def _send(self, line: str, reply: str) -> str:
        if reply == SILENCE:
            self._flush()
            if line == "BODY":
                self._server.wait()
            while self._connection.recv(65536):
                pass
        elif reply == RESET:
            self._flush()
            # With a linger time of zero the kernel resets the connection instead of closing it.
            now = struct.pack("ii", 1, 0)
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        if reply in (SILENCE, RESET, HANG_UP):
            self._flush()
            return ""
        self._unsent += reply.encode() + b"\r\n"
        if self._server.reply_mode != "merged" or reply.startswith("421"):
            self._flush()
        return "" if reply.startswith("421") else reply

    def _flush(self) -> None:
        octets, self._unsent = self._unsent, b""
        self._session.round_trips += bool(octets)
        if self._server.reply_mode == "byte by byte":
            for octet in octets:
                self._connection.sendall(bytes((octet,)))
        else:
            self._connection.sendall(octets)
        self._server.accepted += self._accepted
        self._accepted.clear()


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
