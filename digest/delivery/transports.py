"""The ways a mail can leave. Each takes the finished bytes and says how it ended.

No error means the mail was taken. `smtp` has its own module.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from digest.errors import MailServerError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One mail on its way."""

    day: date
    #: the envelope's sender, where bounces go
    sender: str
    #: the envelope's recipient
    recipient: str
    content: bytes
    #: tells letters apart from the day's issue
    kind: str = ""
    #: what mail servers may call it in a report (RFC 3461 §4.4, ENVID); ASCII
    envid: str = ""


class Transport(Protocol):
    """How mails leave."""

    def send(self, parcel: Parcel) -> None:
        """Hand a mail over.

        Raises:
            MailServerError: nothing can be sent at all.
            RecipientRefusedError: not to this recipient, ever.
            RecipientDeferredError: not to this recipient, now.
            UnknownOutcomeError: it was handed over and may have arrived.

        """

    def close(self) -> None:
        """Let go of what is held open."""


class Directory:
    """One .eml file per mail, in a folder per day: a fresh install cannot mail anyone."""

    def __init__(self, folder: Path) -> None:
        """Write below a folder, which is created when first needed."""
        self._folder = folder

    def send(self, parcel: Parcel) -> None:
        """Write the file whole or not at all."""
        path = self.path(parcel)
        try:
            # One by one, since `mode` does not reach the parents.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            partial = path.with_suffix(".part")
            with open(partial, "wb", opener=_private) as file:
                file.write(parcel.content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            raise MailServerError(f"cannot write {path}: {error.strerror}") from error

    def path(self, parcel: Parcel) -> Path:
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

    def send(self, parcel: Parcel) -> None:
        """Write the mail with its mbox line."""
        body = re.sub(rb"(?m)^(>*From )", rb">\1", parcel.content.replace(b"\r\n", b"\n"))
        stamp = f"{parcel.day:%a %b} {parcel.day.day:2d} 00:00:00 {parcel.day.year}"
        try:
            self._stream.write(f"From {parcel.sender} {stamp}\n".encode() + body + b"\n")
            self._stream.flush()
        except OSError as error:
            raise MailServerError(f"cannot write to standard output: {error.strerror}") from error

    def close(self) -> None:
        """The stream belongs to the caller."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
