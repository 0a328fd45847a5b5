"""On which days sources have papers, and when a day's list is out.

A forecast only explains an empty list; papers that are there are always kept. A holiday of arXiv
postpones the announcement of its *evening*, so it is the next working day's list that is missing.
The holidays are computed here: arXiv keeps seven of the eleven federal ones and adds some of its
own, which no library knows.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.models.clock_times import instant
from digest.models.source import Forecast, Outlook

EASTERN = ZoneInfo("America/New_York")

#: Submissions until then are announced on the evening of the same working day
#: (https://info.arxiv.org/help/availability.html).
_DEADLINE = time(14)
#: arXiv rebuilds its feeds at midnight; they have been seen a few minutes late.
_FEED_OUT = time(0, 30)
#: Before this hour (UTC) Hugging Face's list of a day has only begun.
_LIST_BEGUN = time(6)

_SATURDAY = 5
_DAY = timedelta(days=1)
#: Further days on which arXiv postponed its announcements. They are published a year at a time (https://info.arxiv.org/help/availability.html#holiday).
_MORE_HOLIDAYS = frozenset({date(2026, 12, 29), date(2026, 12, 31)})


def eastern_day(moment: datetime) -> date:
    """Return the day in US Eastern time, which arXiv uses."""
    return moment.astimezone(EASTERN).date()


def arxiv(day: date, now: datetime) -> Forecast:
    """Return what to expect of arXiv's announcements dated `day`."""
    if day.weekday() >= _SATURDAY:
        return Forecast(Outlook.NOTHING, f"arXiv announces nothing on {day:%A}s")
    if _is_arxiv_holiday(day):
        return Forecast(Outlook.NOTHING, f"arXiv keeps the holiday of {_named(day)}")
    if day > date.min and _is_arxiv_holiday(before := _working_day_before(day)):
        reason = f"arXiv put off the announcement of {_named(before)}, a holiday"
        return Forecast(Outlook.NOTHING, reason)
    out = instant(day, _FEED_OUT, EASTERN)
    if now < out:
        reason = f"arXiv's announcement of {_named(day)} is out by {out:%H:%M} UTC"
        return Forecast(Outlook.EARLY, reason)
    return Forecast()


def huggingface(day: date, now: datetime) -> Forecast:
    """Return what to expect of Hugging Face's list of `day`."""
    if day.weekday() >= _SATURDAY:
        return Forecast(Outlook.LITTLE, f"Hugging Face lists few or no papers on {day:%A}s")
    if day in _holidays(day.year):
        reason = f"Hugging Face lists few or no papers on holidays such as {_named(day)}"
        return Forecast(Outlook.LITTLE, reason)
    if now < instant(day, _LIST_BEGUN, UTC):
        reason = f"Hugging Face's list of {_named(day)} has hardly begun before 06:00 UTC"
        return Forecast(Outlook.EARLY, reason)
    return Forecast()


def listing_day(submitted: datetime) -> date:
    """Return the day of the listing that should announce a submission.

    Submissions until 14:00 Eastern of a working day are announced that evening (on Friday: on
    Sunday evening), in the listing of the next weekday. Moderation may hold a paper for
    days, which is not visible here. Source: https://info.arxiv.org/help/availability.html

    Raises:
        OverflowError: the day is beyond the year 9999.

    """
    local = submitted.astimezone(EASTERN)
    day = local.date() if local.time() < _DEADLINE else local.date() + _DAY
    while day.weekday() >= _SATURDAY or _is_arxiv_holiday(day):
        day += _DAY
    day += _DAY
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _is_arxiv_holiday(day: date) -> bool:
    return day in _holidays(day.year) or day in _MORE_HOLIDAYS


def _holidays(year: int) -> frozenset[date]:
    """Return the holidays of the United States on which arXiv's staff is off.

    arXiv's own lists of 2023 to 2026 hold all of these, and none of the other federal ones.
    """
    return frozenset(
        {
            _observed(date(year, 1, 1)),
            _weekday_of(year, 1, weekday=0, nth=3),  # Martin Luther King Jr. Day
            _observed(date(year, 6, 19)),
            _observed(date(year, 7, 4)),
            _weekday_of(year, 9, weekday=0, nth=1),  # Labor Day
            _weekday_of(year, 11, weekday=3, nth=4),  # Thanksgiving
            _observed(date(year, 12, 25)),
        }
    )


def _observed(day: date) -> date:
    """Return the day a holiday is observed: Friday for a Saturday, Monday for a Sunday."""
    return day + {5: -_DAY, 6: _DAY}.get(day.weekday(), timedelta()) if day > date.min else day


def _weekday_of(year: int, month: int, *, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _working_day_before(day: date) -> date:
    return day - (3 * _DAY if day.weekday() == 0 else _DAY)


def _named(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
