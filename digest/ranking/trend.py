"""How much readers elsewhere value a paper: votes, comments and stars per hour.

Each paper is compared with the other papers of its day, so that a list of last week and one of
this morning rank alike.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from digest.models.clock_times import midnight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from digest.models.paper import Paper

#: Every paper's rate is mixed with the usual rate of its day, as if observed for so many hours
#: more. So two votes in the first quarter of an hour do not make eight an hour. A choice, not
#: measured.
PRIOR_HOURS = 12.0
#: A rate begins to be an outlier if its logarithm exceeds the median of the day by this, so at 33
#: times the median rate, and at the second number, 90 times, it has no part in the day's mean and
#: deviation (as in Hampel's estimator, 1974). A choice: the furthest on 14 real days was 41 times.
OUTLIER = (3.5, 4.5)
#: Beyond this a z-score is damped, so that one signal of one paper does not decide alone.
FAR = 4.0
#: No paper counts as older than so many times the median age of its day.
OLDEST = 4.0
#: The weights of the comment and star z-scores, next to 1 for votes. Choices, not measured: no
#: data at hand has both with dates.
COMMENT_WEIGHT = 0.5
STAR_WEIGHT = 0.3
#: The logistic function of 1.7 z differs from the normal distribution function by less than 0.01
#: (Haley, 1952), so the score of votes alone reads like a percentile.
_LOGISTIC_SCALE = 1.7


@dataclass(frozen=True, kw_only=True)
class Trend:
    """How a paper compares with the other papers of its day."""

    #: 0..1; one half for an average paper, and for one without any counts
    score: float
    #: its rank by votes among the papers of its day, from 1; None without votes
    rank: int | None
    #: how many papers have that many votes, itself included
    tied: int
    #: how many papers of its day have a known number of votes
    cohort: int


def trends(papers: Iterable[Paper]) -> dict[str, Trend]:
    """Return every paper's trend by its id."""
    days: dict[date, list[Paper]] = {}
    for paper in papers:
        days.setdefault(paper.day, []).append(paper)
    found: dict[str, Trend] = {}
    for papers_of_day in days.values():
        found.update(_trends_of_day(papers_of_day))
    return found


def _trends_of_day(papers: Sequence[Paper]) -> dict[str, Trend]:
    hours = {paper.id: _hours(paper) for paper in papers}
    # Papers of one day are about as old; a time that is far off is wrong, and weighs no more.
    oldest = OLDEST * median(hours.values())
    hours = {id_: min(age, oldest) for id_, age in hours.items()}
    votes = {p.id: p.signals.upvotes for p in papers if p.signals.upvotes is not None}
    comments = {p.id: p.signals.comments for p in papers if p.signals.comments is not None}
    stars = {p.id: p.signals.stars for p in papers if p.signals.stars is not None}
    in_order, tied = sorted(votes.values()), Counter(votes.values())
    totals = dict.fromkeys(hours, 0.0)
    for weight, counts in ((1.0, votes), (COMMENT_WEIGHT, comments), (STAR_WEIGHT, stars)):
        for paper_id, z_score in _z_scores(counts, hours).items():
            totals[paper_id] += weight * z_score
    return {
        paper.id: Trend(
            score=1 / (1 + math.exp(-_LOGISTIC_SCALE * totals[paper.id])),
            rank=len(votes) - bisect_right(in_order, votes[paper.id]) + 1
            if votes.get(paper.id)
            else None,
            tied=tied[votes[paper.id]] if paper.id in votes else 0,
            cohort=len(votes),
        )
        for paper in papers
    }


def _z_scores(counts: Mapping[str, int], hours: Mapping[str, float]) -> dict[str, float]:
    """Return the z-score of each paper's rate, by id, among the papers that have a count.

    The rate is the logarithm of one plus the count per day, shrunk towards the geometric mean of
    the day. Outliers have little or no part in mean and deviation; with it, one count of a million
    would make all others alike.
    """
    if not counts:
        return {}
    part = _parts({id_: _rate(count, hours[id_]) for id_, count in counts.items()})
    # fsum is exact, so the order of the papers cannot change the last digit.
    parts = math.fsum(part.values())
    usual = math.fsum(part[id_] * math.log1p(24 * counts[id_] / hours[id_]) for id_ in counts)
    mean = math.expm1(usual / parts) / 24
    rates = {id_: _rate(count + PRIOR_HOURS * mean, hours[id_]) for id_, count in counts.items()}
    centre = math.fsum(part[id_] * rate for id_, rate in rates.items()) / parts
    variance = math.fsum(part[id_] * (rate - centre) ** 2 for id_, rate in rates.items()) / parts
    # Where the usual papers are all alike, only an outlier differs from them.
    deviation = math.sqrt(variance) if variance > 1e-18 else 1.0
    return {id_: _damped((rate - centre) / deviation) for id_, rate in rates.items()}


def _parts(rates: Mapping[str, float]) -> dict[str, float]:
    """Return each paper's part in the mean: 1, or less for an outlier, down to 0.

    It falls evenly, so that one vote more never changes a day at a stroke.
    """
    centre, (whole, none) = median(rates.values()), OUTLIER
    return {
        id_: min(max((none - (rate - centre)) / (none - whole), 0.0), 1.0)
        for id_, rate in rates.items()
    }


def _rate(count: float, hours: float) -> float:
    return math.log1p(24 * count / (hours + PRIOR_HOURS))


def _damped(z_score: float) -> float:
    """Return a z-score; one beyond FAR comes near FAR + 1, and the order stays."""
    beyond = abs(z_score) - FAR
    return z_score if beyond <= 0 else math.copysign(FAR + beyond / (1 + beyond), z_score)


def _hours(paper: Paper) -> float:
    """Return the hours from when a paper was featured to when its counts were read; at least 1."""
    if paper.observed_at is None:
        return 1.0
    featured = paper.featured_at
    if featured is None or featured > paper.observed_at:  # one of the clocks was wrong
        featured = midnight(paper.day)
    return max((paper.observed_at - featured).total_seconds() / 3600, 1.0)
