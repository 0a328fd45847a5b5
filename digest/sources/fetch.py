"""Reading the sources for a day: fetch, parse, assess, and merge the papers into the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import ConfigError, RefusedError, SourceError
from digest.models.read_file import FileContents, ReadFile
from digest.models.source import Outlook, SourceReport, SourceState
from digest.sources import (
    FetchRequest,
    Source,
    assessment,
    get_kind,
    join_batches,
    lenient,
    parser_of,
)
from digest.sources.clock_skew import without_future
from digest.sources.files import SourceFile, find_files, parse_file
from digest.sources.redaction import report_without_logins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from digest.models.source import Batch, Forecast, Rejected
    from digest.sources import Kind
    from digest.sources.assessment import Assessment
    from digest.sources.backlog import Backlog
    from digest.sources.http.client import SourceClient
    from digest.storage.candidates import EditionCandidates
    from digest.storage.fetches import FetchLog
    from digest.storage.file_log import FileLog
    from digest.storage.papers import PaperStore, Saved


log = logging.getLogger(__name__)


#: Two callbacks: the first takes how many steps there are, the second how many more are done.
StepCounter = tuple[Callable[[int], None], Callable[[int], None]]


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
        return reports

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
            if source.path is not None and kind.join is join_batches:
                report = self._fetch_files(
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

    def _fetch_files(
        self,
        day: date,
        source: Source,
        kind: Kind,
        *,
        only_day: bool,
        again: bool,
        steps: StepCounter,
    ) -> SourceReport:
        """Read the files of a source one after the other, unless they have not changed.

        A kind that joins the batches of its files in a way of its own needs them all at once.
        """
        set_total, advance = steps
        paths = find_files(source)
        set_total(len(paths))
        known = self.file_log.of(source.name)
        self.file_log.forget(source.name, known.keys() - {str(path) for path in paths})
        parser = parser_of(source.kind)
        contents, unchanged, new, merged = [], 0, 0, 0
        said_before: set[Rejected | str] = set()
        for file in map(SourceFile, paths):
            now = self.clock()
            before = known.get(str(file.path))
            try:
                same = file.unchanged(
                    {} if again else known, day=day, only_day=only_day, parser=parser, now=now
                )
                if same is None:
                    read, saved = self._read_file(file, day, source, kind, only_day=only_day)
            except (SourceError, ConfigError) as error:
                self.file_log.forget(source.name, [str(file.path)])
                batch = lenient.unusable_at(str(file.path), str(error))
                contents.append(FileContents.of(batch, day=day))
                advance(1)
                continue
            if same is not None:
                unchanged += 1
                merged += same.contents.kept(day, only_day=only_day)
                contents.append(same.contents)
                said_before |= {*same.contents.rejected, *same.contents.warnings}
                if same is not before:
                    self.file_log.record(source.name, same)
            else:
                new, merged = new + saved.new, merged + saved.merged
                contents.append(read.contents)
                if saved.left_out:  # they may become known
                    self.file_log.forget(source.name, [read.path])
                else:
                    self.file_log.record(source.name, replace(read, parser=parser))
            advance(1)
        return replace(
            _files_report(source.name, day, contents, only_day=only_day),
            unchanged=unchanged,
            new=new,
            merged=merged,
            said_before=frozenset(said_before),
        )

    def _read_file(
        self, file: SourceFile, day: date, source: Source, kind: Kind, *, only_day: bool
    ) -> tuple[ReadFile, Saved]:
        """Read a file and keep its papers; return what was in it, and how many were new."""
        stamp, now = file.stamp, self.clock()
        batch = without_future(kind.parse(file.document, day=day, now=now), day=day, now=now)
        of_day = [paper for paper in batch.papers if paper.day == day]
        saved = self.papers.save(
            of_day if only_day else batch.papers,
            source=source.name,
            authority=kind.authority,
            updates=batch.updates,
            announced=batch.announcements,
            may_join=not kind.enriches,
            now=now,
        )
        is_whole = not only_day or len(of_day) == len(batch.papers)
        read = ReadFile(
            path=str(file.path),
            stamp=stamp,
            read_at=now,
            sha256=file.sha256,
            parser="",
            only_day=None if is_whole else day,
            contents=FileContents.of(batch, day=day),
        )
        return read, saved

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


def _files_report(
    source: str, day: date, files: Sequence[FileContents], *, only_day: bool
) -> SourceReport:
    """Return the report of a day on files, whether they were read now or before."""
    usable = sum(file.kept(day, only_day=False) for file in files)
    rejected = tuple(record for file in files for record in file.rejected)
    channels = tuple(channel for file in files for channel in file.channels)
    trouble = next((file.trouble for file in files if file.trouble), None)
    unknown = sum(file.unknown for file in files)
    state, reason = assessment.by_counts(usable, rejected, channels, trouble, unknown=unknown)
    return SourceReport(
        source=source,
        day=day,
        state=state,
        declared=sum(file.declared for file in files),
        parsed=sum(file.kept(day, only_day=only_day) for file in files),
        other_days=sum(file.papers - file.of_day(day) for file in files),
        rejected=rejected,
        channels=channels,
        reason=reason,
        warnings=tuple(dict.fromkeys(one for file in files for one in file.warnings)),
    )


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
