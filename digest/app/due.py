"""Who is due in an installation: the clock, the site's hours, and what readers wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

from digest.app.clock import now, place, zone
from digest.app.pipeline import run_day
from digest.models.delivery import oldest_deliverable_day
from digest.models.due import SiteHours, TurnClock
from subscribers.models import WEEK
from subscribers.schedules import wish_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.app.services import App
    from digest.models.clock_times import Occurrence
    from digest.models.due import Turn
    from digest.sources.day_of_run import RunDay
    from subscribers.models import Preferences

#: The daemon's hour, where `[schedule] at` names none.
DAEMON_AT = "18:00"


@dataclass(frozen=True, kw_only=True)
class Due:
    """The turns in which somebody is due."""

    #: the day of the site's run, and why
    site_day: RunDay
    #: of readers who go by the site's hours; None if their run has not come
    site: Sequence[Turn] | None
    #: of the others, by the day under which the ledger has their issues, oldest first
    own: Mapping[date, Sequence[Turn]]

    @property
    def turns(self) -> dict[date, list[Turn]]:
        """All of them by day, the earliest first."""
        found = {day: list(some) for day, some in self.own.items()}
        if self.site is not None:
            found.setdefault(self.site_day.day, []).extend(self.site)
        return dict(sorted(found.items()))

    def __bool__(self) -> bool:
        """Whether there is anything to plan."""
        return self.site is not None or bool(self.own)


def site_hours(config: Config, *, is_daemon: bool = False) -> SiteHours:
    """Return the hours of readers who chose none.

    Without `[schedule] at`, cron says when a run comes; only the daemon then needs an hour.
    """
    schedule = config.schedule
    at = schedule.at or (DAEMON_AT if is_daemon else "")
    return SiteHours(
        at=time.fromisoformat(at) if at else None,
        weekdays=frozenset(n for n, name in enumerate(WEEK) if name in schedule.weekdays),
        zone=place(schedule.timezone),
    )


def turn_clock(app: App, *, is_daemon: bool = False) -> TurnClock:
    """Return what compares the clock with the wishes of an installation's readers."""
    return TurnClock(site=site_hours(app.config, is_daemon=is_daemon), zone=zone)


def find_due(app: App, *, is_daemon: bool = False) -> Due:
    """Return the turns in which somebody is due now.

    Days that may have been mailed before the database was restored from a backup are left out.
    """
    at, clock = now(), turn_clock(app, is_daemon=is_daemon)
    oldest = oldest_deliverable_day(now=at, max_lateness=app.policy.max_lateness)
    site_day = _site_day(app, clock.site, at)
    turns = clock.open_turns(
        app.reader_schedules.wishes(), now=at, site_day=site_day.day, oldest=oldest
    )
    own = {
        day: found
        for day, some in sorted(turns.own.items())
        if (found := app.reader_schedules.due(some))
    }
    uncertain = app.generation.uncertain(own)
    site: Sequence[Turn] | None = turns.site
    if clock.site.at is not None:
        site = app.reader_schedules.due(turns.site) or None
    return Due(
        site_day=site_day,
        site=site,
        own={day: some for day, some in own.items() if day not in uncertain},
    )


def _site_day(app: App, hours: SiteHours, at: datetime) -> RunDay:
    """Return the day of the site's run: that of its hour, also if the run comes late."""
    if hours.at is None:
        return run_day(app)
    last = hours.times.last(at).at
    return run_day(app, at=last if at - last <= app.policy.max_lateness else at)


def next_due(app: App, *, is_daemon: bool = False) -> datetime | None:
    """Return when somebody is due next, UTC; None if nobody chose an hour, nor the site."""
    clock, at = turn_clock(app, is_daemon=is_daemon), now() + timedelta(microseconds=1)
    wishes = app.reader_schedules.wishes(wanted=True).values()
    times = (
        clock.times_of(wish).next(at).at
        for wish in wishes
        if wish.hour is not None or clock.site.at is not None
    )
    return min(times, default=None)


def next_turn(app: App, preferences: Preferences, *, is_daemon: bool = False) -> Occurrence | None:
    """Return the next time a reader is due, and the local day; None if any run may be it."""
    clock, wish = turn_clock(app, is_daemon=is_daemon), wish_of(preferences)
    if wish.hour is None and clock.site.at is None:
        return None
    return clock.times_of(wish).next(now() + timedelta(microseconds=1))
