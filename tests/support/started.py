"""A `digest` command that goes on, in a process of its own, and what it logs."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds after which a command that does not say what is awaited is killed.
_PATIENCE = 60


class Started:
    """A command that runs; its notes and its log go to one stream."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Watch a process."""
        self.process = process
        self.said: list[str] = []

    def until(self, words: str) -> str:
        """Read what it says until some words; return their line."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it never said {words!r}, but:\n{''.join(self.said)}")

    def end(self) -> int:
        """Stop it as a service manager does, and return its exit code."""
        self.process.terminate()
        self.said += self.process.communicate(timeout=_PATIENCE)[0].splitlines(keepends=True)
        return self.process.returncode


@contextmanager
def started(home: Path, *words: str) -> Iterator[Started]:
    """Run a command in a folder for the block; whatever happens, it ends with it."""
    with subprocess.Popen(
        [sys.executable, "-m", "digest", *words],
        cwd=home,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        watch = threading.Timer(_PATIENCE, process.kill)
        watch.start()
        try:
            yield Started(process)
        finally:
            watch.cancel()
            process.kill()
