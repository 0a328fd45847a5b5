"""Calendar days counted back from another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def window(day: date, count: int) -> list[date]:
    """Return the `count` days before a day, oldest first."""
    return [days_before(day, days) for days in range(count, 0, -1)]


def days_before(day: date, days: int) -> date:
    """Return the day that is so many days earlier; the first day of the year 1 is the earliest."""
    return day.fromordinal(max(day.toordinal() - days, 1))
