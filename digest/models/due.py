"""When readers are due: the turn of each wish at a moment.

A reader's turn is a local day on which they want mail. It begins at their hour, and is open until
the next one begins. So a machine that was off makes up for the last turn, and for that alone: one
issue, which gathers what they missed. Everything follows from the wish and the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from digest.models.clock_times import WeeklyTime, midnight
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from digest.models.clock_times import Occurrence
    from subscribers.schedules import Wish


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The turn of the readers of one wish."""

    schedule_id: int
    #: the day under which the ledger has the issues
    day: date
    #: the readers' local day; they are due unless they were served on it, or later
    local_day: date
    #: when that day ends, UTC; who came after it was not there for the turn
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class SiteHours:
    """The hours of readers who chose none."""

    #: None if they are served by any run
    at: time | None
    #: the days of the site's runs, 0 for Monday to 6 for Sunday
    weekdays: Collection[int]
    zone: tzinfo

    @property
    def times(self) -> WeeklyTime:
        """The times of the site's runs.

        Raises:
            ValueError: any run serves its readers.

        """
        if self.at is None:
            raise ValueError("any run serves these readers")
        return WeeklyTime(at=self.at, weekdays=self.weekdays, zone=self.zone)


@dataclass(frozen=True, kw_only=True)
class OpenTurns:
    """The turns that are open at a moment."""

    #: of readers who go by the site's hours
    site: list[Turn]
    #: of the others, by the day under which the ledger has their issues
    own: Mapping[date, list[Turn]]


@dataclass(kw_only=True)
class TurnClock:
    """Compares the clock with what readers wish; what it worked out counts until the next turn."""

    site: SiteHours
    #: returns a time zone by its name
    zone: Callable[[str], tzinfo]
    _known: dict[Wish, tuple[Occurrence, datetime]] = field(default_factory=dict)

    def open_turns(
        self, wishes: Mapping[int, Wish], *, now: datetime, site_day: date, oldest: date
    ) -> OpenTurns:
        """Return the turns that are open now, whether or not somebody is due.

        Args:
            wishes: the wishes of all readers, by id.
            now: the time.
            site_day: the day of the site's run; the issues of its readers are of that day.
            oldest: the oldest day whose mails may leave. Issues of an older turn, as after a long
                outage, are of the readers' today.

        """
        site: list[Turn] = []
        own: dict[date, list[Turn]] = {}
        for schedule_id, wish in wishes.items():
            if wish.hour is None:
                site.append(self._site_turn(schedule_id, now, site_day))
                continue
            times = self.times_of(wish)
            local_day = self._last(wish, times, now).day
            day = local_day if local_day >= oldest else now.astimezone(times.zone).date()
            turn = Turn(
                schedule_id=schedule_id,
                day=day,
                local_day=local_day,
                ends_at=_end(local_day, times.zone),
            )
            own.setdefault(day, []).append(turn)
        return OpenTurns(site=site, own=own)

    def times_of(self, wish: Wish) -> WeeklyTime:
        """Return the times at which readers of a wish are due.

        Raises:
            ValueError: neither they nor the site chose an hour.

        """
        if wish.hour is None:
            return self.site.times
        weekdays = frozenset(n for n, name in enumerate(WEEK) if name in wish.days.split())
        return WeeklyTime(at=time(wish.hour), weekdays=weekdays, zone=self.zone(wish.timezone))

    def _site_turn(self, schedule_id: int, now: datetime, day: date) -> Turn:
        zone = self.site.zone
        if self.site.at is None:
            local_day = now.astimezone(zone).date()
        else:
            local_day = self.site.times.last(now).day
        return Turn(
            schedule_id=schedule_id, day=day, local_day=local_day, ends_at=_end(local_day, zone)
        )

    def _last(self, wish: Wish, times: WeeklyTime, now: datetime) -> Occurrence:
        known = self._known.get(wish)
        if known is None or not known[0].at <= now < known[1]:
            last = times.last(now)
            known = self._known[wish] = last, times.next(now + timedelta(microseconds=1)).at
        return known[0]


def _end(day: date, zone: tzinfo) -> datetime:
    return midnight(day + timedelta(days=1), zone).astimezone(UTC)
