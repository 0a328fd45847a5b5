"""Clock times: the instant that a day and a time of day mean in a time zone.

A zone leaves some clock times out and has some twice. Calendars have a rule for both, RFC 5545
§3.3.5. No other module combines a day with a time, so that all follow this rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, tzinfo

#: Zones have changed their offset by at most 24 hours, so a time that they left out is at most a
#: day late. A weekday whose day was left out comes again within two weeks.
_FIRST, _END = -1, 15


def instant(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the instant of a clock time, in UTC.

    A time that the zone leaves out is read with the offset before the gap: where clocks go from
    02:00 to 03:00, 02:30 is the instant they call 03:30. A time that occurs twice is its first
    occurrence.

    Raises:
        OverflowError: in UTC, it is before the year 1 or after the year 9999.

    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def midnight(day: date, zone: tzinfo = UTC) -> datetime:
    """Return the instant at which a day begins; see `instant`."""
    return instant(day, time(), zone)


@dataclass(frozen=True, kw_only=True)
class WeeklyTime:
    """A clock time on some weekdays of a time zone.

    Every day of the zone has it once, also a day on which the zone leaves the time out or has it
    twice. Days that the zone left out as a whole do not have it (Samoa's 30 December 2011).
    """

    at: time
    #: of the zone's days, 0 for Monday to 6 for Sunday; at least one
    weekdays: Collection[int]
    zone: tzinfo

    def next(self, moment: datetime) -> Occurrence:
        """Return the first occurrence that is not before a moment.

        Raises:
            OverflowError: it is after the year 9999.

        """
        today = moment.astimezone(self.zone).date()
        days = (today + timedelta(days=number) for number in range(_FIRST, _END))
        return next(found for found in self._on(days) if found.at >= moment)

    def last(self, moment: datetime) -> Occurrence:
        """Return the last occurrence that is not after a moment.

        Raises:
            OverflowError: it is before the year 1.

        """
        today = moment.astimezone(self.zone).date()
        days = (today - timedelta(days=number) for number in range(_FIRST, _END))
        return next(found for found in self._on(days) if found.at <= moment)

    def _on(self, days: Iterable[date]) -> Iterator[Occurrence]:
        for day in days:
            if day.weekday() in self.weekdays and _exists(day, self.zone):
                yield Occurrence(day, instant(day, self.at, self.zone))


class Occurrence(NamedTuple):
    """A day of a time zone, and the instant of a clock time on it."""

    day: date
    #: UTC
    at: datetime


def _exists(day: date, zone: tzinfo) -> bool:
    return midnight(day, zone).astimezone(zone).date() == day
