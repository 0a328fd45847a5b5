"""One run at a time: a lock file beside the database.

The kernel holds the lock (`flock(2)`). It is released when the last process that has the file
open ends. So whoever gets the lock knows that every claim in the ledger belongs to a dead run.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from digest.errors import RunInProgressError
from digest.storage.engine import database_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa


def lock_path(engine: sa.Engine) -> Path | None:
    """Return the lock file that belongs to a database, or None for a database without a file."""
    file = database_file(engine.url)
    return Path(f"{file}-run") if file else None


@contextmanager
def run_lock(path: Path | None, *, polls: Iterable[object] = ()) -> Iterator[int | None]:
    """Hold the run lock for as long as the block lasts; yield its file descriptor.

    Worker processes inherit the descriptor, so that the lock outlives this process if they do.
    Without a path nothing is locked and None is yielded.

    While another run holds the lock, it is tried again after each item of `polls`, which waits as
    long as it likes before it gives one. A signal that stops the wait ends `polls`; `flock` itself
    would go on waiting after it.

    Raises:
        RunInProgressError: another run holds the lock.

    """
    if path is None:
        yield None
        return
    with path.open("a") as file:
        path.chmod(0o600)
        if not (_is_locked(file) or any(_is_locked(file) for _ in polls)):
            raise RunInProgressError(
                "another run is sending from this database; it will finish by itself"
            )
        yield file.fileno()


def is_held(path: Path | None) -> bool:
    """Whether a run holds the lock now; it is not kept for longer than this look."""
    if path is None:
        return False
    try:
        with path.open() as file:
            return not _is_locked(file)
    except FileNotFoundError:
        return False


def _is_locked(file: IO[str]) -> bool:
    """Lock a file unless another process has; return whether it is ours now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
