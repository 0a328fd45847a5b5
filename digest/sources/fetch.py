"""To be written."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from digest import sources
from digest.errors import ConfigError, RefusedError, SourceError
from digest.models.source import Outlook, SourceReport, SourceState
from digest.sources import FetchRequest, RawDocument, Source, assessment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from digest.models.source import Batch, Forecast
    from digest.sources import Kind
    from digest.sources.assessment import Assessment
    from digest.sources.backlog import Collection


log = logging.getLogger(__name__)


#: Told how many steps a work takes, and how many of them are done.
StepCounter = tuple[Callable[[int], None], Callable[[int], None]]


#: Shows how far a source is; a program without a screen passes `quietly`.
Progress = Callable[[str], AbstractContextManager[StepCounter]]


@contextmanager
def no_progress(_source: str) -> Iterator[StepCounter]:
    """Read without showing anything."""
    yield (lambda _total: None), (lambda _done: None)


def fetch_day(
    day: date,
    places: Sequence[Source],
    *,
    only_day: bool,
    collection: Collection,
    watch: Progress = no_progress,
) -> list[SourceReport]:
    """Read every source for a day and merge its papers into the store.

    A source that fails is reported as failed, not as empty, and stops no other. With `only_day`
    papers of other days are left alone; without it a file may bring in several, and a service is
    asked once more for the days that it owes. Kinds that only add to papers come last.
    """
    reports = []
    for place in sorted(places, key=lambda place: sources.get_kind(place.kind).enriches):
        owed = [] if only_day else collection.due_days(day, place)
        if not only_day and (lost := collection.expired_days(day, place)):
            span = {"first": str(lost[0]), "last": str(lost[-1])}
            log.warning("days given up", extra={"source": place.name, **span})
        with watch(place.name) as (total, done):
            # The day first: what is wrong with a service's past must not cost its present.
            for one in (day, *owed):
                report = _fetch_one(one, place, only_day=only_day or one != day,
                                    collection=collection, steps=(total, done))  # fmt: skip
                collection.readings.record(report, at=collection.clock())
                _log_fetch(report)
                reports.append(report)
    return reports


def _fetch_one(
    day: date, place: Source, *, only_day: bool, collection: Collection, steps: StepCounter
) -> SourceReport:
    started = time.monotonic()
    kind = sources.get_kind(place.kind)
    forecast = kind.forecast(day, collection.clock())
    try:
        batch = kind.join(list(_batches(day, place, kind, collection=collection, steps=steps)))
    except (SourceError, ConfigError) as error:
        return SourceReport(
            source=place.name,
            day=day,
            state=(state := _state_of(error, forecast)),
            reason=forecast.reason if state is SourceState.EMPTY else str(error),
            seconds=time.monotonic() - started,
        )
    if place.path is None and not kind.enriches:
        found = _assessed(batch, day, place, forecast=forecast, collection=collection)
    else:
        found = assessment.accept(batch)
    papers = found.batch.papers
    of_day = [paper for paper in papers if paper.day == day]
    kept = of_day if only_day else papers
    saved = collection.store.save(
        kept,
        source=place.name,
        authority=kind.authority,
        updates=found.batch.updates,
        announced=found.batch.announcements,
    )
    return SourceReport(
        source=place.name,
        day=day,
        state=found.state,
        declared=batch.declared,
        parsed=len(kept) + len(found.batch.updates),
        new=saved.new,
        merged=saved.merged,
        other_days=len(papers) - len(of_day),
        rejected=batch.rejected,
        channels=found.batch.channels,
        reason=found.reason,
        seconds=time.monotonic() - started,
    )


def _state_of(error: Exception, forecast: Forecast) -> SourceState:
    """Say what it means that a source could not be read.

    A day that has hardly begun may be refused, for its list is not open yet; and where there is
    nothing on a day, nothing is missed.
    """
    if isinstance(error, RefusedError) and forecast.outlook is Outlook.EARLY:
        return SourceState.EARLY
    if isinstance(error, SourceError) and forecast.outlook is Outlook.NOTHING:
        return SourceState.EMPTY
    return SourceState.FAILED


def _batches(
    day: date, place: Source, kind: Kind, *, collection: Collection, steps: StepCounter
) -> Iterator[Batch]:
    total, done = steps
    if place.path is not None:
        raws: Iterable[RawDocument] = sources.read_files(place)
    else:
        ask = FetchRequest(
            day=day,
            now=collection.clock(),
            web=collection.web(place),
            papers=lambda: collection.papers(day),
            expect=total,
        )
        raws = kind.read(place, ask)
    read = 0
    for raw in raws:
        yield kind.parse(raw, day=day, now=collection.clock())
        read += 1
        done(1)
    total(read)


def _assessed(
    batch: Batch, day: date, place: Source, *, forecast: Forecast, collection: Collection
) -> Assessment:
    """Find out by their ids which papers were there before, and say what the batch is worth."""
    store = collection.store
    stale: set[str] = set()
    late: set[str] = set()
    news = assessment.news_by_category(batch)
    for category, ids in news.items():
        days = {one.day for one in batch.announcements if one.category == category}
        if assessment.is_served_again(ids, store.announced(category, ids, before=day)):
            stale.add(category)
        elif max(days) < day and store.has_announcements(category, max(days)):
            late.add(category)
    if not news:
        ids = {paper.id for paper in batch.papers if paper.day == day}
        if assessment.is_served_again(ids, store.sighted(place.name, ids, before=day)):
            stale.add(place.name)
    if late and forecast.outlook is Outlook.DUE:
        batch = assessment.redate(batch, late, day)
    is_past = day < collection.clock().date()
    return assessment.assess(batch, day=day, forecast=forecast, stale=stale, is_past=is_past)


def _log_fetch(report: SourceReport) -> None:
    if report.error:
        log.error(
            "source failed",
            extra={"source": report.source, "day": str(report.day), "error": report.error},
        )
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
            "merged": report.merged,
            "other_days": report.other_days,
            "ms": round(report.seconds * 1000),
        },
    )
