"""When the mail of readers comes who chose no hour, as they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.clock import LOCAL
from subscribers.models import WEEK
from subscribers.timing_words import ANY_TIMES, SiteTimes

if TYPE_CHECKING:
    from digest.app.config.schema import Schedule


#: The daemon's hour, where `[schedule] at` names none.
DAEMON_AT = "18:00"


def site_times(schedule: Schedule, *, is_daemon: bool = False) -> SiteTimes:
    """Return the site's hour in words, and its days.

    Without `at` cron alone knows both, if no daemon runs; and the machine's own zone may have no
    name.
    """
    at = schedule.at or (DAEMON_AT if is_daemon else "")
    if not at:
        return ANY_TIMES
    hour = at if schedule.timezone == LOCAL else f"{at}, {schedule.timezone}"
    return SiteTimes(hour=hour, days=tuple(day for day in WEEK if day in schedule.weekdays))
