"""The daemon's schedule. It only says when; the ledger makes a second run of a day harmless."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from digest.app.clock import zone
from digest.delivery.process import SHUTDOWN_TIMEOUT
from digest.models.clock_times import WeeklyTime
from subscribers.models import WEEK

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

#: Minutes between two times that the daemon looks up who is due.
DUE_MINUTES = 5
EPOCH = datetime.fromtimestamp(0, UTC)


class ClockTimeTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Fires at a time of day on some weekdays of a time zone, once on each of these days.

    APScheduler's CronTrigger leaves out days whose time the zone left out, and fires twice where
    a time occurs twice. All times are in UTC, since times of one zone compare by what clocks show.
    """

    def __init__(self, *, at: str, weekdays: Sequence[str], timezone: str) -> None:
        """Take HH:MM, weekdays such as mon, and a name as in the configuration."""
        self._times = WeeklyTime(
            at=time.fromisoformat(at),
            weekdays=frozenset(n for n, name in enumerate(WEEK) if name in weekdays),
            zone=zone(timezone),
        )

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time, or the first one after `previous_fire_time`, which may be past."""
        earliest = now.astimezone(UTC)
        if previous_fire_time is not None:
            earliest = previous_fire_time.astimezone(UTC) + timedelta(microseconds=1)
        return self._times.next(earliest).at


def trigger(*, at: str, weekdays: Sequence[str], timezone: str) -> ClockTimeTrigger:
    """Return a trigger for HH:MM on some weekdays in a time zone."""
    return ClockTimeTrigger(at=at, weekdays=weekdays, timezone=timezone)


def next_run(*, at: str, weekdays: Sequence[str], timezone: str, after: datetime) -> datetime:
    """Return the time of the first run that is not before `after`, in the time zone."""
    found = trigger(at=at, weekdays=weekdays, timezone=timezone).get_next_fire_time(None, after)
    return found.astimezone(zone(timezone))


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What is to be done again and again; the jobs run one at a time."""

    #: serves whoever is due, and sends what is due again
    serve_due: Callable[[], object]
    #: reads the sources between two runs
    fetch: Callable[[], object]
    #: hours between two readings; with 0 there are none
    fetch_hours: int
    #: the site's hour as HH:MM, its weekdays, and its time zone
    at: str
    weekdays: Sequence[str]
    timezone: str


def open_scheduler(jobs: Jobs) -> BackgroundScheduler:
    """Return a scheduler with these jobs; it begins when it is started.

    Who is due is looked up at the site's hour, and every five minutes, since time zones differ by
    quarters of an hour. Nothing is lost where that was too late: who was not served is still due.
    """
    # With one thread, no job meets another.
    # In UTC, since the machine's own zone may be one that APScheduler cannot read.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    # They wait for each other, and a suspended machine wakes late: they may be late as they like.
    often = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    # From the full hour on, since readers choose full hours.
    every = IntervalTrigger(minutes=DUE_MINUTES, start_date=EPOCH, timezone=UTC)
    scheduler.add_job(jobs.serve_due, every, id="due", **often)
    at = trigger(at=jobs.at, weekdays=jobs.weekdays, timezone=jobs.timezone)
    scheduler.add_job(jobs.serve_due, at, id="site", **often)
    if jobs.fetch_hours:
        hours = IntervalTrigger(hours=jobs.fetch_hours, timezone=UTC)
        scheduler.add_job(jobs.fetch, hours, id="fetch", **often)
    return scheduler


def run_jobs(jobs: Jobs, *, stopped: threading.Event) -> None:
    """Run the daemon's jobs until SIGTERM or SIGINT.

    The signal sets `stopped`, so that a job gives back what it has not begun.
    """
    scheduler = open_scheduler(jobs)

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
