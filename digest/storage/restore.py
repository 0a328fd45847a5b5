"""Puts a backup of a database in its place, whole or not at all, also while others have it open.

The backup is copied beside the database and brought up to date there, so whatever goes wrong leaves
all as it was. Where there is a database, its pages are then replaced in one transaction, and not
its file: another process that has the file open would go on with the old one, and mix its log with
the new one (sqlite.org/howtocorrupt.html, 4.2 to 4.4). A copy of the old database stays beside it.

The mark comes before the database, and says that no mail may leave (`storage.generation`).
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.storage import files
from digest.storage.backup import become_database
from digest.storage.engine import bring_up_to_date
from digest.storage.mark import mark_path, read_mark, write_mark
from digest.storage.page_copy import (
    copy_pages,
    has_log,
    no_progress,
    open_copy,
    open_live,
    open_private,
    remove_beside,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from digest.storage.backup import Backup

#: Tables with what nobody can read again; a database without rows in them has nothing to lose.
_WORTH_KEEPING = ("subscribers", "suppressions", "days", "papers")


_MAY_HAVE_LEFT = "the database was restored from a backup; this may have left before that"
#: Letters that waited in a backup. The web server would send them; who wants one asks again.
_LETTERS_LEFT = """
UPDATE transactional_mail
SET state = 'failed', reason = ?, next_at = NULL, address = NULL, details = '{}', in_reply_to = ''
WHERE state = 'waiting'
"""


def is_unused(database: Path) -> bool:
    """Whether there is no database, or one that holds no reader, no mail and no paper."""
    if not database.exists() or not (database.stat().st_size or has_log(database)):
        return True
    try:
        with open_live(database) as db:
            known = {row[0] for row in db.execute("SELECT name FROM sqlite_schema")}
            return not any(
                db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608 (ours)
                for table in _WORTH_KEEPING
                if table in known
            )
    except (sqlite3.Error, StoreError):
        return False  # nobody knows what it holds


def require_room(backup: Backup, database: Path) -> None:
    """Refuse what the disk has no room for: the copy, the log that takes it, and the old one.

    Raises:
        StoreError: there is none, or no such folder; nothing was written.

    """
    old = database.stat().st_size if database.exists() else 0
    needed = 2 * backup.size + old if old else backup.size
    try:
        room = shutil.disk_usage(database.parent).free
    except OSError as error:
        raise StoreError(f"cannot restore {database}: {error.strerror}") from error
    if room < needed:
        raise StoreError(
            f"{database} cannot be restored: that needs {needed / 1e6:.0f} MB of {database.parent},"
            f" and {room / 1e6:.0f} MB are free"
        )


def restore(
    backup: Backup,
    database: Path,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = no_progress,
) -> Path | None:
    """Put a backup in the place of a database; return where the old one is now, if there was one.

    The caller holds the lock of the run. Nothing is sent from the database until an operator names
    a day.

    Args:
        backup: what `read_backup` returned.
        database: the file; its folder exists.
        now: names the file of the old one.
        progress: told how many bytes are copied, and of how many.

    Raises:
        StoreError: the backup cannot be upgraded, or the disk cannot take it; all is as it was.

    """
    require_room(backup, database)
    try:
        with files.unfinished(database) as (partial, put_in_place), ExitStack() as stack:
            remove_beside(partial)
            stack.callback(remove_beside, partial)  # a full disk leaves a log
            with open_copy(backup.file) as read, open_private(partial) as written:
                copy_pages(read, written, progress=progress)
                become_database(written)
            bring_up_to_date(partial)
            old, is_sound = None, False
            if database.exists() and database.stat().st_size:
                old = Path(f"{database}.before-{now:%Y%m%dT%H%M%SZ}")
                is_sound = _keep(database, old)
            with _said_restored(partial, database):
                if is_sound and _replace_pages(database, partial):
                    return old
                if old is not None:
                    _move(database, old)
                remove_beside(database)
                put_in_place()
    except sqlite3.Error as error:
        raise StoreError(f"cannot restore {database}: {error}") from error
    except OSError as error:
        raise StoreError(f"cannot restore {database}: {error.strerror}") from error
    return old


@contextmanager
def _said_restored(partial: Path, database: Path) -> Iterator[None]:
    """Let the mark of a database say that it was restored, for a block that puts it in its place.

    The generations are higher than any before. So it is recognised also without its mark, and by
    earlier versions of Digest. If the block fails, the mark is as before.
    """
    mark = read_mark(database)
    with closing(sqlite3.connect(partial)) as db:
        (number,) = db.execute("SELECT number FROM generation").fetchone()
        number = max(number, mark.generation if mark else 0) + 1
        db.execute("UPDATE generation SET number = ?", (number,))
        db.execute(_LETTERS_LEFT, (_MAY_HAVE_LEFT,))
        db.commit()
    write_mark(database, generation=number + 1, day=mark.day if mark else None, is_restored=True)
    is_in_place = False
    try:
        yield
        is_in_place = True
    finally:
        if not is_in_place and mark is None:
            mark_path(database).unlink()
        elif mark and not (is_in_place or mark.is_copy or mark.is_damaged or mark.is_restored):
            write_mark(database, generation=mark.generation, day=mark.day)


def _keep(database: Path, old: Path) -> bool:
    """Copy a database to another file; return whether it could be read."""
    try:
        with files.unfinished(old) as (partial, put_in_place):
            remove_beside(partial)
            with open_live(database) as read, open_private(partial) as written:
                copy_pages(read, written)
            put_in_place()
    except sqlite3.Error as error:
        if _is_damage(error):
            return False
        raise
    return True


def _replace_pages(database: Path, new: Path) -> bool:
    """Replace all pages of a database in one transaction; return whether it could be used."""
    try:
        with (
            open_copy(new) as read,
            closing(sqlite3.connect(database, timeout=10)) as written,
        ):
            copy_pages(read, written)
            with suppress(sqlite3.OperationalError):  # somebody reads; a later commit does it
                written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if _is_damage(error):
            return False
        raise
    return True


def _is_damage(error: sqlite3.Error) -> bool:
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind of error
    return kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _move(database: Path, old: Path) -> None:
    """Move a damaged database, which nobody can use, and what belongs to it."""
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{database}{end}").rename(f"{old}{end}")
