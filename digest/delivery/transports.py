"""The ways a mail can leave. Each takes parcels as they are made and says what became of each.

`smtp` has its own module.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, BinaryIO, Protocol

from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage, ReportOutcomes
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "Directory",
    "Outcome",
    "OutgoingMessage",
    "ReportOutcomes",
    "Stream",
    "Transport",
    "send_one",
]

_TAKEN = Outcome(state=DeliveryState.SENT)


class Transport(Protocol):
    """How mails leave."""

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        """Hand all parcels over, taking the next one when there is room for it.

        `note(answers, leaving)` is called before the first byte of the body of any parcel in
        `leaving` is written, with the answers that came since the last call; either may be empty,
        not both. A parcel leaves at most once, and each that was taken gets exactly one answer.
        When `note` raises, all is dropped at once and the exception comes through.

        Raises:
            MailServerError: nothing can be sent at all; every parcel taken has been answered,
                those not handed over as planned.

        """

    def close(self) -> None:
        """Let go of what is held open."""


def send_one(transport: Transport, parcel: OutgoingMessage) -> Outcome:
    """Hand one parcel over and return its answer.

    Raises:
        MailServerError: nothing can be sent at all.

    """
    told: list[tuple[OutgoingMessage, Outcome]] = []
    transport.send_all(iter((parcel,)), lambda answers, _: told.extend(answers))
    ((_, answer),) = told
    return answer


class Directory:
    """One .eml file per mail, in a folder per day: a fresh install cannot mail anyone."""

    def __init__(self, folder: Path) -> None:
        """Write below a folder, which is created when first needed."""
        self._folder = folder

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        """Write each file whole or not at all."""
        _one_by_one(parcels, note, self._write)

    def _write(self, parcel: OutgoingMessage) -> None:
        path = self.path(parcel)
        try:
            # One by one, since `mode` does not reach the parents.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            files.replace(path, parcel.content, partial=path.with_suffix(".part"))
        except OSError as error:
            raise MailServerError(f"cannot write {path}: {error.strerror}") from error

    def path(self, parcel: OutgoingMessage) -> Path:
        """Return the file of a mail; a hash tells apart addresses that look alike as names."""
        name = re.sub(r"[^a-zA-Z0-9_.@+-]", "_", parcel.recipient)[:200]
        if name != parcel.recipient:
            name += "-" + hashlib.sha256(parcel.recipient.encode()).hexdigest()[:12]
        ending = f".{parcel.kind}.eml" if parcel.kind else ".eml"
        return self._folder / parcel.day.isoformat() / f"{name}{ending}"

    def close(self) -> None:
        """Nothing is held open."""


class Stream:
    """All mails one after the other on a stream, in mbox form (RFC 4155), for a look or a pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to a binary stream."""
        self._stream = stream

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        """Write each mail with its mbox line."""
        _one_by_one(parcels, note, self._write)

    def _write(self, parcel: OutgoingMessage) -> None:
        body = re.sub(rb"(?m)^(>*From )", rb">\1", parcel.content.replace(b"\r\n", b"\n"))
        stamp = f"{parcel.day:%a %b} {parcel.day.day:2d} 00:00:00 {parcel.day.year}"
        try:
            self._stream.write(f"From {parcel.sender} {stamp}\n".encode() + body + b"\n")
            self._stream.flush()
        except OSError as error:
            raise MailServerError(f"cannot write to standard output: {error.strerror}") from error

    def close(self) -> None:
        """The stream belongs to the caller."""


def _one_by_one(
    parcels: Iterator[OutgoingMessage],
    note: ReportOutcomes,
    write: Callable[[OutgoingMessage], None],
) -> None:
    """Write parcels in a row; the answer about one is told together with the next that leaves."""
    answers: list[tuple[OutgoingMessage, Outcome]] = []
    for parcel in parcels:
        note(answers, (parcel,))
        try:
            write(parcel)
        except MailServerError as error:
            note([(parcel, Outcome(state=DeliveryState.PLANNED, reason=str(error)))], ())
            raise
        answers = [(parcel, _TAKEN)]
    if answers:
        note(answers, ())
