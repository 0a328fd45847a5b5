"""The `digest` command at a time that a file says, and killed where `KILL_AT` says.

    TIME=time.txt KILL_AT=digest.storage.ledger:Ledger.plan:after:1 python dated_digest.py run

It dies by SIGKILL before or after the nth call of a method: nothing is flushed or cleaned up. The
file is read at every look at the clock, so that time may go on while the command works.
"""

from __future__ import annotations

import importlib
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.app import clock


def _now() -> datetime:
    return datetime.fromisoformat(Path(os.environ["TIME"]).read_text(encoding="ascii"))


# Worker processes import this module too.
clock.now = _now


def _kill_at(place: str) -> None:
    module, name, when, nth = place.split(":")
    owner, method = name.split(".")
    found = getattr(importlib.import_module(module), owner)
    original, calls = getattr(found, method), 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "before" and calls == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if when == "after" and calls == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(found, method, call)


if __name__ == "__main__":
    from digest.cli import main

    if place := os.environ.get("KILL_AT"):
        _kill_at(place)
    main()
