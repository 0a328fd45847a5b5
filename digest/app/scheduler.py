"""The daemon's clock. It only says when: the ledger makes a run that comes twice harmless."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.delivery.process import SHUTDOWN_TIMEOUT

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from datetime import datetime

#: Seconds a run may start late, after a sleep or a restart; later it waits for the next day.
MISFIRE_GRACE = 6 * 3600


def trigger(*, at: str, weekdays: Sequence[str], timezone: str) -> CronTrigger:
    """Return when to run: HH:MM on some weekdays in a time zone."""
    hour, minute = at.split(":")
    return CronTrigger(
        day_of_week=",".join(weekdays), hour=int(hour), minute=int(minute), timezone=timezone
    )


def next_run(*, at: str, weekdays: Sequence[str], timezone: str, after: datetime) -> datetime:
    """Return the first time to run not before `after`."""
    found: datetime = trigger(at=at, weekdays=weekdays, timezone=timezone).get_next_fire_time(
        None, after
    )
    return found


def every_day(
    job: Callable[[], None],
    *,
    again: Callable[[], None],
    minutes: int,
    look: Callable[[], None],
    hours: int,
    at: str,
    weekdays: Sequence[str],
    timezone: str,
    stopped: threading.Event,
) -> None:
    """Run a job at its times, `again` every few minutes and `look` every few hours (0: never).

    That goes on until SIGTERM or SIGINT.

    Never two at once. `stopped` is set when the end is asked for, so that a job can give back
    what it has not begun.
    """
    # One thread: what is tried again never meets the day's run.
    scheduler = BlockingScheduler(timezone=timezone, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(
        job,
        trigger(at=at, weekdays=weekdays, timezone=timezone),
        id="daily",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE,
    )
    scheduler.add_job(
        again, IntervalTrigger(minutes=minutes), id="again", coalesce=True, max_instances=1
    )
    if hours:
        scheduler.add_job(
            look, IntervalTrigger(hours=hours), id="look", coalesce=True, max_instances=1
        )

    def stop(*_: object) -> None:
        stopped.set()
        signal.alarm(SHUTDOWN_TIMEOUT)
        scheduler.shutdown(wait=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler.start()
