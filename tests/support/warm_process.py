"""A process that has imported everything and forks one command after another.

It reads a line of JSON for each command: the folder to work in, the arguments, and optionally a
`gate`. That is a fifo at which the new process waits, so that a tracer can attach to it first. The
process prints the id of the new process and, when that has ended, its exit code. A code below 0 is
the number of the signal that killed it.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

import digest


def main() -> None:
    """Run commands until standard input ends."""
    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if not module.name.startswith(("digest.__main__", "digest.storage.migrations")):
            importlib.import_module(module.name)  # so that no child has to
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(request: dict[str, Any]) -> None:
    """Become the command: its folder, its standard streams and its arguments."""
    from digest import cli

    os.chdir(request["folder"])
    with Path("log.txt").open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if request["gate"]:
        Path(request["gate"]).read_bytes()
    sys.argv = ["digest", *request["arguments"]]
    try:
        cli.main()
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    os._exit(0)


if __name__ == "__main__":
    main()
