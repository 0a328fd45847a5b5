"""The day of a run: whose lists of papers it reads, and so whose edition it makes.

A day belongs to the lists: it is the day on which papers were featured, and lists count in UTC or
US Eastern time. A run belongs to a place. At 18:00 on Friday in Los Angeles it is Saturday in UTC,
and at 06:00 on Monday in Tokyo it is still Sunday; both runs make Friday's edition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.models.clock_times import midnight
from digest.models.days import days_before, window
from digest.models.source import Outlook
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, tzinfo

    from digest.sources import Source

#: Longer than lists are ever missing in a row, as they are over a holiday.
_LONGEST_GAP = 14
#: A day without lists has begun when those of other days are out.
_BEGUN = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class RunDay:
    """The day of a run, and why it is that day, as a clause."""

    day: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Calendar:
    """What the calendars of some services say at a moment."""

    services: Sequence[Source]
    now: datetime

    def has_begun(self, day: date) -> bool:
        """Whether some list of a day is out; without services, whether the day began in UTC."""
        begin = midnight(day)
        outlooks = self._outlooks(day)
        if self.now < begin or not outlooks or Outlook.DUE in outlooks:
            return self.now >= begin
        return Outlook.EARLY not in outlooks and self.now >= begin + _BEGUN

    def has_lists(self, day: date) -> bool:
        """Whether more than a few papers of a day are expected."""
        outlooks = self._outlooks(day)
        return not outlooks or bool({Outlook.DUE, Outlook.EARLY} & outlooks)

    def _outlooks(self, day: date) -> set[Outlook]:
        forecasts = [get_kind(source.kind).forecast(day, self.now) for source in self.services]
        return {forecast.outlook for forecast in forecasts}


def day_of_run(
    sources: Sequence[Source],
    *,
    now: datetime,
    zone: tzinfo,
    weekdays: Collection[int],
    mailed: date | None,
) -> RunDay:
    """Return the day of a run that nobody named.

    It is the date at the place of the run, once a list of that day is out. Before, it is the last
    earlier day that had lists. A weekend counts there only if runs are scheduled on it, or if its
    edition was made already. Where the schedule leaves out days that have lists, the run keeps its
    own date, so that readers who chose that weekday get their mail.

    Args:
        sources: the configured sources. Files and kinds that only enrich have no lists.
        now: the time of the run.
        zone: the time zone of its place.
        weekdays: on which runs are scheduled there, 0 for Monday to 6 for Sunday.
        mailed: the newest day that has an edition; None if there is none.

    """
    local = now.astimezone(zone)
    today, reason = local.date(), f"it is {local:%H:%M} on {local:%A}"
    services = [one for one in sources if one.path is None and not get_kind(one.kind).enriches]
    calendar = _Calendar(services=services, now=now)

    def is_made(day: date) -> bool:
        return day.weekday() in weekdays or day == mailed or calendar.has_lists(day)

    if calendar.has_begun(today):
        return RunDay(day=today, reason=reason)
    begun = today if now >= midnight(today) else days_before(today, 1)
    if all(day.weekday() in weekdays for day in window(today, 7) if calendar.has_lists(day)):
        earlier = reversed(window(today, _LONGEST_GAP))
        made = (day for day in earlier if calendar.has_begun(day) and is_made(day))
        begun = next(made, begun)
    return RunDay(day=begun, reason=f"{reason}, and no list of that day is out yet")
