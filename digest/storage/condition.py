"""In what condition a database is: its schema, its integrity, its log. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.errors import StoreError
from digest.storage.engine import database_file
from digest.storage.upgrade import is_newest, revision

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The faults that are named, of any number.
_MOST_FAULTS = 3


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Which migrations a database has had."""

    #: the newest of them; None if it has no tables
    revision: str | None
    is_newest: bool


def schema_of(engine: sa.Engine) -> Schema:
    """Return which migrations a database has had.

    Raises:
        StoreError: it is of a newer version, or cannot be read.

    """
    try:
        with engine.connect() as db:
            return Schema(revision=revision(db), is_newest=is_newest(db))
    except sa.exc.DBAPIError as error:  # a server that cannot be reached
        where = engine.url.render_as_string()
        raise StoreError(f"cannot open {where}: {error.orig}; check [database] url") from error


def faults_of(engine: sa.Engine) -> Sequence[str]:
    """Return what is damaged in a file of SQLite (sqlite.org/pragma.html#pragma_quick_check).

    A file that nobody uses is read without locks. If somebody began to write meanwhile, what was
    read may be of two times, so it is read once more.
    """
    file = database_file(engine.url)
    if file is None:
        return ()
    faults = _quick_check(engine)
    if faults and Path(f"{file}-wal").exists():
        faults = _quick_check(engine)
    return faults


def has_log(file: Path) -> bool:
    """Whether a file of SQLite has a write-ahead log (sqlite.org/fileformat2.html, 1.3.3).

    Call it before the file is opened as a database: to close a descriptor of it releases the locks
    of this process (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        OSError: it cannot be read.

    """
    with file.open("rb") as opened:
        return opened.read(20)[18:] == b"\x02\x02"


def _quick_check(engine: sa.Engine) -> list[str]:
    try:
        with engine.connect() as db:
            found = db.exec_driver_sql(f"PRAGMA quick_check({_MOST_FAULTS})").scalars()
            return [line for line in found if line != "ok"]
    except StoreError as error:  # so much is damaged that the check cannot go on
        return [str(error).partition("; ")[0]]
