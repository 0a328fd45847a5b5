"""One run at a time: a lock file beside the database.

The kernel holds the lock (`flock(2)`). It is released when the last process that has the file
open ends. So whoever gets the lock knows that every claim in the ledger belongs to a dead run.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import RunInProgressError
from digest.storage.engine import database_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


def lock_path(engine: sa.Engine) -> Path | None:
    """Return the lock file that belongs to a database, or None for a database without a file."""
    file = database_file(engine.url)
    return Path(f"{file}-run") if file else None


@contextmanager
def run_lock(path: Path | None) -> Iterator[int | None]:
    """Hold the run lock for as long as the block lasts; yield its file descriptor.

    Worker processes inherit the descriptor, so that the lock outlives this process if they do.
    Without a path nothing is locked and None is yielded.

    Raises:
        RunInProgressError: another run holds the lock.

    """
    if path is None:
        yield None
        return
    with path.open("a") as file:
        path.chmod(0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunInProgressError(
                "another run is sending from this database; it will finish by itself"
            ) from error
        yield file.fileno()
