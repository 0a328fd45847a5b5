"""The clock and the machine's time zone. No other module asks the system what time it is."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

#: The name of the machine's own time zone in the configuration.
LOCAL = "local"


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def zone(name: str) -> tzinfo:
    """Return the time zone of a name such as Europe/Paris; `local` is the machine's own."""
    if name != LOCAL:
        return ZoneInfo(name)
    time.tzset()  # TZ or /etc/localtime may have changed while the daemon runs
    return MachineZone()


def place(name: str) -> tzinfo:
    """Return the zone whose date a run goes by: the configured one, but the machine's for UTC.

    `digest init` has written `timezone = "UTC"` into many files whose machine, and so cron, has
    another zone.
    """
    return zone(LOCAL if name == "UTC" else name)


def today(timezone: str) -> date:
    """Return the date at a place, or the UTC date if that is earlier.

    Sources list their papers by UTC days, and a day that has not begun cannot be read.
    """
    at = now()
    return min(at.astimezone(place(timezone)).date(), at.date())


def newest_day(timezone: str) -> date:
    """Return the newest day that has begun, at a place or in UTC; later ones are the future."""
    at = now()
    return max(at.astimezone(place(timezone)).date(), at.date())


def newest_day_anywhere() -> date:
    """Return the newest day that has begun for some reader; no zone is further ahead of UTC."""
    return (now() + timedelta(hours=14)).date()


class MachineZone(tzinfo):
    """The zone that cron uses: by TZ, else /etc/localtime, else UTC, as the C library reads them.

    A time that occurs twice or not at all is read by its `fold` (PEP 495).
    """

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """Return how far local time is ahead of UTC."""
        if moment is None:
            return None
        written = moment.replace(tzinfo=None)
        seconds = moment.replace(tzinfo=UTC).timestamp() - written.timestamp()
        return timedelta(seconds=round(seconds))

    def dst(self, _moment: datetime | None, /) -> timedelta | None:
        """Return None: how much of the offset is summer time is not known."""
        return None

    def tzname(self, _moment: datetime | None, /) -> str:
        """Return the name in the configuration."""
        return LOCAL

    def fromutc(self, moment: datetime, /) -> datetime:
        """Return the local time of a time that is written in UTC."""
        whole = moment.replace(tzinfo=UTC, microsecond=0).timestamp()
        local = datetime.fromtimestamp(whole)  # noqa: DTZ006 (local time is what is asked for)
        return local.replace(tzinfo=self, microsecond=moment.microsecond)
