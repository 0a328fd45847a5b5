"""The hidden folder in which an installation is made, and those that killed setups have left.

Whoever makes one holds a lock of the kernel on it (`flock(2)`), which ends with the process. So one
without a lock is nobody's any more, and is removed with the secrets in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = ".digest-setup-"


@contextmanager
def open_workshop(folder: Path) -> Iterator[Path]:
    """Make a workshop in a folder; at the end of the block it is gone.

    Raises:
        OSError: it cannot be made.

    """
    with ExitStack() as at_end:
        with _opened(folder) as parent:
            _lock_if_possible(parent)  # nobody removes it before it is locked
            made = Path(
                at_end.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder))
            )
            _lock_if_possible(at_end.enter_context(_opened(made)))
        yield made


def remove_left(folder: Path) -> list[Path]:
    """Remove the workshops that dead processes have left in a folder, and return their paths.

    What cannot be locked or removed stays: it is in use, or another user's.
    """
    removed = []
    with _opened(folder) as parent:
        _lock_if_possible(parent)
        for path in sorted(folder.glob(f"{_PREFIX}*")):
            with suppress(OSError), _opened(path) as descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)
                removed.append(path)
    return removed


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock_if_possible(descriptor: int) -> None:
    with suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
