"""Runs: which days a command sends, in which order, and all of them under one lock.

A run without a day serves whoever is due (`digest.app.due`): those who go by the site's hour with
the day of the run, the others with their own local day. Who was not served stays due, so their days
need no record. A day of the site's hour, or one that was named, is recorded when its run begins.

A day is *open* from then, or from its planning, until its last mail is settled. Every command that
sends finishes the open days whose mails may still leave: those that a killed run left, and those
whose own run could not get the lock. So one line of cron is enough, and nobody is left out if it is
killed, or if two lines collide.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from digest.app import pipeline, steps
from digest.app.clock import newest_day, newest_day_anywhere, now
from digest.app.due import find_due
from digest.app.lock_wait import polls
from digest.app.upkeep import prune_after_run
from digest.delivery.day_report import report_day
from digest.delivery.run_start import may_leave, start_run
from digest.errors import RestoredError, RunInProgressError
from digest.models.delivery import DeliveryState, RunReport
from digest.sources.fetch import no_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from digest.app.due import Due
    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.delivery.run_start import RunStart
    from digest.delivery.transports import Transport
    from digest.models.due import Turn
    from digest.models.issue import Edition
    from digest.models.source import SourceReport


@dataclass(frozen=True, kw_only=True)
class DayReport:
    """What a run of a whole day did."""

    sources: list[SourceReport]
    deliveries: RunReport
    #: what it did about other days that were open
    open_days: list[RunReport]
    #: why it is a run of that day, as a clause
    reason: str = ""
    #: whether somebody was due; if not, only what waited was sent
    is_due: bool = True
    #: the days of the readers whom it served
    served: Sequence[date] = ()
    #: that nobody was mailed, where no calendar explains it
    silence: str | None = None

    @property
    def days(self) -> list[RunReport]:
        """What it did, day by day, the oldest first; its own day only if there was any work."""
        own, days = self.deliveries, [*self.open_days]
        if own.counts or own.already or own.stopped or (self.is_due and not days):
            days.append(own)
        return sorted(days, key=lambda day: day.day)

    @property
    def is_complete(self) -> bool:
        """Whether every source was read, every message left, and nobody was left out."""
        return self.silence is None and _are_complete(self.days, self.sources)


@dataclass(frozen=True, kw_only=True)
class RetryReport:
    """What a retry did, by day; `sources` are those it read for days that were never planned."""

    days: list[RunReport] = field(default_factory=list)
    sources: list[SourceReport] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every source was read and every message left."""
        return _are_complete(self.days, self.sources)


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
    """Fetch a day's papers, rank them, and send every subscriber who is due their issue.

    With no day and for all subscribers, it sends those who are due, see `digest.app.due`, and
    finishes the open days before that first. A day that somebody named is sent to everybody.

    Args:
        app: the installation.
        day: the day somebody named, which may be late; without one see `pipeline.run_day`.
        only: the id of the one subscriber to serve.
        is_daemon: whether the daemon runs, whose site has an hour in any case.
        due: who is due, where that is known already.
        should_continue: whether to send more; what has not left is given back when it says no.
        fetch_progress: shows how far each source is read.
        delivery_progress: shows how many messages were dealt with.

    Raises:
        DigestError: the mail settings are wrong, another run is sending, or the database fails or
            was restored.

    """
    transport = cache(app.transport)
    transport()  # before anything is fetched: a wrong mail setting need not wait for the network
    is_named = day is not None and only is None
    is_for_due = day is None and only is None
    now_due = (due or find_due(app, is_daemon=is_daemon)) if is_for_due else None
    chosen = now_due.site_day if now_due else pipeline.run_day(app, day)
    own, late = chosen.day, day is not None or pipeline.is_late(app, chosen.day)
    sends_own = now_due is None or now_due.is_site_due
    app.ledger.refuse_pruned(own)  # first: what to do about a restored database is no help then
    _refuse_restored(app, own, is_named=is_named, only=only)  # before the day is recorded as begun
    if app.arrivals.waiting(1):
        # Imported here, since most runs have no message to understand.
        from digest.app.inbound.handling import handle_before_run

        handle_before_run(app, should_continue=should_continue)
    if only is None and sends_own:
        app.begun_days.begin(own, named=late, is_for_all=now_due is None, now=now())
    sources = []
    if now_due is None or now_due.turns or pipeline.are_sources_old(app, own):
        sources = pipeline.fetch(app, own, only_day=day is not None, progress=fetch_progress)
    minutes = 0.0 if is_daemon else app.config.delivery.max_wait  # the daemon looks again soon
    with _started(
        app,
        day=own,
        is_named=is_named,
        allow_late=own if late and sends_own else None,
        transport=transport,
        minutes=minutes,
        promise=f"; it sends {own} too, or the next run does" if only is None else "",
        should_continue=should_continue,
    ) as start:
        sender = _Sender(
            app=app,
            start=start,
            transport=transport,
            only=only,
            should_continue=should_continue,
            fetch_progress=fetch_progress,
            progress=delivery_progress,
            sources=sources,
        )
        turns, open_days = dict(now_due.turns) if now_due else {own: None}, []
        if is_for_due:
            begun = (one for one in start.settled if one <= newest_day_anywhere())
            open_days = sender.finish_all(one for one in begun if one not in turns)
        # Ranked after the earlier days are done: what they have shown is not late any more.
        reports = {
            one: sender.send_new(one, turns=some, lists_of=own) for one, some in turns.items()
        }
        deliveries = reports.pop(own, None) or RunReport(day=own)
        open_days += reports.values()
        if only is None:
            open_days += sender.finish_begun(since=start.at if day else None)
    if deliveries.stopped is None:
        with app.steps.timed(steps.FOLLOW_UP):
            pipeline.housekeeping(app, transport(), clock=now, should_continue=should_continue)
            prune_after_run(app, should_continue=should_continue)
    return DayReport(
        sources=sources,
        deliveries=deliveries,
        open_days=open_days,
        reason=chosen.reason,
        is_due=now_due is None or bool(now_due.turns),
        served=tuple(turns),
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
    """Send the messages that are due again, for one day or all days.

    It plans no new ones, except for days on which a run began that could not plan them.
    For a named day, messages that ended in `state` are planned once more.

    Raises:
        RunInProgressError: another run is sending.
        PrunedError: the deliveries of the day are pruned.

    """
    if day is not None and not app.begun_days.is_known(day):
        return RetryReport()
    if day is not None:
        app.ledger.refuse_pruned(day)
    minutes = 0.0 if day is None else app.config.delivery.max_wait
    transport = cache(app.transport)  # opened only if something is to be sent, or is in doubt
    with _started(
        app,
        day=day,
        allow_late=day,
        transport=transport,
        minutes=minutes,
        should_continue=should_continue,
    ) as start:
        sender = _Sender(
            app=app,
            start=start,
            transport=transport,
            only=only,
            should_continue=should_continue,
            progress=progress,
        )
        if day is not None:
            app.ledger.plan_again(day, [state], only=only)
        waiting = app.history.days_waiting(now=now())
        due = {one for one in waiting if one <= newest_day_anywhere()}
        if only is None:
            due |= app.begun_days.to_plan(until=newest_day(app.config.schedule.timezone)).keys()
        if day is None:
            due |= {one for one, settled in start.settled.items() if settled}
        reports = sender.finish_all(sorted(one for one in due if day in (None, one)))
        if only is None:
            reports += sender.finish_begun(since=start.at if day else None)
    return RetryReport(days=reports, sources=sender.sources)


def _refuse_restored(app: App, day: date, *, is_named: bool, only: int | None) -> None:
    """Refuse a database that was restored, and say that a run for one reader names no day.

    Raises:
        RestoredError: it was restored, and nobody has named the day.

    """
    try:
        app.generation.refuse(day, named=is_named)
    except RestoredError as error:
        if only is None:
            raise
        raise RestoredError(
            f"{error}. With --only a day does not count as named: `digest run --day {day}` sends it"
            " to everybody, and --only works for it from then on"
        ) from error


@dataclass(frozen=True, kw_only=True)
class _Sender:
    """Sends days, while it has the run's lock."""

    app: App
    start: RunStart
    #: returns the transport, the same for all days: its rates hold for all of them together
    transport: Callable[[], Transport]
    only: int | None
    should_continue: Callable[[], bool]
    progress: ProgressBar
    fetch_progress: ProgressBar = no_progress
    #: how sources were read; those that are read for an open day are added
    sources: list[SourceReport] = field(default_factory=list)

    def send_new(self, day: date, *, turns: Sequence[Turn] | None, lists_of: date) -> RunReport:
        """Rank and send a day: to those who are due in some turns, or to everybody."""
        edition = pipeline.build_edition(
            self.app, day, lists_of=lists_of, progress=self.fetch_progress
        )
        return self.deliver(day, edition, turns=turns, lists_of=lists_of)

    def deliver(
        self,
        day: date,
        edition: Edition | None,
        *,
        plan_new: bool = True,
        turns: Sequence[Turn] | None = None,
        lists_of: date | None = None,
        confirmed_by: datetime | None = None,
    ) -> RunReport:
        """Send a day; see `pipeline.deliver`."""
        return pipeline.deliver(
            self.app,
            day,
            transport=self.transport(),
            edition=edition,
            plan_new=plan_new,
            turns=turns,
            lists_of=lists_of,
            confirmed_by=confirmed_by,
            only=self.only,
            start=self.start,
            should_continue=self.should_continue,
            progress=self.progress,
        )

    def finish_all(self, days: Iterable[date]) -> list[RunReport]:
        """Finish open days; leave out the reports of those with nothing to report."""
        reports = [self._finish(day) for day in days]
        return [report for report in reports if report.counts or not report.complete]

    def finish_begun(self, *, since: datetime | None) -> list[RunReport]:
        """Do the days that wait to be planned, also those of runs that begin meanwhile.

        A run may give up waiting for the lock, or be killed as it waits; its day must not be lost.
        With `since`, only those that began after that time count.
        """
        # What was settled at the start is reported already.
        later = replace(self, start=replace(self.start, settled={}))
        until = newest_day(self.app.config.schedule.timezone)
        reports: list[RunReport] = []
        tried: set[date] = set()
        while self.should_continue():
            waiting = [
                day
                for day, begun_at in self.app.begun_days.to_plan(until=until).items()
                if day not in tried and (since is None or begun_at >= since)
            ]
            if not waiting:
                break
            tried |= set(waiting)
            reports += later.finish_all(waiting)
        return reports

    def _finish(self, day: date) -> RunReport:
        """Finish an open day: as its own run would have, from what that run has left."""
        app = self.app
        if day not in app.ledger.open_days() or not may_leave(day, app.delivery_services):
            return report_day(day, app.delivery_services, self.start)
        begun_at = app.begun_days.to_plan(until=day).get(day) if self.only is None else None
        if begun_at is not None and not self.should_continue():
            return RunReport(day=day, stopped=f"told to stop; the next run plans {day}")
        if begun_at is not None and not _is_read(app, day, since=begun_at):
            self.sources.extend(pipeline.fetch(app, day, progress=self.fetch_progress))
        # Planned rows without a stored edition are from a run that was killed between the two.
        edition = None
        if begun_at is not None or app.editions.newest(day) is None:
            edition = pipeline.build_edition(app, day, progress=self.fetch_progress)
        return self.deliver(day, edition, plan_new=begun_at is not None, confirmed_by=begun_at)


@contextmanager
def _started(
    app: App,
    *,
    day: date | None,
    is_named: bool = False,
    allow_late: date | None,
    transport: Callable[[], Transport],
    minutes: float,
    promise: str = "",
    should_continue: Callable[[], bool],
) -> Iterator[RunStart]:
    """Start a run, after waiting for another one for as many minutes; see `start_run`.

    Raises:
        RunInProgressError: the other run is still sending; the text ends with the `promise`.
        RestoredError: the database was restored from a backup, and the day was not named.

    """
    wait = polls(minutes, should_continue=should_continue)
    with ExitStack() as stack:
        try:
            start = stack.enter_context(
                start_run(
                    app.delivery_services,
                    day=day,
                    is_named=is_named,
                    allow_late=allow_late,
                    was_sent=lambda message: transport().was_sent(message),
                    polls=wait,
                )
            )
        except RunInProgressError as error:
            waited = f", and has been for {minutes:g} minutes" if minutes else ""
            if minutes and not should_continue():
                waited = ", and this one was told to stop"
            raise RunInProgressError(f"another run is sending{waited}{promise}") from error
        yield start


def _is_read(app: App, day: date, *, since: datetime) -> bool:
    """Whether every source was read for a day since a time."""
    read = {record.source: record.at for record in app.fetch_log.on(day)}
    return all(source.name in read and read[source.name] >= since for source in app.sources)


def _are_complete(days: Sequence[RunReport], sources: Sequence[SourceReport]) -> bool:
    return all(day.complete for day in days) and not any(source.error for source in sources)
