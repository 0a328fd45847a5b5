"""When a subscriber's mail comes, in words: the days, the hour, and what a quiet day brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from subscribers.models import WEEK, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.models import Day, Preferences

DAY_NAMES: dict[Day, str] = dict(
    zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True)
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SiteTimes:
    """When the mail of those comes who chose no hour."""

    #: the hour and its time zone, in words; empty if it is not known
    hour: str = ""
    #: the weekdays; all of them if they are not known
    days: tuple[Day, ...] = WEEK

    @property
    def named_days(self) -> str:
        """The weekdays in words, such as `from Monday to Friday`."""
        return _named(self.days)

    def never_comes(self, preferences: Preferences) -> bool:
        """Whether somebody goes by these times, and wants mail on other days alone."""
        return preferences.hour is None and not set(self.days).intersection(preferences.mail_days)


#: The times of a site that is not known.
ANY_TIMES = SiteTimes()


def when(preferences: Preferences, *, site: SiteTimes = ANY_TIMES) -> str:
    """Return when mail comes, such as `once a week, on Monday, at 07:00 (Europe/Paris)`."""
    quiet = "; two lines on a day without new papers" if preferences.quiet_mail else ""
    if site.never_comes(preferences):
        quiet = f", which never comes: the site sends {site.named_days}"
    return f"{_days(preferences)}, {_hour(preferences, site.hour)}{quiet}"


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
