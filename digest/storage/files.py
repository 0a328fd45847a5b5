"""Files that only their owner may read: new ones, shared ones, and ones that are replaced whole.

Whoever reads a replaced file sees its old content or its new content, never a part. Every function
raises OSError when the file cannot be written.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: Read and write for the owner, nothing for anybody else.
PRIVATE = 0o600


def create(path: Path, content: bytes) -> None:
    """Write a new file.

    Raises:
        FileExistsError: there is one already; it is left alone.

    """
    with open(path, "xb", opener=_open_private) as file:
        file.write(content)


def open_shared(path: Path) -> int:
    """Open a file to read and write, made if it is missing; return its descriptor."""
    return _open_private(path, os.O_RDWR | os.O_CREAT)


def replace(
    path: Path,
    content: bytes,
    *,
    partial: Path | None = None,
    mode: int = PRIVATE,
    is_durable: bool = True,
    modified_at: datetime | None = None,
) -> None:
    """Write a file beside another and put it in that one's place.

    Args:
        path: the file to replace or to make; its folder exists.
        content: all that the file holds afterwards.
        partial: the file to write first. A later call overwrites what a crash left there. Name it
            only where no other process replaces the same file; otherwise each call has its own.
        mode: the permissions of the file.
        is_durable: whether the content is on the disk before the old file goes.
        modified_at: the time of the last change that the file shows; now unless given.

    """
    if partial is None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
        partial = Path(name)
    else:
        descriptor = _open_private(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor)
            os.fchmod(descriptor, mode)
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(descriptor)
        if modified_at is not None:
            os.utime(partial, (modified_at.timestamp(), modified_at.timestamp()))
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk: a new file, or one that was replaced."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_private(path: str | Path, flags: int) -> int:
    return os.open(path, flags, PRIVATE)
