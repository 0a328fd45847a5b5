"""Runs that are recorded, summed up in the log, and reported to whoever watches.

`digest.app.runs` does the work. Here each run has a row in the database from its beginning, and at
its end one line in the log; then `digest.app.after_run` reports it. What fails of this is logged,
and fails no run.

A run at which nobody was due, and that read and sent nothing, has no row, unless it shows that some
trouble is over. Cron may call it every hour. What a row says of trouble is how things stood then:
also what an earlier run found, and nobody has looked at since.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from digest.app import after_run, pipeline, runs
from digest.app.clock import newest_day, now
from digest.app.due import find_due
from digest.app.silence import is_unmailed, silence_of
from digest.app.trouble import kinds_of, troubles_of, with_earlier
from digest.delivery.process import this_host
from digest.errors import DigestError, RunInProgressError, StoreError
from digest.models.delivery import DeliveryState
from digest.sources.fetch import no_progress
from digest.storage.run_log import ONLY, RETRY, RUN, RunRecord, RunResult
from digest.text.reply_words import without_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import date, datetime

    from digest.app.due import Due
    from digest.app.pipeline import ProgressBar
    from digest.app.runs import DayReport, RetryReport
    from digest.app.services import App
    from digest.models.delivery import RunReport
    from digest.models.source import SourceReport

log = logging.getLogger(__name__)


def run(
    app: App,
    day: date | None = None,
    *,
    only: int | None = None,
    is_daemon: bool = False,
    due: Due | None = None,
    should_continue: Callable[[], bool] = lambda: True,
    fetch_progress: ProgressBar = no_progress,
    delivery_progress: ProgressBar = no_progress,
) -> DayReport:
    """Do `runs.run`, and record it; the report says whether nobody was mailed without a reason.

    `due` is who is due, where that is known already.

    Raises:
        DigestError: as `runs.run`; that is recorded too.

    """
    recording = _Recording(app, RUN, pipeline.run_day(app, day).day, only=only, can_wait=is_daemon)
    with recording.of_errors():
        if due is None and day is None and only is None:
            due = find_due(app, is_daemon=is_daemon)
        if due is None or _has_work(app, due):
            recording.begin()
        report = runs.run(
            app,
            day,
            only=only,
            is_daemon=is_daemon,
            due=due,
            should_continue=should_continue,
            fetch_progress=fetch_progress,
            delivery_progress=delivery_progress,
        )
        own, served = report.deliveries.day, _day_of(report)
        judged = report.served if report.is_due else [one.day for one in report.days][-1:]
        silent = None
        if only is None:
            silent = _silent(app, judged, failed=_failed(report.sources), lists_of=own)
        if silent is not None and report.is_due:
            report = replace(report, silence=silent.alarm)
        result = RunResult(
            counts=_counts(report.days),
            steps=app.steps.take(),
            stopped=_stopped(report.days),
            papers=app.papers.count(min(own, served)) if report.sources else None,
            failed_sources=_failed(report.sources),
            is_complete=report.is_complete,
            silence=silent.alarm if silent else None,
        )
    is_idle = not (report.is_due or report.sources or result.counts or result.stopped)
    recording.end(
        result,
        day=silent.day if silent else served,
        read=[one.source for one in report.sources],
        judged=judged,
        is_idle=is_idle,
    )
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
    due = find_due(app, is_daemon=True)
    if not due.turns:
        return retry(app, should_continue=should_continue, progress=delivery_progress)
    return run(
        app,
        is_daemon=True,
        due=due,
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
    recording = _Recording(app, RETRY, day, only=only, can_wait=day is None)
    if day is not None or _is_due(app):
        recording.begin()
    with recording.of_errors():
        report = runs.retry(
            app, day, state=state, only=only, should_continue=should_continue, progress=progress
        )
        failed = _failed(report.sources)
        judged = sorted(one.day for one in report.days)[-1:]
        silent = _silent(app, judged, failed=failed) if only is None else None
        result = RunResult(
            counts=_counts(report.days),
            steps=app.steps.take(),
            stopped=_stopped(report.days),
            failed_sources=failed,
            is_complete=report.is_complete,
            silence=silent.alarm if silent else None,
        )
    if report.days or report.sources:
        recording.end(
            result,
            day=silent.day if silent else day,
            read=[one.source for one in report.sources],
            judged=judged,
        )
    else:
        recording.forget()
    return report


def _has_work(app: App, due: Due) -> bool:
    """Whether a run has anything to do: somebody is due, mails wait, or sources are to be read."""
    return bool(due.turns) or _is_due(app) or pipeline.are_sources_old(app, due.site_day.day)


def _day_of(report: DayReport) -> date:
    """Return the day that a run is recorded under: the newest whose mails it dealt with."""
    own = report.deliveries
    return own.day if own.counts else max((one.day for one in report.days), default=own.day)


class _Silent(NamedTuple):
    """A day on which nobody was mailed, and the alarm."""

    day: date
    alarm: str


def _silent(
    app: App, days: Sequence[date], *, failed: Sequence[str], lists_of: date | None = None
) -> _Silent | None:
    """Return the newest of some days on which nobody was mailed, if there is one."""
    for day in sorted(days, reverse=True):
        if found := silence_of(app, day, failed_sources=failed, lists_of=lists_of):
            return _Silent(day, found)
    return None


def _is_due(app: App) -> bool:
    until = newest_day(app.config.schedule.timezone)
    return bool(app.history.days_waiting(now=now()) or app.begun_days.to_plan(until=until))


def _failed(sources: Sequence[SourceReport]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in sources if one.error))


def _counts(days: Sequence[RunReport]) -> dict[DeliveryState, int]:
    """Add up what a run did on several days, and the mails that an operator is to decide about."""
    total: Counter[DeliveryState] = Counter()
    for one in days:
        total.update(one.counts)
        total[DeliveryState.UNKNOWN] += max(
            0, one.doubtful - one.counts.get(DeliveryState.UNKNOWN, 0)
        )
    return {state: total[state] for state in DeliveryState if total[state]}


def _stopped(days: Sequence[RunReport]) -> str | None:
    reasons = [without_addresses(one.stopped) for one in days if one.stopped]
    return reasons[-1] if reasons else None


@dataclass
class _Recording:
    """One run as it is recorded."""

    app: App
    kind: str
    day: date | None
    #: the reader whom it is for; the operator is not told of such a run
    only: int | None
    #: whether it is no error that another run is sending: that one, or the next look, does the work
    can_wait: bool
    started_at: datetime = field(default_factory=now)
    _id: int | None = None

    @property
    def what(self) -> str:
        return self.kind if self.only is None else f"{self.kind}{ONLY}"

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

    def end(
        self,
        result: RunResult,
        *,
        day: date | None,
        read: Collection[str] = (),
        judged: Sequence[date] = (),
        is_idle: bool = False,
    ) -> None:
        """Record and log how it ended, and report it.

        Args:
            result: what it did.
            day: the day that it is recorded under.
            read: the names of the sources that it read.
            judged: the days on which it looked for silence.
            is_idle: whether there was nothing to do; then it has a row only if trouble is over.

        """
        own, asks, before = result, self.app.policy.asks, RunResult()
        if self.only is None:
            with _logged():
                last = self.app.run_log.last_ended()
                if last is not None and last.result is not None:
                    before = last.result
                    read = {*read, *self._read_since(last)}
                result = self._with_earlier(own, before, read=read, judged=judged)
        is_kept = not is_idle or kinds_of(result, asks=asks) != kinds_of(before, asks=asks)
        if is_kept and self._id is None:
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
        if is_kept:
            with _logged():
                self.app.run_log.end(record.id, result, day=day, now=ended_at)
                if self.what == RUN:
                    # Where there are very many readers, this takes a second or two.
                    self.app.run_log.count_topics(record.id, self.app.book.wanting_each())
        elif self._id is not None:
            self.forget()
        _log(record, own)
        after_run.report(self.app, record, result, is_watched=self.only is None)

    def _read_since(self, last: RunRecord) -> list[str]:
        """Return the sources that failed by a run, and that something else has read since."""
        failed = last.result.failed_sources if last.result else ()
        newest = filter(None, map(self.app.fetch_log.newest, failed))
        ended_at = last.ended_at or last.started_at
        return [one.source for one in newest if one.at > ended_at and one.error is None]

    def _with_earlier(
        self, result: RunResult, before: RunResult, *, read: Collection[str], judged: Sequence[date]
    ) -> RunResult:
        """Return the result with the trouble from before it that is not over; see `trouble`."""
        app = self.app
        silent = app.run_log.day_of_silence(before.silence) if before.silence else None
        # A newer day on which mails left ends it too.
        is_open = silent is not None and all(day < silent for day in judged)
        return with_earlier(
            result,
            before,
            read=read,
            sources=[source.name for source in app.sources],
            waits=bool(before.stopped) and app.delivery_sums.waiting(now=now()).number > 0,
            is_silent=silent is not None and is_open and is_unmailed(app, silent),
        )


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
