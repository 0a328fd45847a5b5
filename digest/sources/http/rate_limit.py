"""Gates: how often a service is asked by all processes together.

A gate is a small file. Who holds its lock has a request on the wire; it says when the last one
ended, and for how long the service wants a pause. The kernel lets go of the lock when a process
dies, and whatever the file says, nobody waits for long on it. Who has had a turn waits before it
takes the lock again, not with it: processes that have much to ask take turns.
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
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.errors import SourceError
from digest.sources.http.backoff import LONGEST_BACKOFF, unusable
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from digest.sources.http.backoff import Backoffs

log = logging.getLogger(__name__)

#: seconds from the end of one request to the begin of the next, by gate; none for all others.
#: https://info.arxiv.org/help/api/tou.html: one request in three seconds, one connection, over all
#: of arXiv's interfaces and all of one's machines. Semantic Scholar: one a second with a key.
SPACINGS: Mapping[str, float] = {"arxiv.org": 3.0, "api.semanticscholar.org": 1.0}
#: seconds; a service that wants a longer pause is left alone instead
LONGEST_PAUSE = 60.0
#: seconds between two looks at a lock that another process holds
_LOOK = 0.1
#: seconds after which waiting for it is told, and given up
_TELL, _PATIENCE = 5.0, 300.0
#: bytes; writing over the same bytes in one go leaves no half of a record
_RECORD = 512
#: seconds since 1970 that a calendar still has
_FAR = 1e11


def host_key(host: str) -> str:
    """Return the gate of a host: arXiv's are one."""
    host = host.lower().rstrip(".")
    return "arxiv.org" if host == "arxiv.org" or host.endswith(".arxiv.org") else host


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return how many seconds a Retry-After asks for, from 0 to a day, or None without a sense.

    It is a number of seconds or a date (RFC 9110, 10.2.3).
    """
    value = (value or "").strip()
    longest = LONGEST_BACKOFF.total_seconds()
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), longest)
    try:
        at = parsedate_to_datetime(value[:100])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max((at - now).total_seconds(), 0.0), longest)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(frozen=True, kw_only=True)
class HostState:
    """What a gate's file says; times are seconds since 1970, UTC."""

    #: the last request's begin while it is on the wire, then its end
    last: float = 0.0
    #: seconds for which the service then wanted to be asked nothing
    pause: float = 0.0


@dataclass(kw_only=True)
class Slot:
    """One request's turn; what its answer means for the next ones."""

    #: seconds the service wants a pause of
    pause: float = 0.0


class HostRateLimiter:
    """The gates of a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        closings: Backoffs,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        spacings: Mapping[str, float] = SPACINGS,
    ) -> None:
        """Keep gates in a folder, which need not be there; none is passed that is closed."""
        self._folder = folder
        self._closings = closings
        self._clock = clock
        self._sleep = sleep
        self._spacings = spacings
        #: what this process noted after its own last turn, by gate
        self._own: dict[str, HostState] = {}

    @contextmanager
    def slot(self, name: str, address: str) -> Iterator[Slot]:
        """Wait for a turn at a gate, and hold it while the request is on the wire.

        Args:
            name: the gate.
            address: what is asked there; it may be closed while the gate is open.

        Raises:
            SourceError: one of them is to be left alone, others take too long, or the file
                cannot be written.

        """
        self._closings.refuse(gate=name, address=address)
        spacing = self._spacings.get(name, 0.0)
        turn = Slot()
        if not spacing:
            self._wait(self._look(name), spacing)
            try:
                yield turn
            finally:
                if turn.pause:  # only bad news is worth a lock
                    with self._locked(name) as file:
                        self._note(file, name, turn)
            return
        # Without the lock, so that who has waited for it all the while has the next turn.
        self._wait(self._own.get(name, HostState()), spacing)
        with self._locked(name) as file:
            # Whoever held the lock may have been told to go away.
            self._closings.refuse(gate=name, address=address)
            self._wait(self._read(file), spacing)
            # Noted at the begin too, for the day this process is killed on the way.
            self._note(file, name, turn)
            try:
                yield turn
            finally:
                self._own[name] = self._note(file, name, turn)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')[:200]}.gate"

    def _look(self, name: str) -> HostState:
        """Return what a gate says, without a lock."""
        try:
            with self._path(name).open("rb", buffering=0) as file:
                return self._read(file.fileno())
        except FileNotFoundError:
            return HostState()
        except OSError as error:
            raise unusable(self._path(name), error) from error

    def _wait(self, before: HostState, spacing: float) -> None:
        """Wait as long as is left, and never longer, whatever the clock did."""
        whole = max(spacing, min(before.pause, LONGEST_PAUSE))
        left = min(before.last + whole - self._now(), whole)
        if left > 0:
            self._sleep(left)

    def _read(self, file: int) -> HostState:
        return read_state(os.pread(file, _RECORD, 0), now=self._now())

    def _note(self, file: int, name: str, turn: Slot) -> HostState:
        state = HostState(last=self._now(), pause=min(max(turn.pause, 0.0), LONGEST_PAUSE))
        try:
            os.pwrite(file, json.dumps(asdict(state)).encode().ljust(_RECORD), 0)
            os.ftruncate(file, _RECORD)
        except OSError as error:
            raise unusable(self._path(name), error) from error
        return state

    @contextmanager
    def _locked(self, name: str) -> Iterator[int]:
        path = self._path(name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = files.open_shared(path)
        except OSError as error:
            raise unusable(path, error) from error
        try:
            self._lock(file, name)
            yield file
        finally:
            os.close(file)

    def _lock(self, file: int, name: str) -> None:
        looks = 0
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            except OSError as error:
                raise unusable(self._path(name), error) from error
            else:
                return
            looks += 1
            if looks == round(_TELL / _LOOK):
                log.info("waiting for its turn", extra={"gate": name})
            if looks > _PATIENCE / _LOOK:
                raise SourceError(
                    f"{name} is being asked by another process, for more than {_PATIENCE:.0f} s"
                )
            self._sleep(_LOOK)


def read_state(content: bytes, *, now: float) -> HostState:
    """Read a gate's file; of one that makes no sense the last request was just now."""
    if not content:
        return HostState()
    try:
        said = json.loads(content)
        last, pause = float(said["last"]), float(said["pause"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return HostState(last=now)
    if not all(math.isfinite(number) and abs(number) < _FAR for number in (last, pause)):
        return HostState(last=now)
    return HostState(last=last, pause=pause)
