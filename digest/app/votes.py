"""What votes of earlier days say of an edition: what they teach, and which papers took off."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.models.days import days_before
from digest.ranking.prior import Coefficients, Prior, learn
from digest.ranking.rises import rises
from digest.ranking.trend import trends
from digest.storage.candidates import RETURNING
from digest.storage.trained_priors import TrainedPrior, TrainedPriors
from digest.storage.votes import VoteHistory

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.paper import Paper
    from digest.models.trend import Rise, Trend
    from digest.ranking.training import Training

log = logging.getLogger(__name__)

#: Votes of so many days teach. Longer memory does not help: topics and authors change.
TEACHING_DAYS = 180
#: The coefficients are fitted to more, since they change slowly.
TRAINING_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class EarlierVotes:
    """What an edition is told of the votes of earlier days."""

    prior: Prior
    #: the papers of the last days that have votes, to compare with
    beside: Sequence[Paper]
    #: papers of earlier editions that took off since
    risen: Sequence[Paper]
    rises: Mapping[str, Rise]

    def trends(self, papers: Sequence[Paper]) -> Mapping[str, Trend]:
        """Return the trends of papers, each compared with all of its own day, by their ids."""
        ids = {paper.id for paper in papers}
        others = [paper for paper in self.beside if paper.id not in ids]
        return trends([*papers, *others], self.prior, rises=self.rises)


def earlier_votes(app: App, day: date, *, apart_from: Collection[str]) -> EarlierVotes:
    """Return what the votes of the days before `day` say; `apart_from` are its papers' ids."""
    history = VoteHistory(app.engine)
    voted = history.voted(since=days_before(day, TEACHING_DAYS), before=day)
    prior = learn(voted, coefficients(app))
    since = days_before(day, RETURNING)
    beside = [paper for paper in voted if paper.day >= since]
    others = [paper for paper in beside if paper.id not in apart_from]
    held = app.candidates.passed_over(day, others)
    found = rises(others, before=history.at(held), trends=trends(beside, prior))
    days = {paper.id: paper.day for paper in others}
    whole = (app.papers.paper(paper_id) for paper_id in found)
    risen = [replace(paper, day=days[paper.id]) for paper in whole if paper is not None]
    return EarlierVotes(prior=prior, beside=beside, risen=risen, rises=found)


def votes_read_at(app: App, day: date) -> datetime | None:
    """Return when the votes were read that the edition of a day counts; None if it counts none."""
    return VoteHistory(app.engine).read_at(day) if app.quotas.trend_weight else None


def coefficients(app: App) -> Coefficients:
    """Return the coefficients that were trained last; the defaults if none were.

    Those of another version, whose features have other names, are left alone with a warning.
    """
    trained = TrainedPriors(app.engine).newest()
    if trained is None:
        return Coefficients()
    try:
        return Coefficients(**trained.content)
    except TypeError:
        log.warning("training of another version", extra={"trained_at": str(trained.trained_at)})
        return Coefficients()


def train_prior(app: App, day: date, *, keep: bool) -> Training:
    """Fit the coefficients to the votes before a day, and store them if they are better.

    Raises:
        ArchiveError: there are too few days with votes.

    """
    # Imported here, since an edition can do without.
    from digest.ranking.training import train, training_days

    voted = VoteHistory(app.engine).voted(since=days_before(day, TRAINING_DAYS), before=day)
    found = train(training_days(voted), Coefficients())
    if keep and found.is_better:
        TrainedPriors(app.engine).save(
            TrainedPrior(
                trained_at=now(),
                days=found.days,
                papers=found.papers,
                content=vars(found.coefficients),
            )
        )
    return found
