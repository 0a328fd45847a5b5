"""The daemon's clock. It only says when: the ledger makes a run that comes twice harmless."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

if TYPE_CHECKING:
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


def every_day(job: Callable[[], None], *, at: str, weekdays: Sequence[str], timezone: str) -> None:
    """Run a job at its times until SIGTERM or SIGINT; never two at once."""
    scheduler = BlockingScheduler(timezone=timezone)
    scheduler.add_job(
        job,
        trigger(at=at, weekdays=weekdays, timezone=timezone),
        id="daily",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE,
    )
    # The run in hand is finished, then the process ends.
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=True))
    scheduler.start()
