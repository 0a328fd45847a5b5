"""Replies of a mail server (RFC 5321 §4.2): their parser, and what they mean for a message."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from digest.delivery.smtp.refusals import BAD_SENDER, MAIL, Cause, Refusal, read_refusal
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.models.delivery import OutgoingMessage

#: The most octets of a reply, all its lines together; RFC 5321 §4.5.3.1.5 allows 512 per line.
MAX_REPLY_LENGTH = 8192
#: The most characters of a reply that are kept as the reason of an outcome.
_MAX_REASON_LENGTH = 500
#: RFC 4954 §6: authentication is required, too weak, or failed.
_AUTHENTICATION = (530, 534, 535, 538)
#: RFC 5321 §4.2.3: at MAIL the message has no room.
_EXCEEDED_STORAGE = 552


class InvalidReplyError(Exception):
    """The server sent something that is not a reply of SMTP."""


class Reply(NamedTuple):
    """One reply; `text` has its lines joined by spaces."""

    code: int
    text: bytes

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 2034) at the beginning of the text, or an empty string."""
        word = self.text.partition(b" ")[0]
        numbers = word.split(b".")
        if len(numbers) == 3 and len(word) <= 9 and all(number.isdigit() for number in numbers):
            return word.decode()
        return ""

    def __str__(self) -> str:
        """Return the reply on one line, without control characters, so that it can be logged."""
        return f"{self.code} {_printable(self.text)}".strip()


class ReplyParser:
    """Turns the octets of a session into replies, however they were split on their way."""

    def __init__(self) -> None:
        """Start before the first reply."""
        # The last line, which is not complete yet.
        self._rest = b""
        # The lines so far of a reply of several lines, and its code.
        self._texts: list[bytes] = []
        self._code = b""
        # The octets of the current reply.
        self._length = 0

    def feed(self, octets: bytes) -> Iterator[Reply]:
        """Yield the replies that these octets complete.

        Raises:
            InvalidReplyError: they cannot belong to a reply; the session cannot go on.

        """
        *lines, self._rest = (self._rest + octets).split(b"\n")
        for line in lines:
            self._length += len(line) + 1
            _check_length(self._length)
            code, mark = line[:3], line[3:4]
            if not (code.isdigit() and b"2" <= code < b"6" and mark in (b" ", b"-", b"\r", b"")):
                raise InvalidReplyError(f"it sent what is no SMTP reply: {_printable(line)}")
            if self._code not in (b"", code):
                both = _printable(self._code + line)
                raise InvalidReplyError(f"it sent a reply of two codes: {both}")
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


def accepted_outcome(reply: Reply) -> Outcome:
    """Return the outcome of a message that the server has accepted."""
    return _sent(reply.code, reply.status)


def refused_outcome(stage: str, reply: Reply, *, server: str, message: OutgoingMessage) -> Outcome:
    """Return the outcome of a message that a 4xx or 5xx reply refuses.

    It fails for good only if the reply blames its address, its mailbox, its size or its content.
    Else it is deferred; the replies to other messages may tell more.

    Args:
        stage: The command that the reply answers, or "the end of DATA".
        reply: The reply.
        server: The name of the server, for the reason.
        message: The message.

    """
    outcome = Outcome(
        state=DeliveryState.DEFERRED,
        reason=f"{server} at {stage}: {reply}",
        code=reply.code,
        status=reply.status,
        stage=stage,
    )
    if reply.code >= 500 and _refusal(outcome, message).cause in (Cause.RECIPIENT, Cause.MESSAGE):
        return replace(outcome, state=DeliveryState.FAILED)
    return outcome


def why_unusable(stage: str, reply: Reply, *, server: str, message: OutgoingMessage) -> str | None:
    """Return why a refusal holds for all messages, or None if the server may accept others.

    That is so if the server requires a login, or refuses the sender's address. At MAIL it knows
    only the sender and the size, so any cause but the size and the content is the sender. A server
    that refuses the null sender may accept any other.
    """
    if reply.code in _AUTHENTICATION:
        return f"{server} at {stage}: {reply}; check [mail] username, password and security"
    if reply.code < 500 or not message.sender:
        return None
    if stage != MAIL and reply.status not in BAD_SENDER:
        return None
    refusal = _refusal(refused_outcome(stage, reply, server=server, message=message), message)
    if refusal.cause is Cause.MESSAGE or reply.code == _EXCEEDED_STORAGE:
        return None
    return f"{server} refuses mail from {message.sender}: {reply}; {refusal.advice}"


def _refusal(outcome: Outcome, message: OutgoingMessage) -> Refusal:
    return read_refusal(outcome, recipient=message.recipient, senders=(message.sender,))


@lru_cache(maxsize=64)
def _sent(code: int, status: str) -> Outcome:
    """Return one shared outcome for all messages with the same codes, which saves time."""
    return Outcome(state=DeliveryState.SENT, code=code, status=status)


def _check_length(octets: int) -> None:
    if octets > MAX_REPLY_LENGTH:
        raise InvalidReplyError(f"it sent a reply of more than {MAX_REPLY_LENGTH} octets")


def _printable(octets: bytes) -> str:
    words = " ".join(octets.decode("utf-8", "replace").split())
    return "".join(ch if ch.isprintable() else "\ufffd" for ch in words)[:_MAX_REASON_LENGTH]
