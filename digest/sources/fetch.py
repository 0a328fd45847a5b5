"""Reading the sources for a day: fetch, parse, assess, and merge the papers into the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import ConfigError, RefusedError, SourceError
from digest.models.source import Outlook, SourceReport, SourceState
from digest.sources import (
    FetchRequest,
    Source,
    assessment,
    get_kind,
    join_batches,
)
from digest.sources.clock_skew import without_future
from digest.sources.file_fetcher import FileFetcher, StepCounter
from digest.sources.files import find_files, parse_file
from digest.sources.redaction import report_without_logins, without_login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from digest.models.source import Batch, Forecast
    from digest.sources import Kind
    from digest.sources.assessment import Assessment
    from digest.sources.backlog import Backlog
    from digest.sources.http.client import SourceClient
    from digest.storage.candidates import EditionCandidates
    from digest.storage.fetches import FetchLog
    from digest.storage.file_log import FileLog
    from digest.storage.papers import PaperStore


log = logging.getLogger(__name__)


#: Shows the progress of the named source while the context is open.
Progress = Callable[[str], AbstractContextManager[StepCounter]]


@contextmanager
def no_progress(_source: str) -> Iterator[StepCounter]:
    """Show nothing."""
    yield (lambda _total: None), (lambda _done: None)


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Reads sources and keeps their papers, with a record of how each fetch ended."""

    papers: PaperStore
    fetch_log: FetchLog
    #: the files that were read before
    file_log: FileLog
    backlog: Backlog
    #: the day's papers, which kinds that enrich are given
    candidates: EditionCandidates
    #: returns the HTTP client of a source, which sends requests to the source's hosts only
    client_for: Callable[[Source], SourceClient]
    clock: Callable[[], datetime]

    def fetch(
        self,
        day: date,
        sources: Sequence[Source],
        *,
        only_day: bool,
        again: bool = False,
        progress: Progress = no_progress,
    ) -> list[SourceReport]:
        """Read every source for a day and merge its papers into the store.

        A source that fails is reported as failed, not as empty, and does not stop the others.
        With `only_day`, papers of other days are dropped. Without it, a file may bring in several
        days, and a service is also read for the days in its backlog. Kinds that enrich are read
        last. Files that have not changed since they were read are left out, unless `again`.
        """
        reports = []
        #: failures that were logged; most days of a host that cannot be reached fail alike
        logged: set[str] = set()
        for source in sorted(sources, key=lambda source: get_kind(source.kind).enriches):
            due = [] if only_day else self._due_days(day, source)
            with progress(source.name) as steps:
                # The day itself comes first: trouble with past days must not cost today's papers.
                for one in (day, *due):
                    report = self._fetch_day(
                        one,
                        source,
                        only_day=only_day or one != day,
                        is_past=(only_day or one != day) and one < self.clock().date(),
                        again=again,
                        steps=steps,
                    )
                    report = report_without_logins(report)
                    self.fetch_log.record(report, at=self.clock())
                    if report.error not in logged:
                        _log_fetch(report)
                    if report.error:
                        logged.add(report.error)
                    reports.append(report)
                # A service that is in trouble is not asked for votes.
                is_well = not any(one.error for one in reports if one.source == source.name)
                if is_well and not only_day:
                    self._recount(day, source, steps)
        return reports

    def _recount(self, day: date, source: Source, steps: StepCounter) -> None:
        """Read the votes of earlier days again, while they still rise.

        Only what is known of known papers changes: the lists stay as they were read. A failure
        changes nothing either.
        """
        kind = get_kind(source.kind)
        for earlier in self.backlog.unsettled_days(day, source, now=self.clock()):
            extra = {"source": source.name, "day": str(earlier)}
            self.fetch_log.recount(source.name, earlier, at=self.clock())
            try:
                joined = kind.join(list(self._batches(earlier, source, kind, steps=steps)))
            except (SourceError, ConfigError) as error:
                log.warning(
                    "votes not read again", extra=extra | {"error": without_login(str(error))}
                )
                return
            batch = without_future(joined, day=earlier, now=self.clock())
            saved = self.papers.save(
                (),
                source=source.name,
                authority=kind.authority,
                updates=[paper for paper in batch.papers if paper.day == earlier],
                may_join=False,
                now=self.clock(),
            )
            log.info("votes read again", extra=extra | {"papers": saved.merged})

    @property
    def _files(self) -> FileFetcher:
        return FileFetcher(papers=self.papers, file_log=self.file_log, clock=self.clock)

    def _due_days(self, day: date, source: Source) -> list[date]:
        due = self.backlog.due_days(day, source, now=self.clock())
        if expired := self.backlog.expired_days(day, source, now=self.clock()):
            span = {"first": str(expired[0]), "last": str(expired[-1])}
            log.warning("days given up", extra={"source": source.name, **span})
        return due

    def _fetch_day(
        self,
        day: date,
        source: Source,
        *,
        only_day: bool,
        is_past: bool,
        again: bool,
        steps: StepCounter,
    ) -> SourceReport:
        started = time.monotonic()
        kind = get_kind(source.kind)
        forecast = kind.forecast(day, self.clock())
        try:
            # A kind that joins the batches of its files in a way of its own needs all at once.
            if source.path is not None and kind.join is join_batches:
                report = self._files.fetch(
                    day, source, kind, only_day=only_day, again=again, steps=steps
                )
                return replace(report, seconds=time.monotonic() - started)
            joined = kind.join(list(self._batches(day, source, kind, steps=steps)))
            batch = without_future(joined, day=day, now=self.clock())
        except (SourceError, ConfigError) as error:
            return SourceReport(
                source=source.name,
                day=day,
                state=(state := _state_of(error, forecast, is_file=source.path is not None)),
                reason=forecast.reason if state is SourceState.EMPTY else str(error),
                seconds=time.monotonic() - started,
            )
        if source.path is None and not kind.enriches:
            found = self._assess(batch, day, source, forecast=forecast, is_past=is_past)
        else:
            found = assessment.accept(batch)
        papers = found.batch.papers
        of_day = [paper for paper in papers if paper.day == day]
        kept = of_day if only_day else papers
        saved = self.papers.save(
            kept,
            source=source.name,
            authority=kind.authority,
            updates=found.batch.updates,
            announced=found.batch.announcements,
            may_join=not kind.enriches,
            now=self.clock(),
        )
        return SourceReport(
            source=source.name,
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
            warnings=batch.warnings,
            seconds=time.monotonic() - started,
        )

    def _batches(
        self, day: date, source: Source, kind: Kind, *, steps: StepCounter
    ) -> Iterator[Batch]:
        """Read a source and yield the batch of each document."""
        set_total, advance = steps
        if source.path is not None:
            for path in find_files(source):
                yield parse_file(path, kind, day=day, now=self.clock())
                advance(1)
            return
        request = FetchRequest(
            day=day,
            now=self.clock(),
            web=self.client_for(source),
            papers=lambda: self.candidates.papers(day),
            expect=set_total,
        )
        documents = kind.read(source, request)
        read = 0
        for document in documents:
            yield kind.parse(document, day=day, now=self.clock())
            read += 1
            advance(1)
        set_total(read)

    def _assess(
        self, batch: Batch, day: date, source: Source, *, forecast: Forecast, is_past: bool
    ) -> Assessment:
        """Assess a batch: the store knows which of its papers the source had on earlier days."""
        stale: set[str] = set()
        late: set[str] = set()
        news = assessment.news_by_category(batch)
        for category, ids in news.items():
            days = {one.day for one in batch.announcements if one.category == category}
            if assessment.is_served_again(ids, self.papers.announced(category, ids, before=day)):
                stale.add(category)
            elif max(days) < day and self.papers.has_announcements(category, max(days)):
                late.add(category)
        if not news:
            ids = {paper.id for paper in batch.papers if paper.day == day}
            if assessment.is_served_again(ids, self.papers.sighted(source.name, ids, before=day)):
                stale.add(source.name)
        if late and forecast.outlook is Outlook.DUE:
            batch = assessment.redate(batch, late, day)
        return assessment.assess(batch, day=day, forecast=forecast, stale=stale, is_past=is_past)


def _state_of(error: Exception, forecast: Forecast, *, is_file: bool) -> SourceState:
    """Return the state of a source that could not be read.

    A refusal early in the day means that the day's list is not open yet. On a day without papers
    nothing is missed, except from files: no calendar says what is in them.
    """
    if is_file:
        return SourceState.FAILED
    if isinstance(error, RefusedError) and forecast.outlook is Outlook.EARLY:
        return SourceState.EARLY
    if isinstance(error, SourceError) and forecast.outlook is Outlook.NOTHING:
        return SourceState.EMPTY
    return SourceState.FAILED


def _log_fetch(report: SourceReport) -> None:
    if report.error:
        log.error(
            "source failed",
            extra={"source": report.source, "day": str(report.day), "error": report.error},
        )
    for warning in report.warnings:
        if warning in report.said_before:
            continue
        extra = {"source": report.source, "day": str(report.day), "reason": warning}
        log.warning("not understood", extra=extra)
    for record in report.rejected:
        if record in report.said_before:
            continue
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
            "unchanged": report.unchanged,
            "said_before": len(report.said_before),
            "new": report.new,
            "merged": report.merged,
            "other_days": report.other_days,
            "ms": round(report.seconds * 1000),
        },
    )
