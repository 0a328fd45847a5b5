"""What readers elsewhere value: votes per hour since a paper was featured, shrunk.

Papers are compared with the others of their day, so an old list and a fresh one rank alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from digest.models.paper import Paper

#: Hours' worth of the day's mean rate mixed into every paper's own, so that two votes in the
#: first quarter of an hour are not yet eight an hour. A choice, not measured.
PRIOR_HOURS = 12.0
#: How much a logged comment or star rate counts beside votes. Choices, not measured: no data at
#: hand has both with dates.
COMMENT_WEIGHT = 0.5
STAR_WEIGHT = 0.3


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A paper among the others of its day."""

    #: 0..1, one half for an ordinary paper and for one nothing is known of
    trend: float
    #: its place by votes among the papers of its day, or None without votes
    place: int | None
    #: how many papers have that many votes
    tied: int
    #: how many papers of its day have known votes
    cohort: int


def standings(papers: Iterable[Paper]) -> dict[str, Standing]:
    """Return every paper's standing by its id."""
    days: dict[date, list[Paper]] = {}
    for paper in papers:
        days.setdefault(paper.day, []).append(paper)
    found: dict[str, Standing] = {}
    for cohort in days.values():
        found.update(_standings_of_day(cohort))
    return found


def _standings_of_day(cohort: Sequence[Paper]) -> dict[str, Standing]:
    hours = {paper.id: _hours(paper) for paper in cohort}
    votes = {p.id: p.signals.upvotes for p in cohort if p.signals.upvotes is not None}
    heat = dict.fromkeys(hours, 0.0)
    for weight, counts in (
        (1.0, votes),
        (
            COMMENT_WEIGHT,
            {p.id: p.signals.comments for p in cohort if p.signals.comments is not None},
        ),
        (STAR_WEIGHT, {p.id: p.signals.stars for p in cohort if p.signals.stars is not None}),
    ):
        for paper_id, score in _scores(counts, hours).items():
            heat[paper_id] += weight * score
    return {
        paper.id: Standing(
            trend=1 / (1 + math.exp(-1.7 * heat[paper.id])),
            place=sum(other > votes[paper.id] for other in votes.values()) + 1
            if votes.get(paper.id)
            else None,
            tied=sum(other == votes.get(paper.id) for other in votes.values()),
            cohort=len(votes),
        )
        for paper in cohort
    }


def _scores(counts: dict[str, int], hours: dict[str, float]) -> dict[str, float]:
    """Return the z-score of each paper's shrunk, logged daily rate among those known."""
    if not counts:
        return {}
    mean = sum(counts.values()) / math.fsum(hours[paper_id] for paper_id in counts)
    daily = {
        paper_id: math.log1p(24 * (number + PRIOR_HOURS * mean) / (hours[paper_id] + PRIOR_HOURS))
        for paper_id, number in counts.items()
    }
    # fsum is exact, so the order of the papers cannot change the last digit.
    centre = math.fsum(daily.values()) / len(daily)
    spread = math.sqrt(math.fsum((value - centre) ** 2 for value in daily.values()) / len(daily))
    return {
        paper_id: (value - centre) / spread if spread > 1e-9 else 0.0
        for paper_id, value in daily.items()
    }


def _hours(paper: Paper) -> float:
    """Return the hours between being featured and the last look at the votes, at least one."""
    if paper.observed_at is None:
        return 1.0
    featured = paper.featured_at or datetime.combine(paper.day, time(), UTC)
    return max((paper.observed_at - featured).total_seconds() / 3600, 1.0)
