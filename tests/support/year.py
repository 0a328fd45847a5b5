"""A year of an installation by the hour: the clock is turned, and nobody waits for it.

Only what decides who gets mail is real: the book, the ledger, who is due. Papers and mails are left
out; a mail that is planned has left at once. So a year takes seconds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from digest.models.clock_times import midnight
from digest.models.delivery import DeliveryState, oldest_deliverable_day
from digest.models.due import SiteHours, Turn, TurnClock, filed
from digest.storage.ledger import Ledger
from digest.storage.reader_schedules import ReaderSchedules
from digest.storage.schema import deliveries
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from subscribers.models import Preferences

#: Both hemispheres' summer time, half and quarter hours, Lord Howe's half hour of summer time,
#: zones that change at midnight, the first and the last place of a day.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Nuuk",
    "Atlantic/Azores",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
)
HOUR = timedelta(hours=1)
LATENESS = timedelta(hours=24)


class Issue(NamedTuple):
    """A mail that left: the day under which it is in the ledger, and when it left."""

    day: date
    at: datetime


@dataclass(kw_only=True)
class Year:
    """An installation whose readers get mail as the clock is turned."""

    engine: sa.Engine
    site: SiteHours = field(
        default_factory=lambda: SiteHours(at=time(18), weekdays=frozenset(range(5)), zone=UTC)
    )
    issues: dict[int, list[Issue]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Open the parts."""
        self.ledger = Ledger(self.engine)
        self.reader_schedules = ReaderSchedules(self.engine)
        self._clock = self._new_clock()

    def _new_clock(self) -> TurnClock:
        return TurnClock(site=self.site, zone=ZoneInfo)

    def run(self, now: datetime, *, dies_after: int | None = None) -> int:
        """Serve whoever is due at a time; return how many mails left.

        A run that `dies_after` so many steps leaves the rest as a kill would.
        """
        steps = count()
        left = 0

        def step() -> bool:
            return next(steps) != dies_after

        for day in self.ledger.open_days():
            if not step():
                return left
            left += self._send(day, now)
        site_day = self.site.times.last(now).day
        oldest = oldest_deliverable_day(now=now, max_lateness=LATENESS)
        open_turns = partial(self._clock.open_turns, now=now, site_day=site_day)
        by_day: dict[date, list[Turn]] = {}
        for turn in self.reader_schedules.due(open_turns):
            one = filed(turn, now=now, oldest=oldest)
            by_day.setdefault(one.day, []).append(one)
        for day, due in sorted(by_day.items()):
            if not step():
                return left
            self.ledger.plan(day, now=now, turns=due)
            if not step():
                return left
            left += self._send(day, now)
        return left

    def restart(self) -> None:
        """Begin with a new process, which remembers nothing."""
        self._clock = self._new_clock()

    def _send(self, day: date, now: datetime) -> int:
        """Let everything leave that is planned for a day."""
        planned = (deliveries.c.day == day) & (deliveries.c.state == DeliveryState.PLANNED)
        left = deliveries.update().where(planned).values(state=DeliveryState.SENT, settled_at=now)
        with self.engine.begin() as db:
            ids = db.execute(left.returning(deliveries.c.subscriber_id)).scalars().all()
        for one in ids:
            self.issues[one].append(Issue(day, now))
        self.ledger.close(day, now=now)
        return len(ids)


def due_time(preferences: Preferences, day: date, *, site: SiteHours) -> datetime:
    """The instant of a reader's hour on a day."""
    at = site.at if preferences.hour is None else time(preferences.hour)
    assert at is not None
    zone = site.zone if preferences.hour is None else ZoneInfo(preferences.timezone)
    local = datetime.combine(day, at).replace(tzinfo=zone)
    return local.astimezone(UTC)


def due_days(
    preferences: Preferences, start: datetime, end: datetime, *, site: SiteHours
) -> list[date]:
    """The local days between two times on which a reader is due, worked out day by day.

    It is written without the product's own search, so that the two can be compared.
    """
    zone = site.zone if preferences.hour is None else ZoneInfo(preferences.timezone)
    names = preferences.mail_days
    if preferences.hour is None:
        names = tuple(WEEK[number] for number in site.weekdays)
    found = []
    day = start.astimezone(zone).date()
    while midnight(day, zone) < end:
        if WEEK[day.weekday()] in names:
            found.append(day)
        day += timedelta(days=1)
    return found


def hours(start: datetime, end: datetime, *, step: timedelta = HOUR) -> Iterable[datetime]:
    """Each hour from one time until before another."""
    while start < end:
        yield start
        start += step
