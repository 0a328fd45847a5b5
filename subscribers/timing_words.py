"""When a subscriber's mail comes, in words: the days, the hour, and what a quiet day brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.models import WEEK, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.models import Day, Preferences

DAY_NAMES: dict[Day, str] = dict(
    zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True)
)  # fmt: skip


def when(preferences: Preferences, *, site_hour: str = "") -> str:
    """Return when mail comes, such as `once a week, on Monday, at 07:00 (Europe/Paris)`.

    `site_hour` is the hour of who chose none, in words; empty if it is not known.
    """
    quiet = "; two lines on a day without new papers" if preferences.quiet_mail else ""
    return f"{_days(preferences)}, {_hour(preferences, site_hour)}{quiet}"


def _days(preferences: Preferences) -> str:
    days = preferences.mail_days
    if preferences.frequency == "weekly":
        return f"once a week, on {DAY_NAMES[days[0]]}"
    named = _named(days)
    if preferences.frequency == "enough":
        return f"when there is something, {'on any day' if days == WEEK else named}"
    return named


def _named(days: Sequence[Day]) -> str:
    if days == WEEK:
        return "every day"
    if days == WEEKDAYS:
        return "from Monday to Friday"
    *others, last = (DAY_NAMES[day] for day in days)
    return f"on {', '.join(others)} and {last}" if others else f"on {last}"


def _hour(preferences: Preferences, site_hour: str) -> str:
    if preferences.hour is None:
        return "at the site’s hour" + (f" ({site_hour})" if site_hour else "")
    return f"at {preferences.hour:02}:00 ({preferences.timezone})"
