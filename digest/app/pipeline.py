"""A day's work in its steps. The commands, the daemon and the web server call them.

    sources ──Batch──▶ storage                                                 fetch()
                          │ papers
                          ▼
                       ranking ──Edition──▶ storage                            build_edition()
                                               │
    subscribers ──▶ compose ──Issue──▶ mail ──message──▶ delivery ──▶ SMTP     deliver()

`digest.app.runs` says which steps a command takes, and for which days. Every step can be repeated:
fetching and ranking change nothing the second time, and the ledger lets each message leave once.

Nothing here writes to a terminal. Progress bars and the signal to stop come in as arguments.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.app import steps
from digest.app.clock import newest_day, now, place
from digest.app.examples import known_examples
from digest.app.lookup import look_up
from digest.app.profiles import learn_profiles
from digest.app.workers import ProcessPool
from digest.delivery.run import Progress, RunRequest, run_delivery, send_day
from digest.delivery.transactional import send_due
from digest.errors import NotFoundError
from digest.models.delivery import oldest_deliverable_day
from digest.sources.coverage import coverage_of
from digest.sources.day_of_run import RunDay, day_of_run
from digest.sources.fetch import no_progress
from digest.sources.file_fetcher import StepCounter
from digest.storage.reader_schedules import LONGEST_WINDOW
from digest.text.wording import suggestion
from subscribers.book import Evidence
from subscribers.models import FORGET_UNCONFIRMED_AFTER, WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.app.services import App
    from digest.app.votes import EarlierVotes
    from digest.delivery.run_start import RunStart
    from digest.delivery.transports import Transport
    from digest.models.delivery import RunReport
    from digest.models.due import Turn
    from digest.models.issue import Coverage, Edition
    from digest.models.paper import Paper
    from digest.models.source import SourceReport
    from digest.ranking.background import Background
    from digest.ranking.relevance import Relevance
    from digest.sources import Source
    from subscribers.models import Topic

#: Opens a progress bar under a label: yields a function for the total, and one for each advance.
ProgressBar = Callable[[str], AbstractContextManager[StepCounter]]

#: Sending this many messages takes about as long as starting a process.
MESSAGES_PER_PROCESS = 1000


def run_day(app: App, named: date | None = None, *, at: datetime | None = None) -> RunDay:
    """Return the day of a run that begins now, or at a time, and the reason.

    It is the one that an operator named, if there is one.
    """
    if named is not None:
        return RunDay(day=named, reason="it was named with --day")
    schedule = app.config.schedule
    return day_of_run(
        app.sources,
        now=at or now(),
        zone=place(schedule.timezone),
        weekdays={number for number, name in enumerate(WEEK) if name in schedule.weekdays},
        mailed=app.history.newest_day(until=newest_day(schedule.timezone)),
    )


def is_late(app: App, day: date) -> bool:
    """Whether a day's mails no longer leave by themselves.

    The day of a run can be: at 06:00 on Monday in Tokyo it is Friday, which ended 45 hours ago.
    """
    lateness = app.policy.max_lateness
    return day < oldest_deliverable_day(now=now(), max_lateness=lateness)


def fetch(
    app: App,
    day: date | None = None,
    *,
    only: Sequence[str] = (),
    only_day: bool = True,
    again: bool = False,
    progress: ProgressBar = no_progress,
) -> list[SourceReport]:
    """Read all sources, or some by name, and keep their papers.

    With no day, it reads those of the day of a run, see `run_day`. With no day, or without
    `only_day`, it also reads the days that are overdue and all that files hold. Files that have
    not changed are read only `again`. Unless only some are read, arXiv is also asked for the texts
    of papers that readers named.

    Raises:
        NotFoundError: a source of that name is not configured.

    """
    of_run = run_day(app, day).day

    @contextmanager
    def timed(source: str) -> Iterator[StepCounter]:
        with app.steps.timed(steps.read(source)), progress(source) as counter:
            yield counter

    reports = app.fetcher.fetch(
        of_run,
        named_sources(app.sources, only),
        only_day=only_day and day is not None,
        again=again,
        progress=timed,
    )
    if not only:
        with app.steps.timed(steps.LOOK_UP):
            look_up(app, day=of_run, now=now())
    return reports


def are_sources_old(app: App, day: date) -> bool:
    """Whether no source was read for a day in as many hours as `[fetch] every` names."""
    hours = app.config.fetch.every
    read = [record.at for record in app.fetch_log.on(day)]
    return bool(hours) and (not read or now() - max(read) >= timedelta(hours=hours))


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


def build_edition(
    app: App,
    day: date,
    *,
    since: date | None = None,
    lists_of: date | None = None,
    progress: ProgressBar = no_progress,
) -> Edition:
    """Rank a day's papers for every topic: the edition that all subscribers share.

    It includes papers that came too late for their own day's edition, and no withdrawn ones. Papers
    of earlier editions that took off since come after them; they make no day of their own.

    Args:
        app: the installation.
        day: the day of the edition.
        since: the day of the last issue of the readers whom it is for, if they have missed some
            since; it then has the papers of all days after it.
        lists_of: the day whose lists are out, if they are not those of the day: where the sun rises
            first, the day has begun before the lists have.
        progress: shows how far the ranking is.

    """
    with app.steps.timed(steps.RANK):
        return _rank_day(app, day, since=since, lists_of=lists_of, progress=progress)


def _rank_day(
    app: App, day: date, *, since: date | None, lists_of: date | None, progress: ProgressBar
) -> Edition:
    """Do `build_edition`."""
    # Imported here, since it brings scipy, which fetching and retrying can do without.
    from digest.app.votes import earlier_votes, votes_read_at

    listed = min(day, lists_of or day)
    found = app.candidates.papers_since(day, since) if since else app.candidates.papers(day)
    papers = [paper for paper in found if paper.withdrawn_on is None]
    coverage = coverage_of(
        listed,
        app.sources,
        papers,
        counts=app.papers.counts(listed),
        fetches=app.fetch_log.on(listed),
        backlog=app.backlog,
        now=now(),
        votes_read_at=votes_read_at(app, listed),
    )
    coverage = replace(coverage, day=day, since=since or _gap_before(app, day))
    votes = earlier_votes(app, day, apart_from={paper.id for paper in papers})
    papers = [*papers, *votes.risen]
    edition = edition_for(
        app,
        papers,
        app.topics,
        coverage=coverage,
        votes=votes,
        rival=app.config.ranking.interleave,
        progress=progress,
    )
    return replace(edition, withdrawn=app.candidates.withdrawn(day))


def _gap_before(app: App, day: date) -> date | None:
    """Return the day of the last edition before a day, if other days lie between the two.

    While none was mailed, since too little came for anybody, it is the day before the first one.
    """
    last, first = app.editions.last_mailed_day(before=day), app.editions.first_planned()
    if last is None and first is not None:
        last = first - timedelta(days=1)
    gap = timedelta(days=LONGEST_WINDOW)
    return last if last and timedelta(days=1) < day - last <= gap else None


def background_of(
    app: App, day: date, topics: Sequence[Topic], papers: Sequence[Paper] = ()
) -> Background:
    """Return what the papers of the days before a day, and topics' examples, teach.

    `papers` are those that will be ranked: while hardly any earlier ones are known, examples are
    compared with them.
    """
    # Imported here, since it brings scipy, which fetching and retrying can do without.
    from digest.ranking import background

    earlier = app.candidates.earlier(day, days=background.DAYS, most=background.MOST_PAPERS)
    return background.learn(earlier, topics, examples=known_examples(app, topics), of_day=papers)


def edition_for(
    app: App,
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    coverage: Coverage,
    background: Background | None = None,
    votes: EarlierVotes | None = None,
    relevance: Relevance | None = None,
    rival: str = "",
    progress: ProgressBar = no_progress,
) -> Edition:
    """Rank papers for topics with what earlier days teach, which is looked up unless it is given.

    Papers that were read already, with the same background, come with their `relevance`. A `rival`
    is a ranker that is interleaved with ours.

    A run, a preview, `digest backtest` and `digest topics test` all rank here.
    """
    # Imported here, since they bring scipy, which fetching and retrying can do without.
    from digest.app.meaning import semantics_of
    from digest.app.votes import earlier_votes
    from digest.ranking.edition import make_edition
    from digest.ranking.relevance import Relevance

    ids = {paper.id for paper in papers}
    votes = votes or earlier_votes(app, coverage.day, apart_from=ids)
    background = background or background_of(app, coverage.day, topics, papers)
    if relevance is None:
        semantics = semantics_of(app, coverage.day, papers, topics, progress=progress)
        relevance = Relevance(papers, background, semantics)
    return make_edition(
        papers,
        topics,
        background=background,
        trends=votes.trends(papers),
        quotas=app.quotas,
        coverage=coverage,
        relevance=relevance,
        rival=rival,
    )


def deliver(
    app: App,
    day: date,
    *,
    transport: Transport,
    edition: Edition | None,
    plan_new: bool = True,
    turns: Sequence[Turn] | None = None,
    confirmed_by: datetime | None = None,
    allow_late: bool = False,
    only: int | None = None,
    lists_of: date | None = None,
    start: RunStart | None = None,
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
        turns: plan those who are due in these turns; None for everybody.
        confirmed_by: plan only those who were confirmed at this time; None for all who are now.
        allow_late: whether the day may be long past, since somebody named it.
        only: the id of the one subscriber to serve.
        lists_of: the day whose lists are out, see `build_edition`.
        start: the run that this day is a part of; None to start one for it alone.
        should_continue: whether to send more.
        progress: shows how many messages were dealt with.

    Raises:
        RunInProgressError: another run is sending.
        LedgerError, StoreError: nothing can be recorded, so nothing more is sent.

    """
    if edition is not None:
        with app.steps.timed(steps.LEARN):
            learn_profiles(app, edition, progress=progress)
    with app.steps.timed(steps.SEND), progress("mails") as (total, advance):
        request = RunRequest(
            day=day,
            edition=edition,
            plan_new=plan_new,
            turns=turns,
            confirmed_by=confirmed_by,
            edition_since=lambda since: build_edition(
                app, day, since=since, lists_of=lists_of, progress=progress
            ),
            allow_late=allow_late,
            only=only,
            progress=Progress(should_continue=should_continue, total=total, advance=advance),
            workers=ProcessPool(config=app.config, processes=partial(worker_count, app.config)),
        )
        if start is not None:
            return send_day(request, app.delivery_services, transport, start)
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


def housekeeping(
    app: App,
    transport: Transport,
    *,
    clock: Callable[[], datetime],
    should_continue: Callable[[], bool] = lambda: True,
) -> int:
    """Handle mail that came in, send transactional mail, and forget those who never confirmed.

    Return how many messages left.
    """
    if app.arrivals.waiting(1):
        # Imported here, since most runs have no message to understand.
        from digest.app.inbound.handling import handle_waiting

        handle_waiting(app, should_continue=should_continue)
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
