"""Past days ranked anew, by several rankers, with only what was known on each day.

It only reads. The lists are made by the functions that make a mail: `pipeline.edition_for` and
`compose`, for a reader of each topic alone who has seen nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.pipeline import edition_for
from digest.errors import ConfigError, NotFoundError
from digest.models.clock_times import midnight
from digest.models.issue import NOTHING_SEEN, Coverage, Edition, Issue
from digest.models.paper import Signals
from digest.ranking.compose import compose
from digest.ranking.evaluation.replay import ReplayedDay, Shown, gains_of_votes
from digest.ranking.rankers import Ranker, read_ranker
from digest.sources.fetch import no_progress
from digest.storage.past_days import PastDays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.paper import Paper
    from subscribers.models import Topic


@dataclass(frozen=True, kw_only=True)
class BacktestRequest:
    """Which days, rankers and topics a backtest compares."""

    first: date
    last: date
    #: as `read_ranker` reads them
    rankers: Sequence[str]
    topics: Sequence[Topic]
    #: whether the rankers see no votes at all
    before_votes: bool = False


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The days of a backtest, and what the store knew of their votes."""

    days: Sequence[ReplayedDay]
    #: papers of these days
    papers: int
    #: of these, papers with votes now
    voted: int
    #: of these, papers whose votes were read on their day, so that rankers could know them
    known_then: int


def replay(app: App, request: BacktestRequest, *, progress: ProgressBar = no_progress) -> Replay:
    """Return what each ranker would have shown on each day that has papers.

    Raises:
        ConfigError: the days are in the wrong order, or a ranker is not known or named twice.
        NotFoundError: fewer than two of the days have papers.

    """
    rankers = read_rankers(request)
    store = PastDays(app.engine)
    days = store.between(request.first, request.last)
    if len(days) < 2:
        raise NotFoundError(_too_few(store, request, days))
    replayed, papers, voted, known_then = [], 0, 0, 0
    with progress("days") as (total, advance):
        total(len(days))
        for day in days:
            gains = gains_of_votes(_papers(app, day))
            edition = past_edition(app, day, request)
            replayed.append(_replayed(edition, rankers, gains))
            papers += len(edition.papers)
            voted += len(gains)
            known_then += len(gains_of_votes(edition.papers))
            advance(1)
    return Replay(days=replayed, papers=papers, voted=voted, known_then=known_then)


def read_rankers(request: BacktestRequest) -> dict[str, Ranker]:
    """Return the rankers of a request by their names.

    Raises:
        ConfigError: the days are in the wrong order, or a ranker is not known or named twice.

    """
    if request.first > request.last:
        raise ConfigError(f"--from {request.first} is after --to {request.last}")
    for name in request.rankers:
        if request.rankers.count(name) > 1:
            raise ConfigError(f"--ranker {name} is named twice")
    return {name: read_ranker(name) for name in request.rankers}


def past_edition(app: App, day: date, request: BacktestRequest) -> Edition:
    """Return a day's papers ranked with what was known on the day."""
    papers = _as_known(
        PastDays(app.engine), _papers(app, day), day, before_votes=request.before_votes
    )
    coverage = Coverage(day=day, considered=len(papers))
    return edition_for(app, papers, request.topics, coverage=coverage)


def _papers(app: App, day: date) -> list[Paper]:
    return [p for p in app.papers.papers(day) if not p.withdrawn_on or p.withdrawn_on > day]


def _replayed(
    edition: Edition, rankers: Mapping[str, Ranker], gains: Mapping[str, float]
) -> ReplayedDay:
    """Return what rankers would have shown of an edition."""
    return ReplayedDay(
        day=edition.coverage.day,
        papers=edition.papers,
        shown={
            name: _shown(replace(edition, ranked=ranker(edition)))
            for name, ranker in rankers.items()
        },
        gains=gains,
    )


def _as_known(
    store: PastDays, papers: Sequence[Paper], day: date, *, before_votes: bool
) -> Sequence[Paper]:
    """Return a day's papers with the signals that were read first on that day, or with none."""
    if before_votes:
        return [replace(paper, signals=Signals(), observed_at=None) for paper in papers]
    return store.as_first_read(papers, before=midnight(day) + timedelta(days=1))


def _shown(edition: Edition) -> Shown:
    """Return what a new reader of each topic alone would get."""
    shown: Shown = {}
    for slug in edition.topics:
        made = compose(edition, [slug], seen=NOTHING_SEEN)
        shown[slug] = tuple(p.paper.id for p in made.picks) if isinstance(made, Issue) else ()
    return shown


def _too_few(store: PastDays, request: BacktestRequest, days: Sequence[date]) -> str:
    """Return why nothing can be compared, and what can be done."""
    bounds = store.bounds()
    if bounds is None:
        return "there are no papers yet; run `digest fetch` first"
    only = f"only {days[0]}" if days else "no day"
    return (
        f"{only} from {request.first} to {request.last} has papers, and a comparison needs two"
        f" days; the store has papers of {bounds[0]} to {bounds[1]}"
    )
