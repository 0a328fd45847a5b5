"""A process that has imported everything and forks off one command after another.

It reads a line of JSON for each: the folder to work in, the arguments, and maybe a gate: a fifo
the new process waits at, so that somebody can attach to it first. It answers with the process id,
and, when that has ended, with its exit code; below 0 it is the signal that killed it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve until standard input ends."""

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(asked)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be(asked: dict[str, Any]) -> None:
    from digest.cli import main as command

    os.chdir(asked["folder"])
    with Path("log.txt").open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if asked["gate"]:
        Path(asked["gate"]).read_bytes()
    sys.argv = ["digest", *asked["arguments"]]
    try:
        command()
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    os._exit(0)


if __name__ == "__main__":
    main()
