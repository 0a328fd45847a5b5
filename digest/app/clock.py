"""The clock. No other module asks the system what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def today(timezone: str) -> date:
    """Return today's date in a time zone, or the UTC date if that is earlier.

    Sources list their papers by UTC days, and a day that has not begun cannot be read.
    """
    at = now()
    return min(at.astimezone(ZoneInfo(timezone)).date(), at.date())


def newest_day(timezone: str) -> date:
    """Return the newest day that has begun, in a time zone or in UTC; later ones are the future."""
    at = now()
    return max(at.astimezone(ZoneInfo(timezone)).date(), at.date())
