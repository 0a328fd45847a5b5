"""The rate limit of each host, for the requests of all processes together.

Each host has a small file. The process that holds its lock has a request in progress; the file
says when the last request ended, and which pause the service asked for. The kernel releases the
lock when a process dies, and no content of the file makes anyone wait for long. After a request
a process waits before it takes the lock again, not while it holds it, so that processes with many
requests take turns.
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.errors import SourceError
from digest.models.days import as_utc
from digest.sources.http.backoff import LONGEST_BACKOFF, unusable
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from digest.sources.http.backoff import Backoffs

log = logging.getLogger(__name__)

#: seconds from the end of one request to the start of the next, by host key; 0 for all others.
#: arXiv allows one request in three seconds and one connection, over all its interfaces and all
#: of our machines (https://info.arxiv.org/help/api/tou.html). Semantic Scholar allows one request
#: a second with a key.
SPACINGS: Mapping[str, float] = {"arxiv.org": 3.0, "api.semanticscholar.org": 1.0}
#: seconds; a service that asks for a longer pause gets a backoff instead
LONGEST_PAUSE = 60.0
#: seconds between two attempts to take a lock that another process holds
_POLL = 0.1
#: seconds after which waiting for the lock is logged, and after which it is given up
_REPORT_AFTER, _GIVE_UP_AFTER = 5.0, 300.0
#: bytes of a record; one write over the same bytes never leaves half a record
_RECORD = 512
#: seconds since 1970; later times are beyond the range of a datetime
_FAR = 1e11


def host_key(host: str) -> str:
    """Return the name under which a host's requests are counted; arXiv's hosts share one."""
    host = host.lower().rstrip(".")
    return "arxiv.org" if host == "arxiv.org" or host.endswith(".arxiv.org") else host


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return how many seconds a Retry-After asks for, from 0 to a day; None if it is invalid.

    The header is a number of seconds or a date (RFC 9110, 10.2.3).
    """
    value = (value or "").strip()
    longest = LONGEST_BACKOFF.total_seconds()
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), longest)
    try:
        at = as_utc(parsedate_to_datetime(value[:100]))
        return min(max((at - now).total_seconds(), 0.0), longest)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(frozen=True, kw_only=True)
class HostState:
    """The content of a host's file; times are seconds since 1970, UTC."""

    #: the start of the last request while it is in progress, then its end
    last: float = 0.0
    #: seconds of pause that the service asked for in its response
    pause: float = 0.0


@dataclass(kw_only=True)
class Slot:
    """The permission to send one request; the sender sets the pause that follows it."""

    #: seconds
    pause: float = 0.0


class HostRateLimiter:
    """Gives out slots for requests, by files in a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        backoffs: Backoffs,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        spacings: Mapping[str, float] = SPACINGS,
    ) -> None:
        """Keep the files in a folder, which is created when it is needed.

        Args:
            folder: shared by all processes that count as one client.
            backoffs: hosts and addresses that get no slot.
            clock: the time, UTC.
            sleep: waits for a number of seconds.
            spacings: seconds between two requests, by host key.

        """
        self._folder = folder
        self._backoffs = backoffs
        self._clock = clock
        self._sleep = sleep
        self._spacings = spacings
        #: what this process wrote after its own last request, by host key
        self._own_states: dict[str, HostState] = {}

    @contextmanager
    def slot(self, key: str, address: str) -> Iterator[Slot]:
        """Wait until a request may be sent, and hold the slot while it is in progress.

        Args:
            key: the host key.
            address: the address of the request, which may have a backoff of its own.

        Raises:
            SourceError: the host or the address has a backoff, other processes hold the lock
                for too long, or the file cannot be written.

        """
        self._backoffs.check(host=key, address=address)
        spacing = self._spacings.get(key, 0.0)
        slot = Slot()
        if not spacing:
            self._wait(self._peek(key), spacing)
            try:
                yield slot
            finally:
                if slot.pause:  # an ordinary end is not worth a lock
                    with self._locked(key) as file:
                        self._write(file, key, slot)
            return
        # Without the lock, so that a process that waits for it gets it first.
        self._wait(self._own_states.get(key, HostState()), spacing)
        with self._locked(key) as file:
            # The process that held the lock may have started a backoff.
            self._backoffs.check(host=key, address=address)
            self._wait(self._read(file), spacing)
            # Written at the start too, because this process may be killed during the request.
            self._write(file, key, slot)
            try:
                yield slot
            finally:
                self._own_states[key] = self._write(file, key, slot)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _path(self, key: str) -> Path:
        return self._folder / f"{quote(key, safe='')[:200]}.gate"

    def _peek(self, key: str) -> HostState:
        """Read a host's file without the lock."""
        try:
            with self._path(key).open("rb", buffering=0) as file:
                return self._read(file.fileno())
        except FileNotFoundError:
            return HostState()
        except OSError as error:
            raise unusable(self._path(key), error) from error

    def _wait(self, before: HostState, spacing: float) -> None:
        """Wait for the rest of the interval, and never longer, even if the clock was set back."""
        interval = max(spacing, min(before.pause, LONGEST_PAUSE))
        remaining = min(before.last + interval - self._now(), interval)
        if remaining > 0:
            self._sleep(remaining)

    def _read(self, file: int) -> HostState:
        return read_state(os.pread(file, _RECORD, 0), now=self._now())

    def _write(self, file: int, key: str, slot: Slot) -> HostState:
        state = HostState(last=self._now(), pause=min(max(slot.pause, 0.0), LONGEST_PAUSE))
        try:
            os.pwrite(file, json.dumps(asdict(state)).encode().ljust(_RECORD), 0)
            os.ftruncate(file, _RECORD)
        except OSError as error:
            raise unusable(self._path(key), error) from error
        return state

    @contextmanager
    def _locked(self, key: str) -> Iterator[int]:
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = files.open_shared(path)
        except OSError as error:
            raise unusable(path, error) from error
        try:
            self._lock(file, key)
            yield file
        finally:
            os.close(file)

    def _lock(self, file: int, key: str) -> None:
        polls = 0
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            except OSError as error:
                raise unusable(self._path(key), error) from error
            else:
                return
            polls += 1
            if polls == round(_REPORT_AFTER / _POLL):
                log.info("waiting for its turn", extra={"gate": key})
            if polls > _GIVE_UP_AFTER / _POLL:
                raise SourceError(
                    f"{key} is being asked by another process, for more than {_GIVE_UP_AFTER:.0f} s"
                )
            self._sleep(_POLL)


def read_state(content: bytes, *, now: float) -> HostState:
    """Return the state in a file's content; one that cannot be read counts as used just now."""
    if not content:
        return HostState()
    try:
        stored = json.loads(content)
        last, pause = float(stored["last"]), float(stored["pause"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return HostState(last=now)
    if not all(math.isfinite(number) and abs(number) < _FAR for number in (last, pause)):
        return HostState(last=now)
    return HostState(last=last, pause=pause)
