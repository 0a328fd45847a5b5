"""A terminal of a given width, for commands in this process and for other processes."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> str:
        """What was printed, without colours."""
        return without_style(self.getvalue())


def without_style(text: str) -> str:
    """Return what a terminal shows, without colours."""
    return _STYLE.sub("", text)


def run_on_terminal(command: Sequence[str], *, width: int, height: int = 40, folder: Path) -> str:
    """Run a command on a terminal of that size; return what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    environment = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")
    }
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while piece := os.read(ours, 10_000):
            shown += piece
    os.close(ours)
    process.wait(timeout=60)
    return without_style(shown.decode().replace("\r\n", "\n"))
