"""The collection: the papers there are, how they were come by, and the way to more of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest import sources
from digest.models.days import days_before, window
from digest.models.source import Outlook, SourceState
from digest.storage.candidates import REMEMBERED

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from datetime import date

    from digest.models.paper import Paper
    from digest.sources import Source
    from digest.sources.http.client import SourceClient
    from digest.storage.editions import EditionStore
    from digest.storage.fetches import FetchLog
    from digest.storage.papers import PaperStore


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Where papers are kept, and what it takes to get more."""

    store: PaperStore
    readings: FetchLog
    #: what lay on the desks of days before
    desks: EditionStore
    clock: Callable[[], datetime]
    #: HTTP that keeps to the hosts of a source
    web: Callable[[Source], SourceClient]
    #: how many earlier days are read again when they were missed, and wait for an edition
    catch_up: int

    def can_ask_again(self, place: Source) -> bool:
        """Whether a source can be asked for days that are past, and is."""
        return bool(self.catch_up) and place.path is None and _past_of(place) is not None

    def due_days(self, day: date, place: Source) -> list[date]:
        """Return the earlier days for which a source is to be read again, oldest first."""
        if not self.can_ask_again(place):
            return []
        days = window(day, self.catch_up)
        readings = self.readings.of(place.name, since=days[0], before=day)
        return days_owed(
            days,
            states={found: (reading.state, reading.at) for found, reading in readings.items()},
            first=self.readings.first(place.name),
            whole_after=_past_of(place),
            quiet=[day for day in days if self._outlook(place, day) is Outlook.NOTHING],
        )

    def expired_days(self, day: date, place: Source) -> list[date]:
        """Return the days since the last reading that are too long ago to be read again."""
        if not self.can_ask_again(place):
            return []
        last = self.readings.last(place.name, before=day)
        start = window(day, self.catch_up)[0]
        if last is None or last >= start:
            return []
        days = window(start, (start - last).days - 1)
        return [day for day in days if self._outlook(place, day) is not Outlook.NOTHING]

    def overdue(self, day: date, places: Sequence[Source]) -> tuple[tuple[str, date], ...]:
        """Return which sources could not be read for earlier days, though they were asked again.

        Days on which there is little or nothing are none.
        """
        days = window(day, self.catch_up)
        return tuple(
            (place.name, earlier)
            for place in places
            if self.can_ask_again(place)
            for earlier, reading in sorted(
                self.readings.of(place.name, since=days[0], before=day).items()
            )
            if reading.error is not None
            and self._outlook(place, earlier) not in (Outlook.NOTHING, Outlook.LITTLE)
        )

    def _outlook(self, place: Source, day: date) -> Outlook:
        return sources.get_kind(place.kind).forecast(day, self.clock()).outlook

    def papers(self, day: date) -> Sequence[Paper]:
        """Return the papers of a day's edition: its own, and those that came late."""
        of_day = self.store.papers(day)
        known = {paper.id for paper in of_day}
        return [*of_day, *(paper for paper in self.late(day) if paper.id not in known)]

    def late(self, day: date) -> Sequence[Paper]:
        """Return the papers that came in too late for the editions of their own days.

        Those are papers of the last days that were offered to nobody, or not to all; whoever was
        sent one will not be sent it again. Before mail was first planned nothing was late.
        """
        first = self.desks.first_planned()
        if first is None or not self.catch_up:
            return []
        since = max(first, days_before(day, self.catch_up))
        papers = self.store.papers_between(since, days_before(day, 1))
        offered = self.desks.offered_to_all({paper.id for paper in papers}, since=since, before=day)
        return [paper for paper in papers if paper.id not in offered]

    def withdrawn(self, day: date) -> Sequence[Paper]:
        """Return the papers of earlier editions whose withdrawal is known by a day."""
        papers = self.store.withdrawn(since=days_before(day, REMEMBERED))
        lain = self.desks.included_before([paper.id for paper in papers], before=day)
        return [paper for paper in papers if paper.id in lain]


def _past_of(place: Source) -> timedelta | None:
    return sources.get_kind(place.kind).whole_after


def days_owed(
    days: Iterable[date],
    *,
    states: Mapping[date, tuple[SourceState, datetime]],
    first: date | None,
    whole_after: timedelta | None,
    quiet: Container[date],
) -> list[date]:
    """Return for which of some past days a source is to be read again.

    Those are days since its first reading that were missed, that failed, or that were read before
    their list was whole. The `quiet` ones, which have none as a rule, are read again only if that
    failed. `states` says how the last reading of each day ended, and when.
    """
    if whole_after is None or first is None:
        return []
    missed = SourceState.FAILED, datetime.min.replace(tzinfo=UTC)
    owed = []
    for day in days:
        state, at = states.get(day, missed)
        if day in quiet:
            whole = day not in states or state.is_settled
        else:
            whole = state.is_settled and at >= _start(day) + whole_after
        if day >= first and not whole:
            owed.append(day)
    return owed


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
