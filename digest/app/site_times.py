"""When the mail of readers comes who chose no hour, as they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.clock import LOCAL
from subscribers.models import WEEK
from subscribers.timing_words import ANY_TIMES, SiteTimes

if TYPE_CHECKING:
    from digest.app.config.schema import Schedule


def site_times(schedule: Schedule) -> SiteTimes:
    """Return the site's hour in words, and its days.

    Without `at` cron alone knows both; and the machine's own zone may have no name.
    """
    if not schedule.at:
        return ANY_TIMES
    hour = schedule.at if schedule.timezone == LOCAL else f"{schedule.at}, {schedule.timezone}"
    return SiteTimes(hour=hour, days=tuple(day for day in WEEK if day in schedule.weekdays))
