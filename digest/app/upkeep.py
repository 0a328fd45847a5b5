"""What else gets old beside deliveries: papers, votes, sign-ups, mail that came in, and the cache.

After a run only what got old within the last days is looked at, so that it costs little; `digest
prune` looks at all. Nothing is pruned while a run is sending.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.app.examples import known_examples
from digest.app.pruning import ARRIVALS_KEPT, bounces_kept, prunable, prune, prune_inbound
from digest.errors import StoreError
from digest.storage.run_lock import is_held, lock_path
from subscribers import login_limits
from subscribers.book import Evidence
from subscribers.models import FORGET_UNCONFIRMED_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.app.services import App
    from digest.sources.http.cache import Cache

log = logging.getLogger(__name__)

#: Days of papers that are pruned in one transaction.
_DAYS = 7
#: Days that are pruned after a run. One gets old a day, so that a long past is pruned in the end.
DAYS_AFTER_A_RUN = 2
#: Of the days that got old, those that are looked at after a run.
_LATELY = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """How much is old, or was pruned."""

    #: papers that no edition has
    papers: int = 0
    #: papers that lost their texts
    texts: int = 0
    #: counts of votes between the first and the last
    signals: int = 0
    #: sign-ups that were never confirmed
    unconfirmed: int = 0
    #: messages that came in, and what came back of mails
    inbound: int = 0
    #: responses of services
    responses: int = 0

    def __bool__(self) -> bool:
        """Whether it is anything at all."""
        return any(asdict(self).values())


def due(app: App) -> Upkeep:
    """Return how much `tidy` would prune."""
    at, kept = now(), app.config.retention
    found = Upkeep(
        unconfirmed=app.book.unconfirmed(before=at - FORGET_UNCONFIRMED_AFTER),
        inbound=app.arrivals.old(before=at - ARRIVALS_KEPT),
        responses=_cache(app).old(timedelta(days=kept.cache)),
    )
    if (sent_before := bounces_kept(app)) is not None:
        found = replace(found, inbound=found.inbound + app.bounces.old(before=sent_before))
    before, spared = _papers_before(app), _spared(app)
    for first, last in _weeks(app, before, since=None):
        old = app.paper_pruning.old(first, last, before=before, spared=spared)
        found = _with_papers(found, len(old.unused), len(old.to_shorten))
    votes_before = at - timedelta(days=kept.signals)
    for first, last in _weeks(app, _votes_before(app), since=None):
        number = app.paper_pruning.old_votes(first, last, before=votes_before)
        found = replace(found, signals=found.signals + number)
    return found


def tidy(app: App, *, should_continue: Callable[[], bool] = lambda: True) -> Upkeep:
    """Prune all that is old, but for deliveries; it ends early when a run begins to send."""
    at, kept = now(), app.config.retention
    evidence = Evidence(at=at, channel="never confirmed")
    before = at - FORGET_UNCONFIRMED_AFTER
    found = Upkeep(
        unconfirmed=app.book.unconfirmed(before=before),
        inbound=prune_inbound(app, should_continue=should_continue),
        responses=_cache(app).prune(timedelta(days=kept.cache)),
    )
    app.book.forget_unconfirmed(before=before, evidence=evidence)
    _forget_attempts(app)
    return _prune_papers(app, found, since=None, should_continue=should_continue)


def prune_after_run(app: App, *, should_continue: Callable[[], bool] = lambda: True) -> None:
    """Prune the oldest days, and what else got old lately, so that nothing grows for ever.

    The mails have left: an error here is logged and is none of the run.
    """
    try:
        prune(app, prunable(app)[:DAYS_AFTER_A_RUN], should_continue=should_continue)
        prune_inbound(app, should_continue=should_continue)
        _prune_papers(app, Upkeep(), since=_LATELY, should_continue=should_continue)
        _forget_attempts(app)
    except StoreError as error:
        log.warning("deliveries not pruned", extra={"error": str(error)})


def _forget_attempts(app: App) -> None:
    """Delete what limits sign-ups and logins, once it does not any more."""
    app.signup_limiter.forget_old(now=now())
    login_limits.forget_old(app.engine, now=now())


def _prune_papers(
    app: App, found: Upkeep, *, since: timedelta | None, should_continue: Callable[[], bool]
) -> Upkeep:
    lock, pruning = lock_path(app.engine), app.paper_pruning
    before = _papers_before(app)
    weeks = [*_weeks(app, before, since=since)]
    spared = _spared(app) if weeks else set()
    for first, last in weeks:
        if is_held(lock) or not should_continue():
            return found
        old = pruning.prune(first, last, before=before, spared=spared)
        found = _with_papers(found, len(old.unused), len(old.to_shorten))
    votes_before = now() - timedelta(days=app.config.retention.signals)
    for first, last in _weeks(app, _votes_before(app), since=since):
        if is_held(lock) or not should_continue():
            return found
        number = pruning.prune_votes(first, last, before=votes_before)
        found = replace(found, signals=found.signals + number)
    if found.papers or found.texts or found.signals:
        log.info(
            "papers pruned",
            extra={"papers": found.papers, "texts": found.texts, "signals": found.signals},
        )
    return found


def _with_papers(found: Upkeep, papers: int, texts: int) -> Upkeep:
    return replace(found, papers=found.papers + papers, texts=found.texts + texts)


def _papers_before(app: App) -> date:
    """Return the day before which papers are old; the first of all days if none ever is."""
    keep = app.config.retention.papers
    return (now() - timedelta(days=keep)).date() if keep else date.min


def _votes_before(app: App) -> date:
    keep = app.config.retention.signals
    return (now() - timedelta(days=keep)).date() if keep else date.min


def _spared(app: App) -> set[str]:
    """Return the ids of papers that topics name as examples, whose texts are needed."""
    return {paper.id for paper in known_examples(app, app.topics).values()}


def _weeks(app: App, before: date, *, since: timedelta | None) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of some days with papers at a time, oldest first."""
    if before == date.min:
        return
    first = None if since is None else before - since
    days: Sequence[date] = app.paper_pruning.days(before=before, since=first)
    for _, some in groupby(days, key=lambda day: day.toordinal() // _DAYS):
        week = list(some)
        yield week[0], week[-1]


def _cache(app: App) -> Cache:
    # Imported here, since few commands need what it brings.
    from digest.sources.http.cache import Cache

    return Cache(app.config.path(app.config.fetch.directory) / "answers", clock=now)
