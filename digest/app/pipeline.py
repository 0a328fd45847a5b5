"""A day's work in its steps. The commands, the daemon and the web server call them.

    sources ──Batch──▶ storage                                                 fetch()
                          │ papers
                          ▼
                       ranking ──Edition──▶ storage                            build_edition()
                                               │
    subscribers ──▶ compose ──Issue──▶ mail ──message──▶ delivery ──▶ SMTP     deliver()

`run` takes all steps of a day, and `retry` only the last one. Every step can be repeated: fetching
and ranking change nothing the second time, and the ledger lets each message leave once.

Nothing here writes to a terminal. Progress bars and the signal to stop come in as arguments.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.app.clock import now, place
from digest.app.workers import ProcessPool
from digest.delivery.run import Progress, RunRequest, run_delivery, settle_earlier_runs
from digest.delivery.transactional import send_due
from digest.errors import NotFoundError
from digest.models.delivery import DeliveryState, oldest_deliverable_day
from digest.models.issue import Edition
from digest.sources.coverage import coverage_of
from digest.sources.day_of_run import RunDay, day_of_run
from digest.sources.fetch import StepCounter, no_progress
from digest.text.wording import suggestion
from subscribers.book import Evidence
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.app.services import App
    from digest.delivery.transports import Transport
    from digest.models.delivery import RunReport
    from digest.models.source import SourceReport
    from digest.sources import Source
    from subscribers.models import Subscriber

#: Opens a progress bar under a label: yields a function for the total, and one for each advance.
ProgressBar = Callable[[str], AbstractContextManager[StepCounter]]

#: Sending this many messages takes about as long as starting a process.
MESSAGES_PER_PROCESS = 1000
#: A subscriber who has not confirmed by then is forgotten.
FORGET_UNCONFIRMED_AFTER = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class DayReport:
    """What a run of a whole day did."""

    sources: list[SourceReport]
    deliveries: RunReport
    #: why it is a run of that day, as a clause
    reason: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every source was read and every message left."""
        return self.deliveries.complete and not any(report.error for report in self.sources)


def run(
    app: App,
    day: date | None = None,
    *,
    only: int | None = None,
    should_continue: Callable[[], bool] = lambda: True,
    fetch_progress: ProgressBar = no_progress,
    delivery_progress: ProgressBar = no_progress,
) -> DayReport:
    """Fetch a day's papers, rank them, and send every subscriber who is due their issue.

    Args:
        app: the installation.
        day: the day somebody named, which may be late; without one see `run_day`.
        only: the id of the one subscriber to serve.
        should_continue: whether to send more; what has not left is given back when it says no.
        fetch_progress: shows how far each source is read.
        delivery_progress: shows how many messages were dealt with.

    Raises:
        DigestError: the mail settings are wrong, another run is sending, or the database fails.

    """
    # Opened before anything is fetched: a wrong mail setting should not wait for the network.
    transport = app.transport()
    chosen = run_day(app, day)
    reports = fetch(app, chosen.day, only_day=day is not None, progress=fetch_progress)
    edition = build_edition(app, chosen.day)
    deliveries = deliver(
        app,
        edition.coverage.day,
        transport=transport,
        edition=edition,
        allow_late=day is not None or is_late(app, chosen.day),
        only=only,
        should_continue=should_continue,
        progress=delivery_progress,
    )
    if deliveries.stopped is None:
        housekeeping(app, transport, clock=now, should_continue=should_continue)
    return DayReport(sources=reports, deliveries=deliveries, reason=chosen.reason)


def run_day(app: App, named: date | None = None) -> RunDay:
    """Return the day of a run that begins now, unless an operator named one, and the reason."""
    if named is not None:
        return RunDay(day=named, reason="it was named with --day")
    schedule = app.config.schedule
    return day_of_run(
        app.sources,
        now=now(),
        zone=place(schedule.timezone),
        weekdays={number for number, name in enumerate(WEEK) if name in schedule.weekdays},
        mailed=app.history.newest_day(),
    )


def is_late(app: App, day: date) -> bool:
    """Whether a day's mails no longer leave by themselves.

    The day of a run can be: at 06:00 on Monday in Tokyo it is Friday, which ended 45 hours ago.
    """
    lateness = app.delivery_services.policy.max_lateness
    return day < oldest_deliverable_day(now=now(), max_lateness=lateness)


def retry(
    app: App,
    day: date | None = None,
    *,
    state: DeliveryState = DeliveryState.DEFERRED,
    only: int | None = None,
    should_continue: Callable[[], bool] = lambda: True,
    progress: ProgressBar = no_progress,
) -> list[RunReport]:
    """Send the messages that are due again, for one day or all days. Plan no new ones.

    For a named day, messages that ended in `state` are planned once more.

    Raises:
        RunInProgressError: another run is sending.

    """
    settle_earlier_runs(
        app.delivery_services,
        # A transport is opened only if a dead run left something in doubt.
        was_sent=lambda message: app.transport().was_sent(message),
        allow_late=day,
    )
    if day is not None:
        app.ledger.plan_again(day, [state], only=only)
    return [
        deliver(
            app,
            waiting,
            transport=app.transport(),
            # If no edition was stored when these rows were planned, build one now.
            edition=None if app.editions.newest(waiting) else build_edition(app, waiting),
            plan_new=False,
            allow_late=day is not None,
            only=only,
            should_continue=should_continue,
            progress=progress,
        )
        for waiting in app.history.days_waiting(now=now())
        if day in (None, waiting)
    ]


def fetch(
    app: App,
    day: date | None = None,
    *,
    only: Sequence[str] = (),
    only_day: bool = True,
    progress: ProgressBar = no_progress,
) -> list[SourceReport]:
    """Read all sources, or some by name, and keep their papers.

    With no day, it reads those of the day of a run, see `run_day`. With no day, or without
    `only_day`, it also reads the days that are overdue and all that files hold.

    Raises:
        NotFoundError: a source of that name is not configured.

    """
    return app.fetcher.fetch(
        run_day(app, day).day,
        named_sources(app.sources, only),
        only_day=only_day and day is not None,
        progress=progress,
    )


def named_sources(sources: Sequence[Source], names: Sequence[str]) -> list[Source]:
    """Return the sources of these names, in the order of the configuration; all without names.

    Raises:
        NotFoundError: a source of that name is not configured.

    """
    known = [source.name for source in sources]
    for name in names:
        if name not in known:
            raise NotFoundError(
                f"there is no source {name!r}; there are: {', '.join(known)}"
                f"{suggestion(name, known)}"
            )
    return [source for source in sources if not names or source.name in names]


def build_edition(app: App, day: date) -> Edition:
    """Rank a day's papers for every topic: the edition that all subscribers share.

    It includes papers that came too late for their own day's edition, and no withdrawn ones.
    """
    # Imported here, since they bring scipy, which fetching and retrying can do without.
    from digest.ranking.near_duplicates import near_duplicates
    from digest.ranking.rank import rank

    papers = [paper for paper in app.candidates.papers(day) if paper.withdrawn_on is None]
    quotas = app.quotas
    coverage = coverage_of(
        day,
        app.sources,
        papers,
        counts=app.papers.counts(day),
        fetches=app.fetch_log.on(day),
        backlog=app.backlog,
        now=now(),
    )
    return Edition(
        coverage=coverage,
        papers=papers,
        topics={topic.slug: topic for topic in app.topics},
        ranked=rank(papers, app.topics, trend_weight=quotas.trend_weight),
        similar=near_duplicates(papers),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
        withdrawn=app.candidates.withdrawn(day),
    )


def deliver(
    app: App,
    day: date,
    *,
    transport: Transport,
    edition: Edition | None,
    plan_new: bool = True,
    allow_late: bool = False,
    only: int | None = None,
    should_continue: Callable[[], bool] = lambda: True,
    progress: ProgressBar = no_progress,
) -> RunReport:
    """Send a day's messages with one process per 1,000 messages, up to the number of cores.

    `[delivery] senders` may name another number of processes; see `worker_count`.

    Args:
        app: the installation.
        day: the day of the messages.
        transport: the way they leave.
        edition: what new messages are made from; None goes on with the stored edition.
        plan_new: whether subscribers without a message of the day are planned.
        allow_late: whether the day may be long past, since somebody named it.
        only: the id of the one subscriber to serve.
        should_continue: whether to send more.
        progress: shows how many messages were dealt with.

    Raises:
        RunInProgressError: another run is sending.
        LedgerError, StoreError: nothing can be recorded, so nothing more is sent.

    """
    with progress("mails") as (total, advance):
        request = RunRequest(
            day=day,
            edition=edition,
            plan_new=plan_new,
            allow_late=allow_late,
            only=only,
            progress=Progress(should_continue=should_continue, total=total, advance=advance),
            workers=ProcessPool(config=app.config, processes=partial(worker_count, app.config)),
        )
        return run_delivery(request, app.delivery_services, transport)


def worker_count(config: Config, messages: int) -> int:
    """Return how many processes send this many messages."""
    wanted = config.delivery.senders
    if any(config.pace.model_dump().values()) or config.mail.transport == "stdout":
        return 1  # a rate limit holds for all workers together, and standard output is one stream
    if wanted != "auto":
        return wanted
    if config.mail.transport != "smtp":
        return 1
    return min(os.cpu_count() or 1, 1 + messages // MESSAGES_PER_PROCESS)


def undelivered(app: App, day: date, *, only: Subscriber | None = None) -> list[Subscriber]:
    """Return the confirmed subscribers, or only one, whose message of a day may still leave."""
    waiting = (DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.SKIPPED)
    settled = {
        record.subscriber_id
        for record in app.history.records(day=day)
        if record.state not in waiting
    }
    subscribers = app.book.confirmed() if only is None else [only]
    return [subscriber for subscriber in subscribers if subscriber.id not in settled]


def housekeeping(
    app: App,
    transport: Transport,
    *,
    clock: Callable[[], datetime],
    should_continue: Callable[[], bool] = lambda: True,
) -> int:
    """Send the transactional mail that is due and forget those who never confirmed.

    Return how many messages left.
    """
    at = clock()
    evidence = Evidence(at=at, channel="never confirmed")
    app.book.forget_unconfirmed(before=at - FORGET_UNCONFIRMED_AFTER, evidence=evidence)
    try:
        return send_due(
            app.transactional_queue,
            app.book,
            settings=app.transactional_settings,
            transport=transport,
            clock=clock,
            should_continue=should_continue,
        )
    finally:
        transport.close()
