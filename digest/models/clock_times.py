"""Clock times: the instant that a day and a time of day mean in a time zone.

A zone leaves some clock times out and has some twice. Calendars have a rule for both, RFC 5545
§3.3.5. No other module combines a day with a time, so that all follow this rule.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
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


def next_occurrence(
    moment: datetime, *, at: time, weekdays: Collection[int], zone: tzinfo
) -> datetime:
    """Return the first instant, not before a moment, of a clock time on some weekdays; in UTC.

    Every day of the zone has one, also a day on which the zone leaves the time out or has it twice.
    Days that the zone left out as a whole have none (Samoa's 30 December 2011).

    Args:
        moment: the earliest instant.
        at: the time of day.
        weekdays: of the zone's days, 0 for Monday to 6 for Sunday; at least one.
        zone: the time zone of both.

    Raises:
        OverflowError: it is after the year 9999.

    """
    today = moment.astimezone(zone).date()
    return next(
        found
        for day in (today + timedelta(days=number) for number in range(_FIRST, _END))
        if day.weekday() in weekdays and _exists(day, zone)
        if (found := instant(day, at, zone)) >= moment
    )


def _exists(day: date, zone: tzinfo) -> bool:
    return midnight(day, zone).astimezone(zone).date() == day
