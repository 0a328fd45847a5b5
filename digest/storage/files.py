"""Files that only their owner may read: new ones, shared ones, and ones that are replaced whole.

Whoever reads such a file sees its old content or its new content, never a part. It is written under
another name first, brought to the disk, and then renamed. Until then its writer holds a lock on it
(`flock(2)`). So a partial file without a lock was left by a process that died.

Every function raises OSError when the file cannot be written.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

#: Read and write for the owner, nothing for anybody else.
PRIVATE = 0o600
#: Read and write for everybody, less what the process's umask takes away.
BY_UMASK = 0o666
#: The ending of a file that is not whole yet.
PARTIAL = ".part"


def create(path: Path, content: bytes) -> None:
    """Write a new file.

    Raises:
        FileExistsError: there is one already; it is left alone.

    """
    with _partial(_beside(path), content, mode=PRIVATE) as partial:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        try:
            os.link(partial, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            partial.rename(path)
    sync_folder(path.parent)


def open_shared(path: Path) -> int:
    """Open a file to read and write, made if it is missing; return its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)


def replace(
    path: Path,
    content: bytes,
    *,
    mode: int = PRIVATE,
    is_durable: bool = True,
    modified_at: datetime | None = None,
) -> None:
    """Write a file beside another and put it in that one's place; see `pending`."""
    with pending(
        path, content, mode=mode, is_durable=is_durable, modified_at=modified_at
    ) as put_in_place:
        put_in_place()


@contextmanager
def pending(
    path: Path,
    content: bytes,
    *,
    partial: Path | None = None,
    mode: int = PRIVATE,
    is_durable: bool = True,
    modified_at: datetime | None = None,
) -> Iterator[Callable[[], None]]:
    """Write a file beside its place, and yield the function that puts it there.

    When the block begins, the content is whole. When it ends and the function was not called,
    nothing is left.

    Args:
        path: the file to replace or to make; its folder exists.
        content: all that the file holds afterwards.
        partial: the file to write first; by default `path` with `.part` added. What a crash left
            there is overwritten, and another process that writes there is waited for.
        mode: the permissions of the file.
        is_durable: whether the content is on the disk before the old file goes.
        modified_at: the time of the last change that the file shows; now unless given.

    """
    beside = partial or _beside(path)
    with _partial(beside, content, mode=mode, is_durable=is_durable) as written:
        if modified_at is not None:
            os.utime(written, (modified_at.timestamp(), modified_at.timestamp()))

        def put_in_place() -> None:
            written.replace(path)
            if is_durable:
                sync_folder(path.parent)

        yield put_in_place


@contextmanager
def unfinished(path: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Yield an empty file beside a place, for others to write, and the function that puts it there.

    Others know the file by its name alone, as SQLite does. It is open to its owner only, and on the
    disk before it is put in place. When the block ends and it was not, nothing is left.
    """
    with _empty(_beside(path), PRIVATE) as (partial, descriptor):

        def put_in_place() -> None:
            os.fsync(descriptor)
            partial.replace(path)
            sync_folder(path.parent)

        yield partial, put_in_place


def write_output(path: Path, content: bytes) -> None:
    """Write a file that the user named: whole, or directly where it is a device or a pipe.

    An existing file keeps its permissions, and a link stays a link.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else BY_UMASK
    replace(target, content, mode=mode)


def remove_partial(folder: Path) -> None:
    """Remove the partial files from a folder that dead processes have left there."""
    for path in folder.glob(f"*{PARTIAL}"):
        with suppress(OSError):  # it is being written, or has just been put in its place
            descriptor = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_open_as(descriptor, path):
                    path.unlink()
            finally:
                os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk, where the file system can do that."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + PARTIAL)


@contextmanager
def _partial(path: Path, content: bytes, *, mode: int, is_durable: bool = True) -> Iterator[Path]:
    """Write a partial file; at the end of the block it is removed, unless it was renamed."""
    with _empty(path, mode) as (partial, descriptor):
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        if is_durable:
            os.fsync(descriptor)
        yield partial


@contextmanager
def _empty(path: Path, mode: int) -> Iterator[tuple[Path, int]]:
    """Make an empty partial file; at the end of the block it is removed, unless it was renamed."""
    descriptor = _open_locked(path, mode)
    try:
        if mode != BY_UMASK:
            os.fchmod(descriptor, mode)
        os.truncate(descriptor, 0)
        yield path, descriptor
    finally:
        if _is_open_as(descriptor, path):
            path.unlink()
        os.close(descriptor)


def _open_locked(path: Path, mode: int) -> int:
    """Open a file, made if it is missing, when nobody else has it locked; lock it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, mode)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_open_as(descriptor, path):
            return descriptor
        os.close(descriptor)  # whoever had the lock has renamed or removed the file


def _is_open_as(descriptor: int, path: Path) -> bool:
    """Whether a descriptor's file has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
