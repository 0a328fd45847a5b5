"""Opens a SQLite database that we may read and not write, without changing anything.

A database in WAL mode has a log and an index of it beside it while somebody uses it. SQLite would
make both anew to read one that nobody uses, which needs a folder that we may write, and would leave
files there that its owner cannot use (sqlite.org/wal.html, "Read-Only Databases").
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable


def may_write(file: Path) -> bool:
    """Whether we may write a database and make files beside it."""
    real = file.resolve()  # SQLite keeps its files beside the file that a link leads to
    return os.access(real, os.R_OK | os.W_OK) and os.access(real.parent, os.W_OK | os.X_OK)


def read_only_creator(file: Path) -> Callable[[], sqlite3.Connection]:
    """Return the function that opens connections to a database which we may only read.

    Raises:
        StoreError: it cannot be read, or only by changing it.

    """
    if not os.access(file, os.R_OK):
        raise StoreError(
            f"cannot read {file}: Permission denied; run this as the user who owns it, or let your"
            " group read it"
        )
    address = _address(file.resolve())
    return lambda: sqlite3.connect(address, uri=True, check_same_thread=False)


def _address(file: Path) -> str:
    """Return the URI by which SQLite reads a database (sqlite.org/uri.html)."""
    log, index = Path(f"{file}-wal"), Path(f"{file}-shm")
    address = f"file:{quote(str(file))}?mode=ro"
    if log.exists() and index.exists():
        return address  # somebody uses it
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"cannot read {file}: a command was killed, and what it wrote last is in {log.name},"
            " which cannot be read without changing it; run any command once as the user who owns"
            " the database"
        )
    # All of it is in its file. SQLite is told that nobody changes it: so it makes no files.
    return f"{address}&immutable=1"
