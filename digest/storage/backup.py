"""A backup of an installation: one file, a copy of its database in which other files are kept too.

The files are in a table as SQLite's own archives have it, so that `sqlite3 FILE -A --list` names
them and `--extract` writes them (sqlite.org/sqlar.html). One of them says when the backup was made.
The last line of the file is its checksum (`storage.checksum`).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.storage import checksum, files
from digest.storage.page_copy import (
    copy_pages,
    has_log,
    no_progress,
    open_copy,
    open_live,
    open_private,
    remove_beside,
)
from digest.storage.upgrade import known_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

#: In the header of a backup, "Dgst" (sqlite.org/pragma.html#pragma_application_id).
APPLICATION_ID = 0x44677374
#: The file in a backup that tells of it.
_ABOUT = "backup.json"
_MAGIC = b"SQLite format 3\0"
#: Tables that every version of Digest has had.
_OURS = {"alembic_version", "papers", "subscribers", "deliveries"}


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A file from which a database can be restored."""

    file: Path
    #: bytes
    size: int
    #: the newest migration that the database has had
    revision: str
    #: None if another program made the copy
    made_at: datetime | None
    #: the files in it, by name
    files: Mapping[str, bytes]
    #: whether a changed byte would have been found; False for copies by other programs, and for
    #: backups by versions of Digest that wrote no checksum
    has_checksum: bool


def back_up(
    database: Path,
    target: Path,
    *,
    kept: Mapping[str, bytes],
    now: datetime,
    progress: Callable[[int, int], None] = no_progress,
) -> Backup:
    """Write a backup of a database, new or in place of an earlier backup, for its owner alone.

    Args:
        database: its file; it is neither changed nor upgraded.
        target: the file of the backup.
        kept: the files that it is to hold, by name.
        now: when it is made.
        progress: told how many bytes are copied, and of how many.

    Raises:
        StoreError: one of both files cannot be used, the copy is damaged, or the target is there
            and is no backup. Then there is no new file.

    """
    _refuse_other_file(target)
    about = json.dumps({"made_at": now.isoformat()}).encode() + b"\n"
    with _explained(f"cannot write {target}"), files.unfinished(target) as (partial, put_in_place):
        remove_beside(partial)
        with open_private(partial) as copy:
            with open_live(database) as read:
                _require_ours(database, read)
                copy_pages(read, copy, progress=progress)
            copy.execute(f"PRAGMA application_id={APPLICATION_ID}")
            _keep(copy, {_ABOUT: about, **kept}, now=now)
        with checksum.appended(partial):
            made = _look_through(partial, has_checksum=True)
        size = partial.stat().st_size
        put_in_place()
    return replace(made, file=target, size=size)


def read_backup(file: Path) -> Backup:
    """Look through a file that may be a backup, or another program's copy of a database.

    Raises:
        StoreError: it cannot be read, is damaged or was changed, is no database of Digest, or is
            of a newer version.

    """
    with _explained(f"cannot read {file}"):
        if not _is_sqlite(file):
            raise StoreError(f"{file} is neither a backup nor a database")
        has_checksum = checksum.verify(file)
    if has_checksum and has_log(file):
        raise StoreError(f"{file} was changed, so use another backup: {file}-wal has the changes")
    return _look_through(file, has_checksum=has_checksum)


def _look_through(file: Path, *, has_checksum: bool) -> Backup:
    """Check the structure of a copy, and read what it tells of itself."""
    try:
        with open_copy(file) as db:
            (fault,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if fault != "ok":
                raise StoreError(f"{file} is damaged, so use another backup: {fault}")
            _require_ours(file, db)
            (revision,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
            found = _kept_in(db)
    except sqlite3.Error as error:
        raise StoreError(f"{file} is damaged, so use another backup: {error}") from error
    if revision not in known_revisions():
        raise StoreError(
            f"{file} is of a newer version of Digest (schema {revision}); install that version"
        )
    about = found.pop(_ABOUT, None)
    return Backup(
        file=file,
        size=file.stat().st_size,
        revision=revision,
        made_at=None if about is None else _made_at(file, about),
        files=found,
        has_checksum=has_checksum,
    )


def become_database(db: sqlite3.Connection) -> None:
    """Take from a copy of a backup what makes it one; the files do not stay in its free pages."""
    db.execute("PRAGMA secure_delete=ON")
    db.execute("DROP TABLE IF EXISTS sqlar")
    db.commit()
    db.execute("PRAGMA application_id=0")


def _keep(db: sqlite3.Connection, kept: Mapping[str, bytes], *, now: datetime) -> None:
    db.execute("DROP TABLE IF EXISTS sqlar")
    db.execute("CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)")
    db.executemany(
        "INSERT INTO sqlar VALUES (?, ?, ?, ?, ?)",
        # The type of a plain file stands before its mode (inode(7)).
        [
            (name, 0o100600, int(now.timestamp()), len(content), content)
            for name, content in kept.items()
        ],
    )
    db.commit()


def _kept_in(db: sqlite3.Connection) -> dict[str, bytes]:
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlar'").fetchone():
        return {}
    return {name: bytes(data) for name, data in db.execute("SELECT name, data FROM sqlar")}


def _made_at(file: Path, about: bytes) -> datetime:
    try:
        return datetime.fromisoformat(json.loads(about)["made_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{file} is damaged, so use another backup: {_ABOUT} says: {about!r}"
        ) from error


def _require_ours(file: Path, db: sqlite3.Connection) -> None:
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables >= _OURS:
        raise StoreError(f"{file} is no database of Digest")


def _refuse_other_file(target: Path) -> None:
    """Refuse to write a backup in place of anything but a backup."""
    with _explained(f"cannot write {target}"):
        if not target.exists():
            return
        if target.is_dir():
            raise StoreError(f"{target} is a folder; name a file in it")
        head = b""
        if target.is_file():
            with target.open("rb") as file:
                head = file.read(72)
    # The application id is at offset 68 (sqlite.org/fileformat2.html, 1.3).
    if head[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise StoreError(f"{target} is there already and is no backup; name another file")


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn an error of the disk or of SQLite into one that says what was being done."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{what}: {error}") from error
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror}") from error
