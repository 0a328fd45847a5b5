"""Somebody at a terminal, who answers the questions of a command in another process."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Begins a process whose controlling terminal is its standard input, and then the command in it.
_IN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from digest.cli import main
main()
"""
#: What a terminal does not show: styles, movements, and lines that others overwrite.
_UNSEEN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n]*\r")
#: Seconds after which nothing comes any more.
_PATIENCE = 60


@dataclass
class Talk:
    """A command that asks, and what its terminal has shown."""

    process: subprocess.Popen[bytes]
    _terminal: int
    _shown: bytes = b""
    #: how much was shown when the last answer was given
    _answered: int = field(default=0)

    @classmethod
    def begin(
        cls,
        *arguments: str,
        folder: Path,
        variables: Mapping[str, str] = {},
        columns: int = 100,
    ) -> Self:
        """Start the command on a terminal of its own, so many characters wide."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        kept = {key: it for key, it in os.environ.items() if key not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(
            [sys.executable, "-c", _IN_TERMINAL, *arguments],
            cwd=folder,
            env={**kept, "TERM": "xterm", **variables},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        return cls(process, ours)

    def wait_for(self, question: str) -> None:
        """Wait until a question was asked after the last answer, and the prompt stands below it.

        Raises:
            AssertionError: it does not come.

        """
        while not self._is_asked(question):
            assert self._read(), f"{question!r} was not asked:\n{self.shown}"

    def answer(self, question: str, text: str = "") -> None:
        """Answer a question when it comes; nothing takes the default."""
        self.wait_for(question)
        self._answered = len(self._shown)
        os.write(self._terminal, f"{text}\n".encode())

    def interrupt(self, question: str, key: bytes = b"\x03") -> None:
        """Press Ctrl-C, or another key, at a question."""
        self.wait_for(question)
        os.write(self._terminal, key)

    def end(self) -> int:
        """Wait for the end, and return the exit code."""
        while self._read():
            pass
        os.close(self._terminal)
        return self.process.wait(timeout=_PATIENCE)

    @property
    def shown(self) -> str:
        """What the terminal has shown."""
        text = self._shown.decode(errors="replace").replace("\r\n", "\n")
        return _UNSEEN.sub("", text)

    def _is_asked(self, question: str) -> bool:
        new = self._shown[self._answered :]
        place = new.find(question.encode())
        return place >= 0 and new.endswith(b"> ")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
        if not ready:
            return False
        try:
            octets = os.read(self._terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self._shown += octets
        return bool(octets)
