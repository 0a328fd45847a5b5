"""To be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def window(day: date, most: int) -> list[date]:
    """Return the days before a day, at most so many, oldest first."""
    return [back(day, days) for days in range(most, 0, -1)]


def back(day: date, days: int) -> date:
    """Return the day so many days before; there is none before the year 1."""
    return day.fromordinal(max(day.toordinal() - days, 1))
