"""Closings: what is left alone for a while, by all processes and also after they have ended.

A service that says we ask too much closes its gate, one that is broken closes only the address at
which it is, so that other ways to it stay open. A closing is a small file under the hash of a name,
so no two names share one; whatever it says, nothing stays closed for longer than a day.
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

#: However long a service asks, a mistake of its own is over the next day.
LONGEST_BACKOFF = timedelta(days=1)
#: The age at which a file is dropped; nobody can still need it.
_LONG_OVER = 2 * LONGEST_BACKOFF


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Until when something is left alone, and what the service said; for people."""

    until: datetime
    reason: str

    def __str__(self) -> str:
        return f"until {clock_time(self.until)} ({self.reason})"


class Backoffs:
    """A folder of closings."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        """Keep closings in a folder, which need not be there."""
        self._folder = folder
        self._clock = clock

    def refuse(self, *, gate: str, address: str) -> None:
        """Raise a SourceError if the gate or the address is closed."""
        if closing := self.find(gate):
            raise SourceError(f"{gate} asked to be left alone {closing}")
        if closing := self.find(address):
            raise SourceError(f"{address} is left alone {closing}")

    def find(self, name: str) -> Backoff | None:
        """Return the closing of a name; one that is over or makes no sense is none.

        Raises:
            SourceError: the folder cannot be used.

        """
        path = self._path(name)
        try:
            closing = read_backoff(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(path, error) from error
        if closing is None:
            return None
        left = closing.until - self._clock()
        # More than is ever written: the clock was set back since.
        return closing if timedelta(0) < left <= LONGEST_BACKOFF else None

    def start(self, name: str, until: datetime, reason: str) -> None:
        """Leave a gate or an address alone until then.

        Raises:
            SourceError: the folder cannot be used.

        """
        plain = "".join(char for char in reason if char.isascii() and char.isprintable())[:100]
        # The name is for people who look into the folder.
        said = {"name": name, "until": until.isoformat(), "reason": plain}
        try:
            self._write(self._path(name), json.dumps(said).encode())
            self._prune()
        except OSError as error:
            raise unusable(self._folder, error) from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode(errors='replace')).hexdigest()}.json"

    def _write(self, path: Path, content: bytes) -> None:
        """Put a file in its place whole, for who reads it without a lock."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, content, is_durable=False, modified_at=self._clock())

    def _prune(self) -> None:
        """Drop what is long over; to close is rare, so there are never many."""
        oldest = (self._clock() - _LONG_OVER).timestamp()
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:  # another process is at it
                continue


def read_backoff(content: bytes) -> Backoff | None:
    """Read a closing's file; one that makes no sense closes nothing."""
    try:
        said = json.loads(content)
        until, reason = datetime.fromisoformat(said["until"]), str(said["reason"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Backoff(until=until, reason=reason) if until.tzinfo else None


def clock_time(at: datetime) -> str:
    """Return the next full minute, of the 24 hours to come, for people: `14:05 UTC`."""
    return f"{at + timedelta(seconds=59):%H:%M} UTC"


def unusable(path: Path, error: OSError) -> SourceError:
    """Say that a file is missing without which nobody knows who may be asked when."""
    return SourceError(
        f"requests cannot be spaced, since {path} cannot be used ({error.strerror});"
        " check [fetch] directory"
    )
