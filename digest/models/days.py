"""Calendar days counted back from another day, and times in UTC."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


def window(day: date, count: int) -> list[date]:
    """Return the `count` days before a day, oldest first."""
    return [days_before(day, days) for days in range(count, 0, -1)]


def days_before(day: date, days: int) -> date:
    """Return the day that is so many days earlier; the first day of the year 1 is the earliest."""
    return day.fromordinal(max(day.toordinal() - days, 1))


def as_utc(moment: datetime) -> datetime:
    """Return a time in UTC; one without a zone is taken as UTC.

    Raises:
        OverflowError: in UTC, the time is before the year 1 or after the year 9999.

    """
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
