"""How messages leave: the `Transport` protocol, a folder of files, a stream.

A transport takes messages one after the other and reports the outcome of each. The transport
that speaks SMTP is in `digest.delivery.smtp`.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO, Protocol

from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from digest.models.delivery import DoubtfulMessage, OutgoingMessage, ReportOutcomes

_SENT = Outcome(state=DeliveryState.SENT)


class Transport(Protocol):
    """A way for messages to leave."""

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Send all messages; take the next one only when it can be sent.

        `report(outcomes, leaving)` is called before anybody can see the body of any message in
        `leaving`. `outcomes` are those since the last call. Either may be empty, but
        not both. A message leaves at most once, and each message taken has exactly one outcome.
        When `report` raises, the transport drops everything and passes the exception on.

        Raises:
            MailServerError: nothing can be sent at all. Every message taken has an outcome by
                then; those that were not handed over are planned again.

        """

    def was_sent(self, message: DoubtfulMessage) -> bool | None:
        """Return whether a message has left that a dead process had in hand; None if unknowable."""

    def remove_left_over(self) -> None:
        """Remove what dead processes have left unfinished; call it after `was_sent`."""

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
        """Write each file whole or not at all.

        A message is written to a partial file before it is reported to leave. It leaves when that
        file gets its name. So a message that was leaving, and has no partial file, has left.
        """
        _one_by_one(messages, report, self._pending)

    @contextmanager
    def _pending(self, message: OutgoingMessage) -> Iterator[Callable[[], None]]:
        path = self.path(message)
        try:
            self._make_folder(path.parent)
            with files.pending(
                path, message.content, partial=path.with_suffix(files.PARTIAL)
            ) as put_in_place:
                yield put_in_place
        except OSError as error:
            raise MailServerError(f"cannot write {path}: {error.strerror}") from error

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        # Two calls, because `mode` does not apply to the parents that mkdir creates.
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise MailServerError(_in_the_way(folder)) from error
        files.sync_folder(self._folder)

    def was_sent(self, message: DoubtfulMessage) -> bool | None:
        """Look for the message's file.

        Where there is neither a file nor a partial one, a message that was leaving has left, and
        somebody has taken the file; or somebody has removed a partial file. Nobody knows which.
        """
        path = self._path(message.day, message.recipient)
        if _is_in(path, message.message_id):
            return True
        if path.with_suffix(files.PARTIAL).exists():
            return False
        return None if message.was_leaving else False

    def remove_left_over(self) -> None:
        """Remove partial files from the folders of all days."""
        for folder in self._folder.glob("????-??-??"):
            files.remove_partial(folder)

    def path(self, message: OutgoingMessage) -> Path:
        """Return the file of a message.

        An address that is no safe file name gets a hash, so that two addresses never share one.
        """
        return self._path(message.day, message.recipient, message.kind)

    def _path(self, day: date, recipient: str, kind: str = "") -> Path:
        name = re.sub(r"[^a-zA-Z0-9_.@+-]", "_", recipient)[:200]
        if name != recipient:
            name += "-" + hashlib.sha256(recipient.encode()).hexdigest()[:12]
        ending = f".{kind}.eml" if kind else ".eml"
        return self._folder / day.isoformat() / f"{name}{ending}"

    def close(self) -> None:
        """Do nothing: no file is held open."""


class Stream:
    """Writes all messages to one binary stream, in mbox format (RFC 4155), to read or to pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to a binary stream."""
        self._stream = stream

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        """Write each message after its "From " line."""
        _one_by_one(messages, report, self._pending)

    @contextmanager
    def _pending(self, message: OutgoingMessage) -> Iterator[Callable[[], None]]:
        body = re.sub(rb"(?m)^(>*From )", rb">\1", message.content.replace(b"\r\n", b"\n"))
        stamp = f"{message.day:%a %b} {message.day.day:2d} 00:00:00 {message.day.year}"

        def write() -> None:
            self._stream.write(f"From {message.sender} {stamp}\n".encode() + body + b"\n")
            self._stream.flush()

        try:
            yield write
        except OSError as error:
            raise MailServerError(f"cannot write to standard output: {error.strerror}") from error

    def was_sent(self, message: DoubtfulMessage) -> None:
        """Nobody can know: whoever read the stream has the messages."""

    def remove_left_over(self) -> None:
        """Do nothing: a stream keeps nothing."""

    def close(self) -> None:
        """Do nothing: the stream belongs to the caller."""


def _in_the_way(folder: Path) -> str:
    """Return why a folder cannot be made, where something else has its name or a parent's."""
    others = (path for path in (*reversed(folder.parents), folder) if not path.is_dir())
    path = next(others, folder)
    if path.is_symlink():
        return (
            f"cannot write {path}: it is a link to {path.readlink()}, which is no folder; check"
            " that its disk is mounted, or check [mail] directory"
        )
    return (
        f"cannot write {path}: a file is where this folder should be; move the file elsewhere, or"
        " check [mail] directory"
    )


def _is_in(path: Path, message_id: str) -> bool:
    """Whether a file holds the message of this id."""
    wanted = f"Message-ID: {message_id}\r\n".encode()
    try:
        with path.open("rb") as file:
            header = takewhile(lambda line: line != b"\r\n", file)
            return wanted in header
    except OSError:
        return False


def _one_by_one(
    messages: Iterator[OutgoingMessage],
    report: ReportOutcomes,
    pending: Callable[[OutgoingMessage], AbstractContextManager[Callable[[], None]]],
) -> None:
    """Send messages in order; report each outcome together with the next message that leaves.

    `pending` prepares a message, and yields the function that lets it leave.
    """
    outcomes: list[tuple[OutgoingMessage, Outcome]] = []
    for message in messages:
        try:
            with pending(message) as leave:
                reported, outcomes = outcomes, []
                report(reported, (message,))
                leave()
        except MailServerError as error:
            given_back = Outcome(state=DeliveryState.PLANNED, reason=str(error))
            report([*outcomes, (message, given_back)], ())
            raise
        outcomes = [(message, _SENT)]
    if outcomes:
        report(outcomes, ())
