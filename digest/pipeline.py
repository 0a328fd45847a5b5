"""The steps of a day up to the desk, in a row.

    sources ──Raw──▶ parse ──Paper──▶ store                                   fetch()
                                        │
                                     ranking ──Pick──▶ desk                   lay_out()
                                                         │
    subscribers ──Subscriber──▶ compose ──Issue──▶ press ──mail──▶ delivery   dispatch()

Everything before `delivery` can be repeated without harm. Nothing here decides: what is chosen is
decided in ranking, what an error means in delivery. `dispatch` is a module of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest import sources
from digest.compose import Desk
from digest.errors import SourceError
from digest.models import Edition, Paper, Rejected, SourceReport, SourceState
from digest.ranking.rank import rank
from digest.ranking.similar import near_duplicates
from digest.sources import Location

if TYPE_CHECKING:
    from digest.store import Fetched, Store
    from subscribers.models import Topic

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Clock = Callable[[], datetime]


class Track(Protocol):
    """Follows a long walk, to show how far it is; a program without a screen passes `quietly`."""

    def __call__(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """Return the items, one by one."""


def quietly(items: Sequence[Item], what: str) -> Iterable[Item]:  # noqa: ARG001 (Track's shape)
    """Walk without showing anything."""
    return items


# -- fetch ------------------------------------------------------------------------------------


def fetch(
    day: date,
    places: Sequence[Location],
    *,
    only_day: bool,
    store: Store,
    clock: Clock,
    track: Track = quietly,
) -> list[SourceReport]:
    """Read every source for a day and merge its papers into the store.

    A source that fails is reported as failed, not as empty, and stops no other. With `only_day`
    papers of other days are left alone; without it a file may bring in several.
    """
    reports = []
    for place in track(places, "sources"):
        report = _fetch_one(day, place, only_day=only_day, store=store, clock=clock)
        store.record(report, at=clock())
        _log_fetch(report)
        reports.append(report)
    return reports


def _fetch_one(
    day: date, place: Location, *, only_day: bool, store: Store, clock: Clock
) -> SourceReport:
    started = time.monotonic()
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    declared = 0
    try:
        for raw in sources.read(place, day):
            batch = sources.parse(place, raw, day=day, now=clock())
            papers += batch.papers
            rejected += batch.rejected
            declared += batch.declared
    except SourceError as error:
        return SourceReport(
            source=place.name,
            day=day,
            state=SourceState.FAILED,
            error=str(error),
            seconds=time.monotonic() - started,
        )
    of_day = [paper for paper in papers if paper.day == day]
    kept = of_day if only_day else papers
    new = store.save(kept, source=place.name, kind=place.kind)
    unusable = not papers and bool(rejected)
    return SourceReport(
        source=place.name,
        day=day,
        state=SourceState.FAILED if unusable else SourceState.OK,
        declared=declared,
        parsed=len(kept),
        new=new,
        other_days=len(papers) - len(of_day),
        rejected=tuple(rejected),
        error=f"nothing in it could be used: {rejected[0].reason}" if unusable else None,
        seconds=time.monotonic() - started,
    )


def _log_fetch(report: SourceReport) -> None:
    if report.state is SourceState.FAILED:
        log.error("source failed", extra={"source": report.source, "error": report.error})
    for record in report.rejected:
        extra = {"source": report.source, "where": record.where, "reason": record.reason}
        log.warning("record rejected", extra=extra)
    log.info(
        "source fetched",
        extra={
            "source": report.source,
            "day": str(report.day),
            "state": str(report.state),
            "declared": report.declared,
            "parsed": report.parsed,
            "rejected": len(report.rejected),
            "new": report.new,
            "other_days": report.other_days,
            "ms": round(report.seconds * 1000),
        },
    )


# -- rank ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """How much goes into an issue, and how much votes count."""

    per_topic: int
    max_papers: int
    trend_weight: float


def edition(day: date, places: Sequence[str], *, store: Store, considered: int) -> Edition:
    """Say which sources a day's issues cover and which are unknown."""
    numbers = store.counts(day)
    fetched = {found.source: found for found in store.fetched(day) if found.source in places}
    failed = [name for name in places if name in fetched and _failed(fetched[name])]
    read = [name for name in places if name in fetched and not _failed(fetched[name])]
    order = [*places, *sorted(set(numbers) - set(places))]
    return Edition(
        day=day,
        covered=tuple((name, numbers[name]) for name in order if name in numbers),
        missing=tuple(name for name in failed if name not in numbers),
        cut_off=tuple(name for name in failed if name in numbers),
        stale=tuple(n for n in read if n not in numbers and _has_papers(fetched[n])),
        considered=considered,
    )


def _has_papers(fetched: Fetched) -> bool:
    """Whether a source held papers that could be of the day."""
    return fetched.declared > fetched.rejected + fetched.other_days


def _failed(fetched: Fetched) -> bool:
    return fetched.state is SourceState.FAILED


def lay_out(
    day: date, topics: Sequence[Topic], places: Sequence[str], *, store: Store, quotas: Quotas
) -> Desk:
    """Rank the day's papers for every topic: what all subscribers share, once per run."""
    papers = store.papers(day)
    return Desk(
        edition=edition(day, places, store=store, considered=len(papers)),
        papers=papers,
        topics={topic.slug: topic for topic in topics},
        ranked=rank(papers, topics, trend_weight=quotas.trend_weight),
        similar=near_duplicates(papers),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
    )
