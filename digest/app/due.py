"""Who is due in an installation: the clock, the site's hours, and what readers wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.app.clock import now, place, zone
from digest.app.pipeline import run_day
from digest.app.site_times import DAEMON_AT
from digest.models.clock_times import midnight
from digest.models.delivery import oldest_deliverable_day
from digest.models.due import SiteHours, TurnClock, filed
from subscribers.models import WEEK
from subscribers.schedules import NEVER, wish_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.app.services import App
    from digest.models.clock_times import Occurrence, WeeklyTime
    from digest.models.due import Turn
    from digest.sources.day_of_run import RunDay
    from subscribers.models import Subscriber

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Due:
    """The turns in which somebody is due."""

    #: the day of the site's run, and why
    site_day: RunDay
    #: whether that run has come: of the readers who chose no hour
    is_site_due: bool
    #: by the day under which the ledger has their issues, oldest first
    turns: Mapping[date, Sequence[Turn]]


def site_hours(config: Config, *, is_daemon: bool = False) -> SiteHours:
    """Return the hours of readers who chose none.

    Without `[schedule] at`, cron says when a run comes; only the daemon then needs an hour.
    """
    schedule = config.schedule
    at = schedule.at or (DAEMON_AT if is_daemon else "")
    return SiteHours(
        at=time.fromisoformat(at) if at else None,
        weekdays=frozenset(n for n, name in enumerate(WEEK) if name in schedule.weekdays),
        zone=zone(schedule.timezone) if at else place(schedule.timezone),
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
    open_turns = partial(clock.open_turns, now=at, site_day=site_day.day)
    due = [filed(one, now=at, oldest=oldest) for one in app.reader_schedules.due(open_turns)]
    found: dict[date, list[Turn]] = {}
    if clock.site.at is None:
        # This run is the hour of all who chose none: it makes the day's edition in any case.
        site = {one: it for one, it in app.reader_schedules.wishes().items() if it.hour is None}
        found[site_day.day] = open_turns(site)
        due = [turn for turn in due if not turn.is_site]
    own = [turn for turn in due if not turn.is_site]
    again = _readable_days(app, site_day.day, since=oldest)
    uncertain = app.generation.uncertain({*again, *(turn.day for turn in own)})
    for turn in due:
        if turn.is_site or turn.day not in uncertain:
            found.setdefault(turn.day, []).append(turn)
    for day in again:
        if day not in uncertain:
            found.setdefault(day, [])
    return Due(
        site_day=site_day,
        is_site_due=clock.site.at is None or any(turn.is_site for turn in due),
        turns=dict(sorted(found.items())),
    )


def _readable_days(app: App, lists_of: date, *, since: date) -> list[date]:
    """Return the days whose readers got nothing for want of a source that has been read since."""
    unread = app.history.unread_days(since=since)
    records = app.fetch_log.on(lists_of) if unread else []
    if not records or any(record.error is not None for record in records):
        return []
    read_at = max(record.at for record in records)
    return [day for day, found_at in unread.items() if found_at < read_at]


def lists_day(app: App, day: date, *, at: datetime) -> date:
    """Return the day whose lists mails of a day are made from, if they are planned at a time.

    Where the sun rises first, the day of the mails begins before its lists are out.
    """
    return min(day, _site_day(app, site_hours(app.config), at).day)


def _site_day(app: App, hours: SiteHours, at: datetime) -> RunDay:
    """Return the day of the site's run: that of its hour, also if the run comes late."""
    if hours.at is None:
        return run_day(app, at=at)
    last = hours.times.last(at).at
    return run_day(app, at=last if at - last <= app.policy.max_lateness else at)


def next_due(app: App, *, is_daemon: bool = False) -> datetime | None:
    """Return when somebody is due next, UTC; None if nobody chose an hour, nor the site."""
    clock, at = turn_clock(app, is_daemon=is_daemon), now()
    times = (
        _next_after(clock.times_of(wish), at, served_on=served_on).at
        for wish, served_on in app.reader_schedules.waiting()
        if wish.hour is not None or clock.site.at is not None
    )
    return min(times, default=None)


def _next_after(times: WeeklyTime, at: datetime, *, served_on: date) -> Occurrence:
    """Return the next time after another, of a day later than one that was served."""
    found = times.next(at + _INSTANT)
    for _ in WEEK:  # of a reader who moved over the date line; a clock that was wrong may be more
        if found.day > served_on:
            break
        found = times.next(found.at + _INSTANT)
    return found


def next_mail(
    app: App, subscriber: Subscriber, *, at: datetime, is_daemon: bool = False
) -> datetime | None:
    """Return when a confirmed reader is due next, in the time zone of their hour.

    That is the next mail, if something is new then. It is before `at` if they are due already, so
    that the next run serves them. None if any run may, or if the site never sends on their days.
    """
    clock, wish = turn_clock(app, is_daemon=is_daemon), wish_of(subscriber.preferences)
    if wish.hour is not None:
        times = clock.times_of(wish)
    elif clock.site.at is not None:
        times = clock.site.times
    else:
        return None
    chosen = [WEEK.index(day) for day in subscriber.preferences.mail_days]
    standing = app.reader_schedules.standing(subscriber.id)
    served_on = standing.served_on if standing else NEVER
    found = times.last(at)
    is_open = standing and standing.since < midnight(found.day + timedelta(days=1), times.zone)
    if not is_open or found.day <= served_on:
        found = _next_after(times, at, served_on=served_on)
    for _ in WEEK:
        if found.day.weekday() in chosen:
            return found.at.astimezone(times.zone)
        found = times.next(found.at + _INSTANT)
    return None
