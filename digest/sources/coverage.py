"""Coverage: which sources an edition's papers come from, and what is missing.

Sources that only enrich are left out: without them no announced paper is missing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digest.models.issue import Coverage, SourceCoverage
from digest.models.source import SourceState
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.models.paper import Paper
    from digest.sources import Source
    from digest.sources.backlog import Backlog
    from digest.storage.fetches import FetchRecord


def coverage_of(
    day: date,
    sources: Sequence[Source],
    papers: Sequence[Paper],
    *,
    counts: Mapping[str, int],
    fetches: Iterable[FetchRecord],
    backlog: Backlog,
    now: datetime,
    votes_read_at: datetime | None = None,
) -> Coverage:
    """Return the coverage of a day's edition.

    Args:
        day: the day of the edition.
        sources: the configured sources.
        papers: the papers of the edition.
        counts: how many papers of the day each source brought, by the source's name.
        fetches: how the sources were read for the day.
        backlog: the earlier days that are to be read again.
        now: the time, UTC.
        votes_read_at: when the votes were read that the edition counts, if it counts any.

    """
    bringing = [source for source in sources if not get_kind(source.kind).enriches]
    names = [source.name for source in bringing]
    records = {record.source: record for record in fetches}
    found = {name: records[name] for name in names if name in records}
    order = [*names, *sorted(set(counts) - {source.name for source in sources})]
    stale = _names(found, lambda record: record.source not in counts and _is_old(record))
    missing = _names(
        found,
        lambda record: (
            record.source not in counts and record.error is not None and not _is_old(record)
        ),
    )
    partial = _names(found, lambda record: record.source in counts and record.error is not None)
    again = {source.name for source in bringing if backlog.can_ask_again(source)}
    return Coverage(
        day=day,
        sources=tuple(
            _source_coverage(name, counts[name], found.get(name))
            for name in order
            if name in counts
        ),
        missing=missing,
        to_be_retried=tuple(name for name in (*missing, *stale, *partial) if name in again),
        partial=partial,
        stale=stale,
        excused=tuple(
            dict.fromkeys(
                record.reason
                for record in found.values()
                if record.source not in counts and record.reason and record.error is None
            )
        ),
        late=count_by_day(papers, before=day),
        overdue=backlog.overdue(day, sources, now=now),
        considered=len(papers),
        votes_read_at=votes_read_at,
    )


def _names(
    found: Mapping[str, FetchRecord], wanted: Callable[[FetchRecord], bool]
) -> tuple[str, ...]:
    return tuple(name for name, record in found.items() if wanted(record))


def _source_coverage(name: str, papers: int, record: FetchRecord | None) -> SourceCoverage:
    if record is None:
        return SourceCoverage(source=name, papers=papers)
    # An early list may still grow, and so may one that could not be read a second time.
    is_early = record.state is SourceState.EARLY or record.reason is not None
    return SourceCoverage(source=name, papers=papers, channels=record.channels, is_early=is_early)


def _is_old(record: FetchRecord) -> bool:
    """Whether a source was read and held papers of other days only."""
    held = record.declared > record.rejected + record.other_days
    return record.state is SourceState.STALE or (record.state is SourceState.OK and held)


def count_by_day(papers: Iterable[Paper], *, before: date) -> tuple[tuple[date, int], ...]:
    """Count the papers of each day before the edition's own, oldest day first."""
    return tuple(sorted(Counter(p.day for p in papers if p.day < before).items()))
