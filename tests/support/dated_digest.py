"""The `digest` command at a time that a file says, and killed where `KILL_AT` says.

    TIME=time.txt KILL_AT=digest.storage.ledger:Ledger.plan:after:1 python dated_digest.py run

It dies by SIGKILL before or after the nth call of a method: nothing is flushed or cleaned up. The
file is read at every look at the clock, so that time may go on while the command works. So may the
schedule of a command that has one; it prints each job that it has done, and for which time. With
`SHUTDOWN_TIMEOUT`, so many seconds are left to finish what was begun.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from digest.app import clock
from digest.delivery import process

#: The most seconds for which the schedule does not look at the clock, which can leap.
_LOOK = 0.05


def _now() -> datetime:
    return datetime.fromisoformat(Path(os.environ["TIME"]).read_text(encoding="ascii"))


# Worker processes import this module too.
clock.now = _now
process.SHUTDOWN_TIMEOUT = int(os.environ.get("SHUTDOWN_TIMEOUT", process.SHUTDOWN_TIMEOUT))


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


def _schedule_by_file() -> None:
    """Have APScheduler go by the file, too, and print what it has done."""
    from apscheduler.events import EVENT_JOB_EXECUTED
    from apscheduler.schedulers import base

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return _now().astimezone(tz)

    def start(scheduler: Any, *arguments: Any, **named: Any) -> None:
        scheduler.add_listener(tell, EVENT_JOB_EXECUTED)
        original_start(scheduler, *arguments, **named)

    def tell(event: Any) -> None:
        line = f"job {event.job_id} of {event.scheduled_run_time.isoformat()} is done"
        print(line, file=sys.stderr, flush=True)

    def process_jobs(scheduler: Any) -> float:
        return min(original_process(scheduler) or _LOOK, _LOOK)

    base.datetime = Clock
    scheduler = base.BaseScheduler
    original_start, original_process = scheduler.start, scheduler._process_jobs
    scheduler.start, scheduler._process_jobs = start, process_jobs


if __name__ == "__main__":
    from digest.cli import main

    if place := os.environ.get("KILL_AT"):
        _kill_at(place)
    if {"daemon", "--with-schedule"} & set(sys.argv):
        _schedule_by_file()
    main()
