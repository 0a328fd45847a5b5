"""An IMAP server on loopback with one mailbox: as much of RFC 3501 as a poll needs, and faults."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable
    from types import TracebackType

Reply = tuple[list[bytes], str]


@dataclass
class IMAPFolder:
    """A mailbox and the words of its server; a test may change all of it."""

    mails: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    uid_validity: int = 7
    #: None: one more than the highest
    uid_next: int | None = None
    name: str = '"INBOX"'
    user: str = "ada"
    password: str = "secret"
    before_login: str = "IMAP4rev1 STARTTLS"
    after_login: str = "IMAP4rev1 UIDPLUS"
    #: what is answered instead of the usual, by how a command begins
    answers: dict[str, Callable[[], Reply | bytes]] = field(default_factory=dict)
    #: every command, without its tag
    commands: list[str] = field(default_factory=list)
    #: whether the UID stands behind the mail, as some servers have it
    uid_is_behind: bool = False

    def add(self, *mails: bytes) -> None:
        """Deliver mails."""
        for mail in mails:
            self.mails[max(self.mails, default=0) + 1] = mail

    def answer(self, command: str) -> Reply | bytes:
        """Return the lines and the result of a command, or bytes to send as they are."""
        self.commands.append(command)
        for beginning, answer in self.answers.items():
            if command.startswith(beginning):
                return answer()
        verb = command.split()[0].upper()
        if verb == "UID":
            verb = "UID_" + command.split()[1].upper()
        method = getattr(self, f"do_{verb}", None)
        return method(command) if method else ([], "BAD unknown command")

    # -- commands -------------------------------------------------------------------------------

    def do_LOGIN(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        wanted = f'LOGIN "{self.user}" "{self.password}"'
        return ([], "OK") if command == wanted else ([], "NO [AUTHENTICATIONFAILED] who are you?")

    def do_LOGOUT(self, _command: str) -> Reply:  # noqa: N802 (the command's name)
        return [b"BYE"], "OK"

    def do_SELECT(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        if command.partition(" ")[2] != self.name:
            return [], "NO there is no such folder"
        following = self.uid_next or max(self.mails, default=0) + 1
        lines = [
            f"{len(self.mails)} EXISTS",
            f"OK [UIDVALIDITY {self.uid_validity}] valid",
            f"OK [UIDNEXT {following}] next",
        ]
        return [line.encode() for line in lines], "OK [READ-WRITE]"

    def do_FETCH(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        low, high = map(int, command.split()[1].split(":"))
        uids = sorted(self.mails)
        lines = [
            f"{number} FETCH (UID {uids[number - 1]} FLAGS ({self._flags(uids[number - 1])}))"
            for number in range(low, high + 1)
            if number <= len(uids)
        ]
        return [line.encode() for line in lines], "OK"

    def do_UID_FETCH(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        kept = re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", command)
        assert kept, "a mail must be looked at without being marked"
        lines = []
        for uid in map(int, command.split()[2].split(",")):
            if uid in self.mails:
                content = self.mails[uid][: int(kept[1])]
                literal = b"BODY[]<0> {%d}\r\n%b" % (len(content), content)
                one = b"UID %d" % uid
                both = (literal, one) if self.uid_is_behind else (one, literal)
                lines.append(b"%d FETCH (%b)" % (uid, b" ".join(both)))
        return lines, "OK"

    def do_UID_STORE(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        self.deleted |= set(map(int, command.split()[2].split(",")))
        return [], "OK"

    def do_UID_EXPUNGE(self, command: str) -> Reply:  # noqa: N802 (the command's name)
        for uid in set(map(int, command.split()[2].split(","))) & self.deleted:
            self.mails.pop(uid, None)
        return [], "OK"

    def _flags(self, uid: int) -> str:
        return r"\Deleted" if uid in self.deleted else ""


class IMAPServer(socketserver.ThreadingTCPServer):
    """Serves a folder until the end of the block."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        folder: IMAPFolder,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        """Listen on a free port, in the clear unless there is a certificate."""
        super().__init__(("127.0.0.1", 0), _Connection)
        self.folder = folder
        self.tls = tls
        self.starttls = starttls
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        """Serve from a thread."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """Stop."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: IMAPServer

    def handle(self) -> None:
        connection = self.request
        connection.settimeout(30)
        with suppress(OSError):  # the client hung up, which is a test's own business
            if self.server.tls:
                connection = self.server.tls.wrap_socket(connection, server_side=True)
            connection.sendall(b"* OK ready\r\n")
            while connection:
                with closing(connection) as current:
                    connection = self._serve(self.server.folder, current)

    def _serve(self, folder: IMAPFolder, connection: socket.socket) -> socket.socket | None:
        """Serve until the client hangs up or asks for TLS; then return the protected connection."""
        is_known = False
        lines = connection.makefile("rb")
        while line := lines.readline():
            tag, _, command = line.decode("utf-8", "surrogateescape").rstrip("\r\n").partition(" ")
            if command.upper() == "CAPABILITY":
                known = folder.after_login if is_known else folder.before_login
                reply: Reply | bytes = ([f"CAPABILITY {known}".encode()], "OK")
            elif command.upper() == "STARTTLS" and self.server.starttls:
                connection.sendall(f"{tag} OK go on\r\n".encode())
                return self.server.starttls.wrap_socket(connection, server_side=True)
            elif command.upper() == "AUTHENTICATE PLAIN":
                connection.sendall(b"+ \r\n")
                words = base64.b64decode(lines.readline()).decode().split("\0")
                is_right = words == ["", folder.user, folder.password]
                reply = ([], "OK" if is_right else "NO who are you?")
            else:
                reply = folder.answer(command)
            if isinstance(reply, bytes):
                connection.sendall(reply)
                continue
            is_known |= command.startswith(("LOGIN", "AUTHENTICATE")) and reply[1] == "OK"
            untagged = b"".join(b"* " + answer + b"\r\n" for answer in reply[0])
            connection.sendall(untagged + f"{tag} {reply[1]} done\r\n".encode())
            if command.upper() == "LOGOUT":
                break
        return None
