"""The daemon's schedule. It only says when; the ledger makes a second run of a day harmless."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, time, timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.app.clock import zone
from digest.delivery.process import SHUTDOWN_TIMEOUT
from digest.models.clock_times import next_occurrence
from subscribers.models import WEEK

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

#: Seconds a run may start late, when the machine was suspended; later it waits for the next day.
MISFIRE_GRACE = 6 * 3600


class ClockTimeTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Fires at a time of day on some weekdays of a time zone, once on each of these days.

    APScheduler's CronTrigger leaves out days whose time the zone left out, and fires twice where
    a time occurs twice. All times are in UTC, since times of one zone compare by what clocks show.
    """

    def __init__(self, *, at: str, weekdays: Sequence[str], timezone: str) -> None:
        """Take HH:MM, weekdays such as mon, and a name as in the configuration."""
        self._at = time.fromisoformat(at)
        self._weekdays = frozenset(n for n, name in enumerate(WEEK) if name in weekdays)
        self._zone = zone(timezone)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time, or the first one after `previous_fire_time`, which may be past."""
        earliest = now.astimezone(UTC)
        if previous_fire_time is not None:
            earliest = previous_fire_time.astimezone(UTC) + timedelta(microseconds=1)
        return next_occurrence(earliest, at=self._at, weekdays=self._weekdays, zone=self._zone)


def trigger(*, at: str, weekdays: Sequence[str], timezone: str) -> ClockTimeTrigger:
    """Return a trigger for HH:MM on some weekdays in a time zone."""
    return ClockTimeTrigger(at=at, weekdays=weekdays, timezone=timezone)


def next_run(*, at: str, weekdays: Sequence[str], timezone: str, after: datetime) -> datetime:
    """Return the time of the first run that is not before `after`, in the time zone."""
    found = trigger(at=at, weekdays=weekdays, timezone=timezone).get_next_fire_time(None, after)
    return found.astimezone(zone(timezone))


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
    # In UTC, since the machine's own zone may be one that APScheduler cannot read.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(
        daily,
        trigger(at=at, weekdays=weekdays, timezone=timezone),
        id="daily",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE,
    )
    # These wait for each other and for the run of the day, so they may be late as they like.
    often = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    every = IntervalTrigger(minutes=retry_minutes, timezone=UTC)
    scheduler.add_job(retry, every, id="retry", **often)
    if fetch_hours:
        every = IntervalTrigger(hours=fetch_hours, timezone=UTC)
        scheduler.add_job(fetch, every, id="fetch", **often)

    def stop(*_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # the second one ends the process at once
        stopped.set()
        ended.put(None)

    # The handler must not wait: a job may need a lock that this thread had when it was interrupted.
    # A SimpleQueue may be used in a signal handler, whatever the thread was doing.
    ended: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler.start()
    ended.get()
    signal.alarm(SHUTDOWN_TIMEOUT)
    scheduler.shutdown(wait=True)
