"""Runs that are recorded, summed up in the log, and reported to whoever watches.

`digest.app.runs` does the work. Here each run has a row in the database from its beginning, and at
its end one line in the log; then `digest.app.after_run` reports it. What fails of this is logged,
and fails no run.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digest.app import after_run, pipeline, runs
from digest.app.clock import newest_day, now
from digest.app.due import find_due
from digest.app.silence import silence_of
from digest.app.trouble import troubles_of
from digest.delivery.process import this_host
from digest.errors import DigestError, RunInProgressError, StoreError
from digest.models.delivery import DeliveryState
from digest.sources.fetch import no_progress
from digest.storage.run_log import RunRecord, RunResult
from digest.text.reply_words import without_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from digest.app.pipeline import ProgressBar
    from digest.app.runs import DayReport, RetryReport
    from digest.app.services import App
    from digest.models.delivery import RunReport
    from digest.models.source import SourceReport

log = logging.getLogger(__name__)

RUN, RETRY = "run", "retry"


def run(
    app: App,
    day: date | None = None,
    *,
    only: int | None = None,
    is_daemon: bool = False,
    should_continue: Callable[[], bool] = lambda: True,
    fetch_progress: ProgressBar = no_progress,
    delivery_progress: ProgressBar = no_progress,
) -> DayReport:
    """Do `runs.run`, and record it; the report says whether nobody was mailed without a reason.

    Raises:
        DigestError: as `runs.run`; that is recorded too.

    """
    recording = _Recording(
        app,
        RUN,
        pipeline.run_day(app, day).day,
        is_watched=only is None,
        can_wait=is_daemon,
    )
    recording.begin()
    with recording.of_errors():
        report = runs.run(
            app,
            day,
            only=only,
            is_daemon=is_daemon,
            should_continue=should_continue,
            fetch_progress=fetch_progress,
            delivery_progress=delivery_progress,
        )
        own = report.deliveries.day
        failed = _failed(report.sources)
        if only is None and report.is_due:
            report = replace(report, silence=silence_of(app, own, failed_sources=failed))
        result = RunResult(
            counts=_counts(report.days),
            steps=app.steps.take(),
            stopped=_stopped(report.days),
            papers=app.papers.count(own),
            failed_sources=failed,
            is_complete=report.is_complete,
            silence=report.silence,
        )
    recording.end(result, day=own)
    return report


def run_due(
    app: App,
    *,
    should_continue: Callable[[], bool] = lambda: True,
    fetch_progress: ProgressBar = no_progress,
    delivery_progress: ProgressBar = no_progress,
) -> DayReport | RetryReport:
    """Run if somebody is due by the daemon's hours, and else send what is due again.

    Raises:
        DigestError: as `run` and `retry`.

    """
    if not find_due(app, is_daemon=True).turns:
        return retry(app, should_continue=should_continue, progress=delivery_progress)
    return run(
        app,
        is_daemon=True,
        should_continue=should_continue,
        fetch_progress=fetch_progress,
        delivery_progress=delivery_progress,
    )


def retry(
    app: App,
    day: date | None = None,
    *,
    state: DeliveryState = DeliveryState.DEFERRED,
    only: int | None = None,
    should_continue: Callable[[], bool] = lambda: True,
    progress: ProgressBar = no_progress,
) -> RetryReport:
    """Do `runs.retry`, and record it unless there was nothing to do.

    The daemon asks every few minutes, and mostly nothing is due.

    Raises:
        DigestError: as `runs.retry`; that is recorded too, unless another run does the work.

    """
    recording = _Recording(app, RETRY, day, is_watched=only is None, can_wait=day is None)
    if day is not None or _is_due(app):
        recording.begin()
    with recording.of_errors():
        report = runs.retry(
            app, day, state=state, only=only, should_continue=should_continue, progress=progress
        )
        failed = _failed(report.sources)
        newest = max((one.day for one in report.days), default=None)
        silence = None
        if newest is not None and only is None:
            silence = silence_of(app, newest, failed_sources=failed)
        result = RunResult(
            counts=_counts(report.days),
            steps=app.steps.take(),
            stopped=_stopped(report.days),
            failed_sources=failed,
            is_complete=report.is_complete,
            silence=silence,
        )
    if report.days or report.sources:
        recording.end(result, day=day)
    else:
        recording.forget()
    return report


def _is_due(app: App) -> bool:
    until = newest_day(app.config.schedule.timezone)
    return bool(app.history.days_waiting(now=now()) or app.begun_days.to_plan(until=until))


def _failed(sources: Sequence[SourceReport]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in sources if one.error))


def _counts(days: Sequence[RunReport]) -> dict[DeliveryState, int]:
    """Add up what a run did on several days."""
    total: Counter[DeliveryState] = Counter()
    for one in days:
        total.update(one.counts)
    return {state: total[state] for state in DeliveryState if total[state]}


def _stopped(days: Sequence[RunReport]) -> str | None:
    reasons = [without_addresses(one.stopped) for one in days if one.stopped]
    return reasons[-1] if reasons else None


@dataclass
class _Recording:
    """One run as it is recorded."""

    app: App
    what: str
    day: date | None
    #: whether the operator is told of it; not of a run for one reader
    is_watched: bool
    #: whether it is no error that another run is sending: that one, or the next look, does the work
    can_wait: bool
    started_at: datetime = field(default_factory=now)
    _id: int | None = None

    def begin(self) -> None:
        """Record that it began, and forget the steps of what came before."""
        self.app.steps.take()
        with _logged():
            self._id = self.app.run_log.begin(self.what, self.day, this_host(), now=self.started_at)

    @contextmanager
    def of_errors(self) -> Iterator[None]:
        """Record an error of the block as the end of the run, and pass it on."""
        reason: str | None = "it was interrupted, or there is an internal error"
        try:
            yield
            reason = None
        except RunInProgressError as error:
            reason = None if self.can_wait else str(error)
            if self.can_wait:
                self.forget()
            raise
        except DigestError as error:
            reason = str(error)
            raise
        finally:
            if reason is not None:
                failed = RunResult(
                    is_complete=False,
                    error=without_addresses(reason),
                    steps=self.app.steps.take(),
                )
                self.end(failed, day=self.day)

    def forget(self) -> None:
        """Keep no record of it: nothing was to be done."""
        if self._id is not None:
            with _logged():
                self.app.run_log.forget(self._id)

    def end(self, result: RunResult, *, day: date | None) -> None:
        """Record and log how it ended, and report it."""
        if self._id is None:
            self.begin()
        ended_at = now()
        record = RunRecord(
            id=self._id or 0,
            what=self.what,
            day=day,
            started_at=self.started_at,
            process=this_host(),
            ended_at=ended_at,
            result=result,
        )
        with _logged():
            self.app.run_log.end(record.id, result, day=day, now=ended_at)
            if self.what == RUN and self.is_watched:
                # Where there are very many readers, this takes a second or two.
                self.app.run_log.count_topics(record.id, self.app.book.wanting_each())
        _log(record, result)
        after_run.report(self.app, record, result, is_watched=self.is_watched)


@contextmanager
def _logged() -> Iterator[None]:
    """Log that a run could not be recorded, and go on."""
    try:
        yield
    except StoreError as error:
        log.warning("run not recorded", extra={"error": str(error)})


def _log(record: RunRecord, result: RunResult) -> None:
    """Write the one line of a run."""
    extra = {
        "what": record.what,
        "day": str(record.day or "all"),
        "seconds": round(record.seconds or 0, 1),
        "papers": "none read" if result.papers is None else result.papers,
        **{str(state): number for state, number in result.counts.items()},
    }
    if result.is_complete:
        log.info("run finished", extra=extra)
        return
    kinds = [trouble.kind for trouble in troubles_of(result)]
    log.warning("run finished", extra={**extra, "trouble": ", ".join(kinds) or "mails wait"})
