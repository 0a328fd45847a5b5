"""How much of the file of a SQLite database is free, and giving that back to the disk.

What is deleted stays in the file as free pages, which later rows fill. So after some weeks the file
of an installation that prunes does not grow any more. It gets smaller only by `VACUUM`, which
writes it anew (sqlite.org/lang_vacuum.html).
"""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.storage.engine import database_file

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True, kw_only=True)
class FileSpace:
    """The size of a database's file, in bytes."""

    total: int
    #: what later rows will fill
    free: int


def file_space(engine: sa.Engine) -> FileSpace | None:
    """Return how large the file of a database is; None if it is no file of SQLite."""
    if database_file(engine.url) is None:
        return None
    with engine.connect() as db:
        page, total, free = (
            int(db.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_size", "page_count", "freelist_count")
        )
    return FileSpace(total=total * page, free=free * page)


def vacuum(engine: sa.Engine) -> None:
    """Write the file of a database anew, without its free pages.

    Nobody else can write meanwhile. It needs room for what is in use twice over: in the temporary
    file that SQLite makes, and in the write-ahead log. Killed, it leaves the file as it was.

    Raises:
        StoreError: the disk has no room for it, or the database is in use.

    """
    file, space = database_file(engine.url), file_space(engine)
    if file is None or space is None:
        return
    needed, room = 2 * (space.total - space.free), shutil.disk_usage(file.parent).free
    if room < needed:
        raise StoreError(
            f"{file} cannot be made smaller: that needs {needed / 1e6:.0f} MB of {file.parent}, and"
            f" {room / 1e6:.0f} MB are free; its free pages will be used again all the same"
        )
    # Not inside a transaction, which SQLAlchemy would begin.
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise StoreError(f"{file} cannot be made smaller: {error}; try again later") from error
