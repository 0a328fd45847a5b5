"""What a mail server says (RFC 5321 §4.2), and what that means for the mail it is said about."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most octets of one reply, all its lines together; RFC 5321 §4.5.3.1.5 allows 512 a line.
LONGEST = 8192
#: The most characters of a reply that are kept as a reason.
_SHOWN = 500
#: RFC 4954 §6: the server takes mail from those who log in, and we have not, or not well.
_LOGIN_WANTED = (530, 534, 535, 538)
#: RFC 3463: a fault of the address (5.1), of the mailbox (5.2) or of this mail's content (5.6).
_AT_FAULT = ("5.1.", "5.2.", "5.6.")
#: RFC 3463 §3.4: the mail is too big for the system.
_TOO_BIG = "5.3.4"
#: RFC 3463 §3.2: the sender's address has bad syntax or a domain that takes no mail; many servers
#: say so at RCPT only.
_BAD_SENDER = ("5.1.7", "5.1.8")
#: About a mailbox or a size, where no enhanced code says otherwise.
_AT_FAULT_BARE = (550, 551, 552, 553)


class NoReplyError(Exception):
    """The server sent what is no reply."""


class Reply(NamedTuple):
    """One reply, its lines joined."""

    code: int
    text: bytes

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 2034) at the beginning of the text, or nothing."""
        word = self.text.partition(b" ")[0]
        numbers = word.split(b".")
        if len(numbers) == 3 and len(word) <= 9 and all(number.isdigit() for number in numbers):
            return word.decode()
        return ""

    def __str__(self) -> str:
        """The reply in one line that does no harm in a log."""
        return f"{self.code} {_plain(self.text)}".strip()


class Replies:
    """Takes the bytes of a session as they come and gives its replies."""

    def __init__(self) -> None:
        """Begin at the start of a reply."""
        self._rest = b""
        self._texts: list[bytes] = []
        self._code = b""
        self._length = 0

    def feed(self, octets: bytes) -> Iterator[Reply]:
        """Yield the replies that are complete with these bytes.

        Raises:
            NoReplyError: what came cannot be a reply; the session makes no sense any more.

        """
        *lines, self._rest = (self._rest + octets).split(b"\n")
        for line in lines:
            self._length += len(line) + 1
            _check_length(self._length)
            code, mark = line[:3], line[3:4]
            if not (code.isdigit() and b"2" <= code < b"6" and mark in (b" ", b"-", b"\r", b"")):
                raise NoReplyError(f"it sent what is no SMTP reply: {_plain(line)}")
            if self._code not in (b"", code):
                raise NoReplyError(f"it sent a reply of two codes: {_plain(self._code + line)}")
            text = line[4:].rstrip()
            if mark == b"-":
                self._code = code
                self._texts.append(text)
                continue
            if self._texts:
                text = b" ".join((*self._texts, text))
                self._texts = []
                self._code = b""
            self._length = 0
            yield Reply(int(code), text)
        _check_length(self._length + len(self._rest))


def taken(reply: Reply) -> Outcome:
    """Answer for a mail that the server has taken."""
    return _taken(reply.code, reply.status)


def outcome_of(stage: str, reply: Reply, *, server: str) -> Outcome:
    """Answer for a mail that a 4xx or 5xx reply turns away at a stage of its transaction.

    A policy (5.7.x) or an unnamed failure says nothing about the address: not for ever.
    """
    at_fault = reply.code >= 500 and _names_the_mail(reply)
    return Outcome(
        state=DeliveryState.FAILED if at_fault else DeliveryState.DEFERRED,
        reason=f"{server} at {stage}: {reply}",
        code=reply.code,
        status=reply.status,
    )


def unusable(stage: str, reply: Reply, *, server: str, sender: str) -> str | None:
    """Say why no mail at all can go to a server that replied so; None when others may."""
    if reply.code in _LOGIN_WANTED:
        return f"{server} at {stage}: {reply}; check [mail] username, password and security"
    refused = stage == "MAIL" and reply.code >= 500
    if reply.status in _BAD_SENDER or (refused and not _names_the_content(reply)):
        return (
            f"{server} refuses mail from {sender}: {reply};"
            " check [mail] from_address and bounce_address"
        )
    return None


def _names_the_mail(reply: Reply) -> bool:
    status = reply.status
    if status:
        return status.startswith(_AT_FAULT) or status == _TOO_BIG
    return reply.code in _AT_FAULT_BARE


def _names_the_content(reply: Reply) -> bool:
    """Whether a refusal at MAIL, where only the sender and the size are known, is of this mail."""
    status = reply.status
    return reply.code == 552 or status in ("5.2.3", _TOO_BIG) or status.startswith("5.6.")


@lru_cache(maxsize=64)
def _taken(code: int, status: str) -> Outcome:
    return Outcome(state=DeliveryState.SENT, code=code, status=status)


def _check_length(octets: int) -> None:
    if octets > LONGEST:
        raise NoReplyError(f"it sent a reply of more than {LONGEST} octets")


def _plain(octets: bytes) -> str:
    words = " ".join(octets.decode("utf-8", "replace").split())
    return "".join(ch if ch.isprintable() else "\ufffd" for ch in words)[:_SHOWN]
