"""The daemon's schedule. It only says when; the ledger makes a second run of a day harmless."""

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
    """Return a trigger for HH:MM on some weekdays in a time zone."""
    hour, minute = at.split(":")
    return CronTrigger(
        day_of_week=",".join(weekdays), hour=int(hour), minute=int(minute), timezone=timezone
    )


def next_run(*, at: str, weekdays: Sequence[str], timezone: str, after: datetime) -> datetime:
    """Return the time of the first run that is not before `after`."""
    found: datetime = trigger(at=at, weekdays=weekdays, timezone=timezone).get_next_fire_time(
        None, after
    )
    return found


def run_jobs(
    *,
    daily: Callable[[], None],
    retry: Callable[[], None],
    retry_minutes: int,
    fetch: Callable[[], None],
    fetch_hours: int,
    at: str,
    weekdays: Sequence[str],
    timezone: str,
    stopped: threading.Event,
) -> None:
    """Run the daemon's jobs one at a time, until SIGTERM or SIGINT.

    Args:
        daily: the run of a day, at its time of day.
        retry: sends what is due again.
        retry_minutes: minutes between two retries.
        fetch: reads the sources between two runs.
        fetch_hours: hours between two readings; with 0 there are none.
        at: the time of day of the run, as HH:MM.
        weekdays: the days of the run, as mon, tue, …
        timezone: the time zone of both.
        stopped: is set by the signal, so that a job gives back what it has not begun.

    """
    # With one thread, a retry never meets the day's run.
    scheduler = BlockingScheduler(timezone=timezone, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(
        daily,
        trigger(at=at, weekdays=weekdays, timezone=timezone),
        id="daily",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE,
    )
    scheduler.add_job(
        retry, IntervalTrigger(minutes=retry_minutes), id="retry", coalesce=True, max_instances=1
    )
    if fetch_hours:
        scheduler.add_job(
            fetch, IntervalTrigger(hours=fetch_hours), id="fetch", coalesce=True, max_instances=1
        )

    def stop(*_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # the second one ends the process at once
        stopped.set()
        signal.alarm(SHUTDOWN_TIMEOUT)
        scheduler.shutdown(wait=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler.start()
