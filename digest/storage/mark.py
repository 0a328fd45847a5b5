"""The mark: a small file beside a database that says what the database must know.

    {"generation": 12, "day": "2026-02-06", "inode": 131, "itself": "140.2817"}

It shows that an installation lived here, so a database that is missing or empty is not taken for
a new one. So do the lock of a run, and the files elsewhere that the caller knows. The mark's
numbers show whether the database is the one that the last run used; see `storage.generation`. A
database that is no file of SQLite has no mark.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from digest.errors import StoreError
from digest.storage import files
from digest.text.wording import join_words

#: Linux: asks for a file's i_generation, a random number that tells two files apart which had the
#: same inode, one after the other (ioctl_iflags(2); ext4, xfs, btrfs and others).
_FS_IOC_GETVERSION = 0x80087601


#: Returns the files elsewhere that only an installation in use has, and why to keep each, if there
#: is a reason; it is called only for a database that holds nothing.
Traces = Callable[[], Mapping[Path, str]]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What the last run that sent mail wrote down."""

    #: the number of the last run, see `storage.generation`
    generation: int = 0
    #: the newest day whose mails were planned
    day: date | None = None
    #: the inode of the database; None if it is not known
    inode: int | None = None
    #: whether this file was copied since it was written
    is_copy: bool = False
    #: whether it cannot be understood; then it says nothing else
    is_damaged: bool = False
    #: whether `digest restore` wrote it, and no run since
    is_restored: bool = False


def mark_path(database: Path) -> Path:
    """Return the path of a database's mark."""
    return Path(f"{database}-generation")


def read_mark(database: Path) -> Mark | None:
    """Return the mark of a database, or None if it has none.

    Raises:
        StoreError: there is one, but it cannot be read.

    """
    path = mark_path(database)
    try:
        with path.open("rb") as file:
            itself = _identity(file.fileno())
            found = json.loads(file.read())
        day = found["day"]
        return Mark(
            generation=int(found["generation"]),
            day=None if day is None else date.fromisoformat(day),
            inode=found["inode"],
            is_copy=found["itself"] not in (None, itself),
            is_restored=bool(found.get("restored")),
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        return Mark(is_damaged=True)


def write_mark(
    database: Path, *, generation: int, day: date | None, is_restored: bool = False
) -> None:
    """Write the mark of a database in place of the one before; it is on the disk afterwards.

    Each mark is a file of its own, so that one which was restored over another is known as a copy.
    The database may be missing if it `is_restored`: it comes after its mark.

    Raises:
        StoreError: it cannot be written.

    """
    path = mark_path(database)
    partial = Path(f"{path}.part")
    try:
        inode = None if is_restored else database.stat().st_ino
        with open(files.open_shared(partial), "wb") as file:  # noqa: PTH123 (a descriptor)
            file.truncate()
            itself = _identity(file.fileno())
            content = _content(
                generation=generation, day=day, inode=inode, itself=itself, is_restored=is_restored
            )
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        files.sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def create_mark(database: Path) -> None:
    """Mark a database from which no mail was ever sent, unless it is marked already.

    It may be copied and moved until then.

    Raises:
        StoreError: the mark cannot be written.

    """
    path = mark_path(database)
    try:
        with suppress(FileExistsError):
            files.create(path, _content(generation=0, day=None, inode=None, itself=None))
            files.sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def refuse_lost(database: Path, traces: Traces) -> None:
    """Refuse a database that is missing or empty although it was in use.

    Args:
        database: its file.
        traces: see `Traces`.

    Raises:
        StoreError: it is, or it is a link to a file that is missing.

    """
    try:
        size = database.stat().st_size
    except OSError:
        size = None  # whoever opens it says why it cannot be opened
    if size:
        return
    refuse_if_used(database, traces, what="is missing" if size is None else "is empty")
    if size is None and database.is_symlink():
        raise StoreError(
            f"{database} is a link to {database.readlink()}, which is missing: check that its"
            " disk is mounted, or make an empty file there to begin with"
        )


def refuse_if_used(database: Path, traces: Traces, *, what: str) -> None:
    """Refuse a database that holds nothing, if something shows that it was in use.

    Args:
        database: its file, or its name on a server.
        traces: see `Traces`.
        what: what is wrong with it.

    Raises:
        StoreError: it was in use.

    """
    beside = [path for path in (mark_path(database), Path(f"{database}-run")) if path.exists()]
    elsewhere = traces()
    if not beside and not elsewhere:
        return
    folder = database.parent
    is_beside = all(path.is_relative_to(folder) for path in elsewhere)
    names = [path.name for path in beside]
    kept = [str(path.relative_to(folder) if is_beside else path) for path in elsewhere]
    begin = [f"remove {join_words(names)}"] if names else []
    if kept:
        begin.append(f"move {'the rest' if names else join_words(kept)} elsewhere")
    needed = [f"{path.name} ({why})" for path, why in elsewhere.items() if why]
    but_keep = f", but keep {join_words(needed)}" if needed else ""
    raise StoreError(
        f"{database} {what}, but {join_words(names + kept)}{' beside it' if is_beside else ''}"
        f" {'shows' if len(names + kept) == 1 else 'show'} that it was in use: restore a backup, or"
        f" check [database] url and that its disk is mounted; only to begin anew,"
        f" without readers, {join_words(begin)}{but_keep}"
    )


def _content(
    *,
    generation: int,
    day: date | None,
    inode: int | None,
    itself: str | None,
    is_restored: bool = False,
) -> bytes:
    found = {
        "generation": generation,
        "day": None if day is None else day.isoformat(),
        "inode": inode,
        "itself": itself,
        **({"restored": True} if is_restored else {}),
    }
    return json.dumps(found).encode() + b"\n"


def _identity(descriptor: int) -> str:
    """Return what tells a file from every other on its file system, also from earlier ones."""
    version = 0
    with suppress(OSError):  # this file system knows no i_generation
        answer = fcntl.ioctl(descriptor, _FS_IOC_GETVERSION, struct.pack("l", 0))
        (version,) = struct.unpack("l", answer)
    return f"{os.fstat(descriptor).st_ino}.{version}"
