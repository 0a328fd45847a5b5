"""The clock of the machine, beside what is known of the time without it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from importlib import metadata
from typing import TYPE_CHECKING

from digest.app.doctor import sources
from digest.app.doctor.finding import Finding, fail, not_checked, ok, warn
from digest.errors import SourceError
from digest.models.clock_times import midnight
from digest.sources.clock_skew import ahead_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app.doctor.installation import Installation

CLOCK = "clock"
_REMEDY = "timedatectl set-ntp true"
#: Libraries whose versions are days: nobody has installed them before.
_DATED = ("certifi", "tzdata")
#: Servers write whole seconds, and an answer takes a moment.
_USUAL = timedelta(seconds=30)
#: Beyond this a time-stamped signature may be refused.
_WRONG = timedelta(minutes=5)


def check(installation: Installation) -> Iterator[Finding]:
    """Compare the clock with the libraries, the database and the servers of sources."""
    now, app = installation.now, installation.app
    if (built := newest_version()) and now < midnight(built):
        yield fail(
            CLOCK, f"it says {_moment(now)}, before the day of our libraries, {built}", _REMEDY
        )
        return
    newest = app.fetch_log.newest_time() if app is not None else None
    if newest and now < newest:
        yield fail(
            CLOCK,
            f"it says {_moment(now)}, but a source was read at {_moment(newest)}: it is behind"
            " now, or was ahead then",
            _REMEDY,
        )
        return
    skew = _skew(installation)
    if skew is None:
        yield not_checked(
            CLOCK, "no server's time is at hand; it is not before anything stored here"
        )
    elif abs(skew) <= _USUAL:
        yield ok(CLOCK, "it agrees with a server of a source")
    else:
        way = "ahead of" if skew > timedelta(0) else "behind"
        text = f"it is {_length(abs(skew))} {way} the server of a source"
        yield (fail if abs(skew) > _WRONG else warn)(CLOCK, text, _REMEDY)


def newest_version() -> date | None:
    """Return the newest day that is the version of an installed library, such as 2026.2.25."""
    found = (_day_of(metadata.version(name)) for name in _DATED)
    return max((day for day in found if day), default=None)


def _day_of(version: str) -> date | None:
    """Read a version as a day; tzdata's `2026.1` is the first of the year."""
    match = re.match(r"(20\d\d)\.(\d+)(?:\.(\d+))?", version)
    if match is None:
        return None
    try:
        return (
            date(int(match[1]), int(match[2]), int(match[3]))
            if match[3]
            else date(int(match[1]), 1, 1)
        )
    except ValueError:
        return None


def _skew(installation: Installation) -> timedelta | None:
    """Return how far the clock is ahead of the first server of a source that says the time."""
    for url in sources.addresses(installation.config):
        try:
            if sources.left_alone(url, installation):
                continue
            answer = installation.reach.ask(url)
        except SourceError:
            continue
        found = ahead_by(answer.date, now=installation.clock())
        if found is not None:
            return found
    return None


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{span.total_seconds():.0f} seconds"
