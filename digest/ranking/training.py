"""Fits the coefficients of the prior to the votes of an archive, and measures them in time.

Each day is predicted from the days before it: the records grow day by day, so no paper is judged
by its own votes. The coefficients come from a ridge regression of the papers' deviations on their
features, both centred within their day (Hoerl and Kennard, 1970).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from digest.errors import ArchiveError
from digest.ranking.evaluation.bootstrap import Interval, mean_interval, seeded
from digest.ranking.evaluation.metrics import spearman
from digest.ranking.prior import SMALLEST_DAY, Coefficients, Features, Records, by_day
from digest.ranking.rates import deviations
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import numpy.typing as npt

    from digest.models.paper import Paper

    Floats = npt.NDArray[np.float64]

#: An order is judged on days with so many papers that have votes.
JUDGED_DAY = 8
#: The ridge: features are believed as if so many papers had shown no effect.
RIDGE = 5.0
#: Fewer days of so many papers are no archive to learn from.
FEWEST_DAYS = 30
#: Of these days the last one in so many judges.
_JUDGING = 4
#: Intervals are drawn with this seed, so that the same days give the same numbers.
_SEED = 20260202


@dataclass(frozen=True)
class TrainingDay:
    """A day of the archive: what was known before its votes, and the votes."""

    day: date
    features: Floats
    votes: tuple[int, ...]


def training_days(papers: Iterable[Paper]) -> list[TrainingDay]:
    """Return the days of an archive, the first first; each knows only the days before it."""
    records = Records()
    found = []
    for day, of_day in by_day(papers).items():
        prior = records.prior(Coefficients())
        features = np.asarray(prior.features(of_day), np.float64)
        votes = tuple(paper.signals.upvotes or 0 for paper in of_day)
        found.append(TrainingDay(day, features, votes))
        records.add(of_day)
    return found


def fit(days: Sequence[TrainingDay]) -> Coefficients:
    """Return the coefficients that fit some days best; without any, none has an effect."""
    size = len(Features._fields)
    squares, products = RIDGE * np.eye(size), np.zeros(size)
    for day in days:
        if len(day.votes) < SMALLEST_DAY:
            continue
        centred = day.features - day.features.mean(axis=0)
        found = np.asarray(deviations(day.votes, [24.0] * len(day.votes)))
        squares += centred.T @ centred
        products += centred.T @ (found - found.mean())
    return Coefficients(
        **dict(zip(Features._fields, np.linalg.solve(squares, products).tolist(), strict=True))
    )


def rank_correlations(days: Iterable[TrainingDay], coefficients: Coefficients) -> list[float]:
    """Return Spearman's correlation of prediction and votes for each day of eight papers or more.

    Ties get the mean of their ranks; a day on which all are equal has no order and counts as 0.
    """
    weights = np.array([asdict(coefficients)[name] for name in Features._fields])
    return [
        spearman(day.features @ weights, day.votes) or 0.0
        for day in days
        if len(day.votes) >= JUDGED_DAY
    ]


@dataclass(frozen=True, kw_only=True)
class Training:
    """Coefficients, and how well they predict the last days next to those before."""

    coefficients: Coefficients
    #: how many days with votes were used, and their papers
    days: int
    papers: int
    #: how many of the last days judge; these coefficients were fitted on all days
    judged_days: int
    #: Spearman's correlation on the days that judge, by the coefficients in use
    before: Interval
    #: the same, by coefficients that were fitted on the days before
    after: Interval
    #: the mean difference of the two by day
    gain: Interval

    @property
    def is_better(self) -> bool:
        """Whether the order of the last days is better predicted than before."""
        return self.gain.mean > 0


def train(days: Sequence[TrainingDay], current: Coefficients) -> Training:
    """Fit the coefficients to an archive, and compare them with the current ones.

    The last quarter of the days judges: each of its days is predicted by coefficients that were
    fitted on the days before the quarter, and by records of all days before it. The coefficients
    that are returned were then fitted on all days.

    Raises:
        ArchiveError: there are fewer than `FEWEST_DAYS` days that can judge or be fitted.

    """
    judging = [day for day in days if len(day.votes) >= JUDGED_DAY]
    if len(judging) < FEWEST_DAYS:
        raise ArchiveError(
            f"{count(len(judging), 'day')} with votes for {JUDGED_DAY} papers or more, of"
            f" {FEWEST_DAYS} that are needed; {FEWEST_DAYS - len(judging)} more such days will do",
            days=len(judging),
            needed=FEWEST_DAYS,
        )
    last = judging[-(len(judging) // _JUDGING) :]
    earlier = [day for day in days if day.day < last[0].day]
    before = rank_correlations(last, current)
    after = rank_correlations(last, fit(earlier))
    return Training(
        coefficients=fit(days),
        days=len(days),
        papers=sum(len(day.votes) for day in days),
        judged_days=len(last),
        before=_interval(before),
        after=_interval(after),
        gain=_interval([new - old for new, old in zip(after, before, strict=True)]),
    )


def _interval(values: Sequence[float]) -> Interval:
    found = mean_interval(values, seeded(_SEED))
    if found is None:
        raise ValueError("no day judges")
    return found
