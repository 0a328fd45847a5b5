"""Answers kept on disk, so that a service need not say again what it said before.

An answer is kept with its validators and never used without asking the service whether it still
holds. Whatever is wrong with an entry, it is as if there were none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

#: An entry nobody asked for or confirmed for so long is dropped.
OLDEST = timedelta(days=30)
#: bytes of all entries together; then those go first that were not asked for longest
CAPACITY = 200_000_000


@dataclass(frozen=True, kw_only=True)
class CachedResponse:
    """An answer, and what the service calls its version."""

    text: str
    etag: str | None
    last_modified: str | None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask whether the answer is still the same."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


class Cache:
    """A folder of answers."""

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime], capacity: int = CAPACITY
    ) -> None:
        """Keep answers in a folder, which need not be there."""
        self._folder = folder
        self._clock = clock
        self._capacity = capacity
        self._writes = True
        self._until_pruning = 0

    def find(self, *question: str) -> CachedResponse | None:
        """Return the answer to a question, or None."""
        path = self._path(question)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            said = json.loads(head)
            if said["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            entry = CachedResponse(
                text=body.decode("utf-8", "surrogatepass"),
                etag=_sendable(said["etag"]),
                last_modified=_sendable(said["last_modified"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return entry if entry.conditions else None

    def keep(self, *question: str, text: str, etag: str | None, last_modified: str | None) -> None:
        """Keep an answer if it has a validator; a disk that takes none costs only the cache."""
        etag, last_modified = _sendable(etag), _sendable(last_modified)
        if not (etag or last_modified) or not self._writes:
            return
        body = text.encode("utf-8", "surrogatepass")
        said = {
            "etag": etag,
            "last_modified": last_modified,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        try:
            self._write(self._path(question), json.dumps(said).encode() + b"\n" + body)
            # Looking at all entries is not for every answer, but a daemon lives long.
            self._until_pruning -= len(body)
            if self._until_pruning < 0:
                self._prune()
                self._until_pruning = self._capacity // 10
        except OSError as error:
            self._writes = False
            log.warning("answer not kept", extra={"reason": str(error)})

    def confirm(self, *question: str) -> None:
        """Note that an answer was asked for, so that it stays."""
        with suppress(OSError):
            self._touch(self._path(question))

    def _path(self, question: tuple[str, ...]) -> Path:
        return (
            self._folder / hashlib.sha256("\0".join(question).encode(errors="replace")).hexdigest()
        )

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, content, is_durable=False, modified_at=self._clock())

    def _touch(self, path: Path) -> None:
        at = self._clock().timestamp()
        os.utime(path, (at, at))

    def _prune(self) -> None:
        """Drop what is old, and what was not asked for longest until the rest has room."""
        oldest = (self._clock() - OLDEST).timestamp()
        room = self._capacity
        for at, size, path in sorted(self._sizes(), reverse=True):
            room -= size
            if at < oldest or room < 0:
                path.unlink(missing_ok=True)

    def _sizes(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process may be at it
                stat = path.stat()
                yield stat.st_mtime, stat.st_size, path


def _sendable(value: str | None) -> str | None:
    """Return a validator if it can stand in a header; anything else would be an injection."""
    if (
        isinstance(value, str)
        and 0 < len(value) <= 1000
        and value.isascii()
        and value.isprintable()
    ):
        return value
    return None
