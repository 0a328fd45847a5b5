"""The standard streams: whatever a command is started with, they end no command in the middle.

A closed stream becomes /dev/null. Otherwise the next file that is opened would get its number, and
what is printed would go into the database.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

_FLAGS = {0: os.O_RDONLY, 1: os.O_WRONLY, 2: os.O_WRONLY}


def prepare() -> None:
    """Make the standard streams usable; call it before any file is opened.

    What standard output cannot encode is replaced. What standard error cannot take is dropped: it
    carries the log and notes, and mails must leave without them too.
    """
    for descriptor, flags in _FLAGS.items():
        _open_if_closed(descriptor, flags)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (until the end)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if sys.stderr is sys.__stderr__:
        encoding = "utf-8" if sys.stderr is None else sys.stderr.encoding
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(_Tolerant(2, "w", closefd=False)),
            encoding=encoding,
            errors="backslashreplace",
            line_buffering=True,
        )


class Redirected:
    """The files that standard output and standard error go to, by the names they have now."""

    def __init__(self) -> None:
        """Look the names up; only Linux tells them."""
        self._paths: dict[int, Path] = {}
        for descriptor in (1, 2):
            with suppress(OSError):
                path = Path(f"/proc/self/fd/{descriptor}").readlink()
                found = os.fstat(descriptor)
                if stat.S_ISREG(found.st_mode) and os.path.samestat(found, path.stat()):
                    self._paths[descriptor] = path

    def reopen(self) -> None:
        """Go on in the files that have the names now, made if they are missing."""
        for descriptor, path in self._paths.items():
            with suppress(OSError):  # the old file stays in use
                _reopen(descriptor, path)


class _Tolerant(io.FileIO):
    """A file that drops what it cannot write."""

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]  # io's own type has no name before 3.12
        length = memoryview(data).nbytes
        try:
            written = super().write(data)
        except OSError:
            return length
        return length if written is None else written


def _open_if_closed(descriptor: int, flags: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        # Its number is the lowest free one, since those below are open.
        os.set_inheritable(os.open(os.devnull, flags), True)  # noqa: FBT003 (its signature)


def _reopen(descriptor: int, path: Path) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    flags = os.O_WRONLY | os.O_APPEND
    try:
        opened = os.open(path, flags)
    except FileNotFoundError:
        opened = os.open(path, flags | os.O_CREAT, mode)
        os.fchmod(opened, mode)
    os.dup2(opened, descriptor)
    os.close(opened)
