"""How much readers elsewhere value a paper: votes, comments and stars for its age.

Each paper is compared with the other papers of its day, so that a list of last week and one of
this morning rank alike. Before there are votes, `digest.ranking.prior` says what is expected.
"""

from __future__ import annotations

import math
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from digest.models.clock_times import midnight
from digest.models.trend import Trend, WellReceived
from digest.ranking.prior import NOTHING_LEARNED, Prior
from digest.ranking.rates import SPREAD, deviations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.models.paper import Paper
    from digest.models.trend import Rise

#: Beyond this a z-score is damped, so that one signal of one paper does not decide alone.
FAR = 4.0
#: No paper counts as older than so many times the median age of its day.
OLDEST = 4.0
#: The weights of the comment and star z-scores, next to 1 for votes. Choices, not measured: no
#: data at hand has both with dates.
COMMENT_WEIGHT = 0.5
STAR_WEIGHT = 0.3
#: Beside papers with votes, one without a count was not featured where readers vote. Of 894 such
#: papers of four arXiv listings, 4.6 % were featured later, so a paper can expect about so much of
#: the votes of a featured one.
UNFEATURED = math.log(0.05)
#: The logistic function of 1.7 z differs from the normal distribution function by less than 0.01
#: (Haley, 1952), so the score of votes alone reads like a percentile.
_LOGISTIC_SCALE = 1.7
#: A score has so many digits: those of floating point decide nothing.
_DIGITS = 9


def trends(
    papers: Iterable[Paper],
    prior: Prior = NOTHING_LEARNED,
    *,
    rises: Mapping[str, Rise] | None = None,
) -> dict[str, Trend]:
    """Return every paper's trend by its id.

    A paper with more votes never has a lower score than it would have with fewer.

    Args:
        papers: those to compare, of any days.
        prior: what is expected of papers before they have votes.
        rises: of papers of earlier editions, by id.

    """
    days: dict[date, list[Paper]] = {}
    for paper in sorted(papers, key=lambda paper: paper.id):
        days.setdefault(paper.day, []).append(paper)
    found: dict[str, Trend] = {}
    for papers_of_day in days.values():
        found.update(_trends_of_day(papers_of_day, prior, rises or {}))
    return found


def _trends_of_day(
    papers: Sequence[Paper], prior: Prior, rises: Mapping[str, Rise]
) -> dict[str, Trend]:
    hours = _hours(papers)
    votes = {p.id: p.signals.upvotes for p in papers if p.signals.upvotes is not None}
    comments = {p.id: p.signals.comments for p in papers if p.signals.comments is not None}
    stars = {p.id: p.signals.stars for p in papers if p.signals.stars is not None}
    expected = dict(zip((paper.id for paper in papers), prior.expected(papers), strict=True))
    totals = {
        id_: _damped((it + UNFEATURED * bool(votes)) / SPREAD) for id_, it in expected.items()
    }
    totals |= _z_scores(votes, hours, expected)
    for weight, counts in ((COMMENT_WEIGHT, comments), (STAR_WEIGHT, stars)):
        for paper_id, z_score in _z_scores(counts, hours).items():
            totals[paper_id] += weight * z_score
    rank, tied = _standings(votes), Counter(votes.values())
    many_authors = {} if votes else prior.many_authors(papers)
    return {
        paper.id: Trend(
            score=round(1 / (1 + math.exp(-_LOGISTIC_SCALE * totals[paper.id])), _DIGITS),
            rank=rank[votes[paper.id]] if votes.get(paper.id) else None,
            tied=tied[votes[paper.id]] if paper.id in votes else 0,
            cohort=len(votes),
            well_received=None if votes.get(paper.id) else _well_received(paper, prior),
            many_authors=many_authors.get(paper.id),
            rise=rises.get(paper.id),
        )
        for paper in papers
    }


def _z_scores(
    counts: Mapping[str, int],
    hours: Mapping[str, float],
    expected: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the z-score of each count, by id; see `digest.ranking.rates`."""
    found = deviations(
        list(counts.values()),
        [hours[id_] for id_ in counts],
        [expected[id_] for id_ in counts] if expected else None,
    )
    return {id_: _damped(each / SPREAD) for id_, each in zip(counts, found, strict=True)}


def _damped(z_score: float) -> float:
    """Return a z-score; one beyond FAR comes near FAR + 1, and the order stays."""
    beyond = abs(z_score) - FAR
    return z_score if beyond <= 0 else math.copysign(FAR + beyond / (1 + beyond), z_score)


def _standings(votes: Mapping[str, int]) -> dict[int, int]:
    """Return the rank of each number of votes, from 1; equal numbers share the first."""
    ranks: dict[int, int] = {}
    for place, number in enumerate(sorted(votes.values(), reverse=True), start=1):
        ranks.setdefault(number, place)
    return ranks


def _well_received(paper: Paper, prior: Prior) -> WellReceived | None:
    found = prior.much_voted(paper)
    if found is None:
        return None
    author, record = found
    return WellReceived(author=author, papers=record.papers, top=record.top)


def _hours(papers: Sequence[Paper]) -> dict[str, float]:
    """Return the hours from when each paper was featured to when its day's counts were read.

    That is the newest reading of the day that changed a count: a paper whose count did not change
    since an earlier one is known by that, but was read with the others.
    """
    read_at = max((p.observed_at for p in papers if p.observed_at is not None), default=None)
    ages = {paper.id: _age(paper, read_at) for paper in papers}
    # Papers of one day are about as old; a time that is far off is wrong, and weighs no more.
    oldest = OLDEST * median(ages.values())
    return {id_: min(age, oldest) for id_, age in ages.items()}


def _age(paper: Paper, read_at: datetime | None) -> float:
    """Return how many hours ago a paper was featured; at least 1."""
    if read_at is None:
        return 1.0
    featured = paper.featured_at
    if featured is None or featured > read_at:  # one of the clocks was wrong
        featured = midnight(paper.day)
    return max((read_at - featured).total_seconds() / 3600, 1.0)
