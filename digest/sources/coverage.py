"""What an edition says of itself, from how its sources were read.

Sources that only add to papers are left out: without them nothing is missing that was announced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest import sources
from digest.models.issue import Coverage, SourceCoverage
from digest.models.source import SourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from digest.models.paper import Paper
    from digest.sources import Source
    from digest.sources.backlog import Collection
    from digest.storage.fetches import FetchRecord


def coverage_of(
    day: date, places: Sequence[Source], papers: Sequence[Paper], *, collection: Collection
) -> Coverage:
    """Say which sources a day's issues cover and which are unknown."""
    numbers = collection.store.counts(day)
    bringing = [place for place in places if not sources.get_kind(place.kind).enriches]
    names = [place.name for place in bringing]
    readings = {one.source: one for one in collection.readings.on(day)}
    found = {name: readings[name] for name in names if name in readings}
    order = [*names, *sorted(set(numbers) - {place.name for place in places})]
    stale = _named(found, lambda one: one.source not in numbers and _is_old(one))
    missing = _named(
        found, lambda one: one.source not in numbers and one.error is not None and not _is_old(one)
    )
    cut_off = _named(found, lambda one: one.source in numbers and one.error is not None)
    again = {place.name for place in bringing if collection.can_ask_again(place)}
    return Coverage(
        day=day,
        sources=tuple(
            _covered(name, numbers[name], found.get(name)) for name in order if name in numbers
        ),
        missing=missing,
        to_be_retried=tuple(name for name in (*missing, *stale, *cut_off) if name in again),
        partial=cut_off,
        stale=stale,
        excused=tuple(
            dict.fromkeys(
                one.reason
                for one in found.values()
                if one.source not in numbers and one.reason and one.error is None
            )
        ),
        late=by_day(papers, before=day),
        overdue=collection.overdue(day, places),
        considered=len(papers),
    )


def _named(
    found: Mapping[str, FetchRecord], wanted: Callable[[FetchRecord], bool]
) -> tuple[str, ...]:
    return tuple(name for name, reading in found.items() if wanted(reading))


def _covered(name: str, papers: int, reading: FetchRecord | None) -> SourceCoverage:
    if reading is None:
        return SourceCoverage(source=name, papers=papers)
    # An early list goes on; and one that could not be read again may have.
    so_far = reading.state is SourceState.EARLY or reading.reason is not None
    return SourceCoverage(source=name, papers=papers, channels=reading.channels, is_early=so_far)


def _is_old(reading: FetchRecord) -> bool:
    """Whether a source was read and held nothing but papers of other days."""
    held = reading.declared > reading.rejected + reading.other_days
    return reading.state is SourceState.STALE or (reading.state is SourceState.OK and held)


def by_day(papers: Iterable[Paper], *, before: date) -> tuple[tuple[date, int], ...]:
    """Count the papers of days before the edition's own, oldest first."""
    days = [paper.day for paper in papers if paper.day < before]
    return tuple((day, days.count(day)) for day in sorted(set(days)))
