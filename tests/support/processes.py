"""A run by two processes, and what happens to them as they write a mail into its folder."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.command import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The run's own process serves the even ones, the second process the odd ones, each in this order.
NAMES = [f"reader{number}" for number in range(8)]
FIRST, SECOND = NAMES[::2], NAMES[1::2]

#: Is read by every Python that starts: what happens as a mail comes into its folder.
HOOKS = """
import os, queue, signal, sys

folder = os.environ["HOOKS"]
replace = os.replace

def replaced(source, target):
    name = os.path.basename(target).partition("@")[0]
    hook = hooks.get(name)
    if hook:
        hook(name)
    replace(source, target)

def tell(name):
    with open(f"{folder}/{name}.told", "w") as told:
        told.write(str(os.getpid()))

def hold(name):
    tell(name)
    open(f"{folder}/{name}.go").close()

def until(number, name):
    arrived = queue.SimpleQueue()
    before = signal.signal(number, lambda *_: arrived.put(None))
    tell(name)
    arrived.get()
    signal.signal(number, before)
    signal.raise_signal(number)

def until_sigterm(name):
    until(signal.SIGTERM, name)

def until_sighup(name):
    until(signal.SIGHUP, name)

def until_sigint(name):
    until(signal.SIGINT, name)

def fail(name):
    raise OSError(28, "no space left")

words = os.environ["HOOKED"].split()
if "--multiprocessing-fork" in sys.orig_argv:
    for word in words:
        if word.startswith("second-gets-"):
            os.kill(os.getpid(), getattr(signal, word.removeprefix("second-gets-")))
hooks = {name: globals()[what] for name, what in (word.split("=") for word in words if "=" in word)}
os.replace = replaced
"""


class Processes:
    """An installation whose mails go out by two processes, and what happens to them."""

    def __init__(self, home: Path) -> None:
        """Put the hooks where Python finds them."""
        self._home = home
        self._hooks = home / "hooks"
        self._hooks.mkdir()
        (self._hooks / "sitecustomize.py").write_text(HOOKS, encoding="utf-8")
        self._told: dict[str, int] = {}
        self._runs: list[subprocess.Popen[str]] = []

    def start(
        self, *hooked: str, through: Sequence[str] = (), **details: Any
    ) -> subprocess.Popen[str]:
        """Start a run, in which something happens to some mails.

        It is started `through` another command, and with more `details` for Popen, if there are.
        """
        for name, _, _ in (word.partition("=") for word in hooked if "=" in word):
            for ending in ("told", "go"):
                os.mkfifo(self._hooks / f"{name}.{ending}")
            self._told[name] = os.open(self._hooks / f"{name}.told", os.O_RDONLY | os.O_NONBLOCK)
        paths = os.pathsep.join([str(self._hooks), *filter(None, [os.environ.get("PYTHONPATH")])])
        known = {"PYTHONPATH": paths, "HOOKS": str(self._hooks), "HOOKED": " ".join(hooked)}
        run = subprocess.Popen(
            [*through, sys.executable, "-m", "digest", "run", *DAY, "--json"],
            cwd=self._home,
            env={**os.environ, **known},
            text=True,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | details),
        )
        self._runs.append(run)
        return run

    def held(self, name: str) -> int:
        """Wait until a reader's mail is held; return whose process it is."""
        ready, _, _ = select.select([self._told[name]], [], [], 30)
        assert ready, f"nobody came to mail {name}"
        return int(os.read(self._told[name], 99))

    def release(self, name: str) -> None:
        """Let a mail that is held go on."""
        (self._hooks / f"{name}.go").write_bytes(b"")

    def close(self) -> None:
        """Leave nobody behind, whatever a test has not come to."""
        for name, fifo in self._told.items():
            os.close(fifo)
            with suppress(OSError):  # nobody waits
                os.close(os.open(self._hooks / f"{name}.go", os.O_WRONLY | os.O_NONBLOCK))
        for run in self._runs:
            if run.poll() is None:
                _kill_all(run.pid)
            run.communicate()


def _kill_all(process: int) -> None:
    """Kill a process and all that it started, which may wait for what never comes."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    for child in map(int, children.split()):
        _kill_all(child)
    os.kill(process, signal.SIGKILL)


def mailed(home: Path) -> list[str]:
    """Who has a mail in the folder."""
    return sorted(path.name.partition("@")[0] for path in (home / "outbox").rglob("*.eml"))


def end(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = run.communicate(timeout=60)
    return run.returncode, out, err
