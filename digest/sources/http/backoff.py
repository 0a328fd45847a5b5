"""Backoffs: hosts and addresses that no process uses for a while.

After a "too many requests" reply, all requests to the host pause. After an error of the service,
only requests to the broken address pause, so that its other addresses stay usable. Each backoff is
a small file, named by a hash of the host or address; it outlives the process and is shared by all
processes. Whatever a file says, no backoff lasts longer than a day.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: The longest backoff, however long a service asks for: its own mistake then ends within a day.
LONGEST_BACKOFF = timedelta(days=1)
#: The age at which a file is deleted; its backoff ended long ago.
_EXPIRED = 2 * LONGEST_BACKOFF


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """When the pause ends, and the service's reason, as text for messages."""

    until: datetime
    reason: str

    def __str__(self) -> str:
        return f"until {clock_time(self.until)} ({self.reason})"


class Backoffs:
    """The backoffs in a folder."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        """Keep the files in a folder, which is created when it is needed."""
        self._folder = folder
        self._clock = clock

    def check(self, *, host: str, address: str) -> None:
        """Raise a SourceError if the host (see `host_key`) or the address is left alone."""
        if backoff := self.find(host):
            raise SourceError(f"{host} asked to be left alone {backoff}")
        if backoff := self.find(address):
            raise SourceError(f"{address} is left alone {backoff}")

    def find(self, name: str) -> Backoff | None:
        """Return the backoff of a host or address, if there is one that has not ended.

        Raises:
            SourceError: the folder cannot be used.

        """
        path = self._path(name)
        try:
            backoff = read_backoff(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(path, error) from error
        if backoff is None:
            return None
        remaining = backoff.until - self._clock()
        # A longer one is never written: the clock was set back since.
        return backoff if timedelta(0) < remaining <= LONGEST_BACKOFF else None

    def start(self, name: str, until: datetime, reason: str) -> None:
        """Leave a host or an address alone until a time.

        Raises:
            SourceError: the folder cannot be used.

        """
        plain = "".join(char for char in reason if char.isascii() and char.isprintable())[:100]
        # The name is for people who look into the folder.
        stored = {"name": name, "until": until.isoformat(), "reason": plain}
        try:
            self._write(self._path(name), json.dumps(stored).encode())
            self._prune()
        except OSError as error:
            raise unusable(self._folder, error) from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode(errors='replace')).hexdigest()}.json"

    def _write(self, path: Path, content: bytes) -> None:
        """Replace a file as a whole, because others read it without a lock."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, content, is_durable=False, modified_at=self._clock())

    def _prune(self) -> None:
        """Delete old files; backoffs are rare, so there are never many."""
        oldest = (self._clock() - _EXPIRED).timestamp()
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:  # another process deletes files too
                continue


def read_backoff(content: bytes) -> Backoff | None:
    """Return the backoff in a file's content, or None if it cannot be read."""
    try:
        stored = json.loads(content)
        until, reason = datetime.fromisoformat(stored["until"]), str(stored["reason"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Backoff(until=until, reason=reason) if until.tzinfo else None


def clock_time(at: datetime) -> str:
    """Return a time within the next 24 hours, rounded up to a minute: `14:05 UTC`."""
    return f"{at + timedelta(seconds=59):%H:%M} UTC"


def unusable(path: Path, error: OSError) -> SourceError:
    """Return the error for a file of the rate limits that cannot be used."""
    return SourceError(
        f"requests cannot be spaced, since {path} cannot be used ({error.strerror});"
        " check [fetch] directory"
    )
