"""How messages leave: the `Transport` protocol, a folder of files, a stream.

A transport takes messages one after the other and reports the outcome of each. The transport
that speaks SMTP is in `digest.delivery.smtp`.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, BinaryIO, Protocol

from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from digest.models.delivery import OutgoingMessage, ReportOutcomes

_SENT = Outcome(state=DeliveryState.SENT)


class Transport(Protocol):
    """A way for messages to leave."""

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Send all messages; take the next one only when it can be sent.

        `report(outcomes, leaving)` is called before the first byte of the body of any message in
        `leaving` is written. `outcomes` are those since the last call. Either may be empty, but
        not both. A message leaves at most once, and each message taken has exactly one outcome.
        When `report` raises, the transport drops everything and passes the exception on.

        Raises:
            MailServerError: nothing can be sent at all. Every message taken has an outcome by
                then; those that were not handed over are planned again.

        """

    def close(self) -> None:
        """Close connections that are held open."""


def send_one(transport: Transport, message: OutgoingMessage) -> Outcome:
    """Send one message and return its outcome.

    Raises:
        MailServerError: nothing can be sent at all.

    """
    reported: list[tuple[OutgoingMessage, Outcome]] = []
    transport.send_all(iter((message,)), lambda outcomes, _: reported.extend(outcomes))
    ((_, outcome),) = reported
    return outcome


class Directory:
    """Writes each message to an .eml file, in one folder per day.

    It is the default transport, so that a fresh installation cannot mail anyone by accident.
    """

    def __init__(self, folder: Path) -> None:
        """Write below a folder, which is created when the first message is written."""
        self._folder = folder

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Write each file whole or not at all."""
        _one_by_one(messages, report, self._write)

    def _write(self, message: OutgoingMessage) -> None:
        path = self.path(message)
        try:
            # Two calls, because `mode` does not apply to the parents that mkdir creates.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            files.replace(path, message.content, partial=path.with_suffix(".part"))
        except OSError as error:
            raise MailServerError(f"cannot write {path}: {error.strerror}") from error

    def path(self, message: OutgoingMessage) -> Path:
        """Return the file of a message.

        An address that is no safe file name gets a hash, so that two addresses never share one.
        """
        name = re.sub(r"[^a-zA-Z0-9_.@+-]", "_", message.recipient)[:200]
        if name != message.recipient:
            name += "-" + hashlib.sha256(message.recipient.encode()).hexdigest()[:12]
        ending = f".{message.kind}.eml" if message.kind else ".eml"
        return self._folder / message.day.isoformat() / f"{name}{ending}"

    def close(self) -> None:
        """Do nothing: no file is held open."""


class Stream:
    """Writes all messages to one binary stream, in mbox format (RFC 4155), to read or to pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to a binary stream."""
        self._stream = stream

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Write each message after its "From " line."""
        _one_by_one(messages, report, self._write)

    def _write(self, message: OutgoingMessage) -> None:
        body = re.sub(rb"(?m)^(>*From )", rb">\1", message.content.replace(b"\r\n", b"\n"))
        stamp = f"{message.day:%a %b} {message.day.day:2d} 00:00:00 {message.day.year}"
        try:
            self._stream.write(f"From {message.sender} {stamp}\n".encode() + body + b"\n")
            self._stream.flush()
        except OSError as error:
            raise MailServerError(f"cannot write to standard output: {error.strerror}") from error

    def close(self) -> None:
        """Do nothing: the stream belongs to the caller."""


def _one_by_one(
    messages: Iterator[OutgoingMessage],
    report: ReportOutcomes,
    write: Callable[[OutgoingMessage], None],
) -> None:
    """Write messages in order; report each outcome together with the next message that leaves."""
    outcomes: list[tuple[OutgoingMessage, Outcome]] = []
    for message in messages:
        report(outcomes, (message,))
        try:
            write(message)
        except MailServerError as error:
            report([(message, Outcome(state=DeliveryState.PLANNED, reason=str(error)))], ())
            raise
        outcomes = [(message, _SENT)]
    if outcomes:
        report(outcomes, ())
