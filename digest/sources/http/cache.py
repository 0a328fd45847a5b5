"""A cache of responses on disk, so that a service does not send an unchanged document again.

A response is kept with its validators (ETag, Last-Modified) and is used only after the service has
confirmed it (RFC 9111, 4.3). A damaged entry counts as missing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.models.days import as_utc
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

#: The age at which an entry is deleted that no response has confirmed.
OLDEST = timedelta(days=30)
#: bytes of all entries together; beyond that the least recently used ones are deleted
CAPACITY = 200_000_000


@dataclass(frozen=True, kw_only=True)
class CachedResponse:
    """A cached response and its validators."""

    text: str
    etag: str | None
    last_modified: str | None

    @property
    def conditions(self) -> dict[str, str]:
        """The request headers that make the service send only a changed document."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


class Cache:
    """The cached responses in a folder."""

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime], capacity: int = CAPACITY
    ) -> None:
        """Keep the entries in a folder, which is created when it is needed."""
        self._folder = folder
        self._clock = clock
        self._capacity = capacity
        self._writes = True
        self._until_pruning = 0

    def find(self, *key: str) -> CachedResponse | None:
        """Return the cached response to a request, or None; see `HTTPRequest.cache_key`."""
        path = self._path(key)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            header = json.loads(head)
            if header["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            entry = CachedResponse(
                text=body.decode("utf-8", "surrogatepass"),
                etag=_valid_header(header["etag"]),
                last_modified=self._past_date(header["last_modified"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return entry if entry.conditions else None

    def keep(self, *key: str, text: str, etag: str | None, last_modified: str | None) -> None:
        """Keep a response if it has a validator. If the disk fails, caching stops for this run."""
        etag, last_modified = _valid_header(etag), self._past_date(last_modified)
        if not (etag or last_modified) or not self._writes:
            return
        body = text.encode("utf-8", "surrogatepass")
        header = {
            "etag": etag,
            "last_modified": last_modified,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        try:
            self._write(self._path(key), json.dumps(header).encode() + b"\n" + body)
            # Pruning lists all entries, so it is not done after every write.
            self._until_pruning -= len(body)
            if self._until_pruning < 0:
                self.prune()
                self._until_pruning = self._capacity // 10
        except OSError as error:
            self._writes = False
            log.warning("answer not kept", extra={"reason": error.strerror or str(error)})

    def confirm(self, *key: str) -> None:
        """Mark an entry as used now, so that it is kept."""
        with suppress(OSError):
            self._touch(self._path(key))

    def _past_date(self, value: str | None) -> str | None:
        """Return a Last-Modified unless it lies in the future: until then nothing would be newer.

        A service must not send such a date (RFC 9110, 8.8.2.1), but its clock may be wrong.
        """
        value = _valid_header(value)
        try:
            is_future = value is not None and as_utc(parsedate_to_datetime(value)) > self._clock()
        except (ValueError, TypeError, IndexError, OverflowError):
            is_future = False  # no date; the service gets back what it sent
        return None if is_future else value

    def _path(self, key: tuple[str, ...]) -> Path:
        return self._folder / hashlib.sha256("\0".join(key).encode(errors="replace")).hexdigest()

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, content, is_durable=False, modified_at=self._clock())

    def _touch(self, path: Path) -> None:
        at = self._clock().timestamp()
        os.utime(path, (at, at))

    def old(self, kept: timedelta = OLDEST) -> int:
        """Count the entries that no response has confirmed for so long."""
        oldest = (self._clock() - kept).timestamp()
        return sum(at < oldest for at, _, _ in self._sizes()) if self._folder.is_dir() else 0

    def prune(self, kept: timedelta = OLDEST) -> int:
        """Delete entries that are older, then the least recently used, down to the capacity.

        Returns:
            How many were older.

        """
        old = 0
        oldest = (self._clock() - kept).timestamp()
        room = self._capacity
        if not self._folder.is_dir():
            return 0
        for at, size, path in sorted(self._sizes(), reverse=True):
            room -= size
            if at > self._clock().timestamp():  # the clock was ahead; from now on the entry ages
                self._touch(path)
            old += at < oldest
            if at < oldest or room < 0:
                path.unlink(missing_ok=True)
        return old

    def _sizes(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process deletes files too
                stat = path.stat()
                yield stat.st_mtime, stat.st_size, path


def _valid_header(value: str | None) -> str | None:
    """Return a validator if it can be sent in a header; others could inject headers."""
    if (
        isinstance(value, str)
        and 0 < len(value) <= 1000
        and value.isascii()
        and value.isprintable()
    ):
        return value
    return None
