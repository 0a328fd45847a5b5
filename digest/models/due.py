"""When readers are due: the turn of each wish at a moment.

A reader's turn is a local day on which they want mail. It begins at their hour, and is open until
the next one begins. So a machine that was off makes up for the last turn, and for that alone: one
issue, which gathers what they missed. Everything follows from the wish and the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from digest.models.clock_times import WeeklyTime, midnight
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from subscribers.schedules import Wish


_NEVER = datetime.max.replace(tzinfo=UTC)


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
    zone: tzinfo
    #: whether its readers go by the site's hours
    is_site: bool = False


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


def filed(turn: Turn, *, now: datetime, oldest: date) -> Turn:
    """Return a turn whose issues are of a day that may still be mailed.

    Where its own is older than the `oldest` of these, as after a long outage, they are of the
    readers' today.
    """
    if turn.is_site or turn.day >= oldest:
        return turn
    return replace(turn, day=now.astimezone(turn.zone).date())


class _Known(NamedTuple):
    """The turn of a wish, and while it counts."""

    wish: Wish
    turn: Turn
    begins_at: datetime
    next_at: datetime


@dataclass(kw_only=True)
class TurnClock:
    """Compares the clock with what readers wish; what it worked out counts until the next turn."""

    site: SiteHours
    #: returns a time zone by its name
    zone: Callable[[str], tzinfo]
    _known: dict[int, _Known] = field(default_factory=dict)

    def open_turns(
        self, wishes: Mapping[int, Wish], *, now: datetime, site_day: date
    ) -> list[Turn]:
        """Return the turns that are open now, whether or not somebody is due.

        Args:
            wishes: the wishes of readers, by id.
            now: the time.
            site_day: the day of the site's run; the issues of its readers are of that day.

        """
        site = [schedule_id for schedule_id, wish in wishes.items() if wish.hour is None]
        found = self._site_turns(site, now, site_day)
        for schedule_id, wish in wishes.items():
            if wish.hour is None:
                continue
            known = self._known.get(schedule_id)
            if known is None or not known.begins_at <= now < known.next_at or known.wish != wish:
                known = self._known[schedule_id] = self._open(schedule_id, wish, now)
            found.append(known.turn)
        return found

    def times_of(self, wish: Wish) -> WeeklyTime:
        """Return the times at which readers of a wish are due.

        Raises:
            ValueError: neither they nor the site chose an hour.

        """
        if wish.hour is None:
            return self.site.times
        weekdays = frozenset(n for n, name in enumerate(WEEK) if name in wish.days.split())
        return WeeklyTime(at=time(wish.hour), weekdays=weekdays, zone=self.zone(wish.timezone))

    def _open(self, schedule_id: int, wish: Wish, now: datetime) -> _Known:
        times = self.times_of(wish)
        last = times.last(now)
        turn = Turn(
            schedule_id=schedule_id,
            day=last.day,
            local_day=last.day,
            ends_at=_end(last.day, times.zone),
            zone=times.zone,
        )
        following = times.next(now + timedelta(microseconds=1))
        return _Known(wish, turn, begins_at=last.at, next_at=following.at)

    def _site_turns(self, schedule_ids: Sequence[int], now: datetime, day: date) -> list[Turn]:
        """Return the turns of those who go by the site's hours, all the same."""
        zone = self.site.zone
        if self.site.at is None:
            # The run is their hour, and whoever is there now was there for it.
            local_day, ends_at = now.astimezone(zone).date(), _NEVER
        else:
            local_day = self.site.times.last(now).day
            ends_at = _end(local_day, zone)
        return [
            Turn(
                schedule_id=one,
                day=day,
                local_day=local_day,
                ends_at=ends_at,
                zone=zone,
                is_site=True,
            )
            for one in schedule_ids
        ]


def _end(day: date, zone: tzinfo) -> datetime:
    return midnight(day + timedelta(days=1), zone)
