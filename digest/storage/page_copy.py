"""Copies SQLite databases page by page, also while others write.

The pages are copied in steps, within one transaction that reads. In WAL mode that transaction goes
on seeing what it began with, so others write meanwhile, and the copy need not begin anew, as it
would without it whenever another process commits (sqlite.org/backup.html and
sqlite.org/isolation.html). It costs less than `VACUUM INTO`, which builds every table again
(`benchmarks/backup.py`).
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.errors import StoreError
from digest.storage.read_only import may_write, read_only_creator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Pages of a step: 8 MB, some hundredths of a second.
_STEP = 2000
#: Seconds without a copied page after which a copy gives up: another process has the target locked.
_PATIENCE = 60.0
#: Bytes of a file that nobody writes which are read as memory (sqlite.org/mmap.html).
_MAPPED = 1 << 31
#: The ends of the names of what SQLite keeps beside a database.
_BESIDE = ("-wal", "-shm", "-journal")


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


@contextmanager
def open_live(database: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads a database which others may use, and upgrades nothing.

    Raises:
        StoreError: it cannot be read; or it was read without locks, and somebody wrote meanwhile.

    """
    is_ours = may_write(database)
    read = _connected(database, "mode=rw") if is_ours else read_only_creator(database)()
    with closing(read):
        yield read
    # Without the right to write beside it, it was read without locks, as if nobody used it.
    if not is_ours and has_log(database):
        raise StoreError(f"somebody began to write to {database} meanwhile; try again")


@contextmanager
def open_copy(file: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads a copy of a database, which nobody uses; no file is made."""
    is_whole = not has_log(file)  # a copy of a folder has the log too
    with closing(_connected(file, "mode=ro&immutable=1" if is_whole else "mode=rw")) as read:
        if is_whole:  # no page need be copied to be looked at
            read.execute(f"PRAGMA mmap_size={_MAPPED}")
        yield read


@contextmanager
def open_private(file: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that writes, without a journal, a file of no use until it is whole."""
    with closing(_connected(file, "mode=rw")) as written:
        written.execute("PRAGMA journal_mode=OFF")
        written.execute("PRAGMA synchronous=OFF")
        yield written


def copy_pages(
    read: sqlite3.Connection,
    written: sqlite3.Connection,
    *,
    progress: Callable[[int, int], None] = no_progress,
) -> None:
    """Copy a database as it is now over another, in one transaction of each.

    Args:
        read: a connection to the one.
        written: a connection to the other, which may be empty.
        progress: told how many bytes are copied, and of how many.

    Raises:
        StoreError: another process keeps the other one locked.
        sqlite3.Error: one of both cannot be used, or the disk is full.

    """
    (page_size,) = read.execute("PRAGMA page_size").fetchone()
    last = [-1, time.monotonic()]

    def told(_status: int, remaining: int, total: int) -> None:
        if remaining != last[0]:
            last[:] = [remaining, time.monotonic()]
        elif time.monotonic() - last[1] > _PATIENCE:
            raise StoreError("another process keeps the database locked; try again later")
        progress((total - remaining) * page_size, total * page_size)

    read.isolation_level = None  # the driver begins no transaction by itself
    read.execute("BEGIN")
    try:
        read.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # what is seen from now on
        read.backup(written, pages=_STEP, progress=told)
    finally:
        read.rollback()


def remove_beside(file: Path) -> None:
    """Remove what SQLite keeps beside a database, left by a process that died."""
    for end in _BESIDE:
        Path(f"{file}{end}").unlink(missing_ok=True)


def has_log(file: Path) -> bool:
    """Whether part of a database is in its write-ahead log."""
    log = Path(f"{file}-wal")
    return log.exists() and log.stat().st_size > 0


def _connected(file: Path, options: str) -> sqlite3.Connection:
    address = f"file:{quote(str(file.resolve()))}?{options}"
    return sqlite3.connect(address, uri=True, timeout=10)
