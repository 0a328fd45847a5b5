"""Rankers beside what readers said of papers of their mails.

Readers judge only what they were shown. What was drawn by chance is weighted by the inverse of its
chance, so that few such verdicts stand for all papers that might have been drawn (Schnabel et al.,
"Recommendations as treatments", 2016). Weights are clipped, and sums are divided by the sum of
weights, which is less exact in the mean and much steadier (Swaminathan and Joachims, "The
self-normalized estimator for counterfactual learning", 2015). What a ranking chose has the
weight 1: of what it never chooses no weight can tell.

A reader is one unit: the mean over their mails.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING

from digest.ranking.evaluation import metrics
from digest.ranking.evaluation.bootstrap import mean_interval, paired_difference
from digest.ranking.evaluation.replay import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.random import Generator

    from digest.models.feedback import Verdict

#: The most that one verdict counts beside others.
MOST_WEIGHT = 20.0
MEASURES = ("ndcg", "order")


@dataclass(frozen=True, kw_only=True)
class JudgedLists:
    """What each ranker would have put into one mail, and what its reader said of the mail."""

    reader: int
    #: ids of papers, best first, by the ranker's name
    lists: Mapping[str, Sequence[str]]
    verdicts: Mapping[str, Verdict]
    #: the chance of the papers that were drawn
    propensities: Mapping[str, float]

    def weight(self, paper_id: str) -> float:
        """Return what the verdict on a paper counts."""
        propensity = self.propensities.get(paper_id, 1.0)
        return min(1 / propensity, MOST_WEIGHT) if propensity > 0 else MOST_WEIGHT


def ndcg(mail: JudgedLists, ranker: str, depth: int) -> float | None:
    """Return how high a ranker puts what the reader liked, in 0..1; None if nothing was liked."""
    gains = {it: mail.weight(it) for it, verdict in mail.verdicts.items() if verdict.is_liked}
    return metrics.ndcg(mail.lists[ranker], gains, depth)


def order(mail: JudgedLists, ranker: str) -> float | None:
    """Return the share of pairs whose liked paper comes before the other one, in 0..1.

    What is not in the list comes last; two such papers count one half. None without a pair.
    """
    places = {paper_id: float(place) for place, paper_id in enumerate(mail.lists[ranker])}
    liked = [it for it, verdict in mail.verdicts.items() if verdict.is_liked]
    others = [it for it, verdict in mail.verdicts.items() if not verdict.is_liked]
    right = total = 0.0
    for one, other in product(liked, others):
        weight = mail.weight(one) * mail.weight(other)
        first, second = places.get(one, math.inf), places.get(other, math.inf)
        right += weight * (0.5 if first == second else float(first < second))
        total += weight
    return right / total if total else None


def compare(
    mails: Sequence[JudgedLists], rankers: Sequence[str], rng: Generator, *, depth: int
) -> list[Comparison]:
    """Return every ranker's means over readers, and its differences to the first ranker."""
    measured = {
        ranker: {
            "ndcg": _by_reader((mail.reader, ndcg(mail, ranker, depth)) for mail in mails),
            "order": _by_reader((mail.reader, order(mail, ranker)) for mail in mails),
        }
        for ranker in rankers
    }
    first = measured[rankers[0]]
    return [
        Comparison(
            ranker=ranker,
            means={name: mean_interval(list(found[name].values()), rng) for name in MEASURES},
            differences={}
            if found is first
            else {name: paired_difference(found[name], first[name], rng) for name in MEASURES},
        )
        for ranker, found in measured.items()
    ]


def _by_reader(values: Iterable[tuple[int, float | None]]) -> dict[int, float]:
    known: dict[int, list[float]] = defaultdict(list)
    for reader, value in values:
        if value is not None:
            known[reader].append(value)
    return {reader: fmean(found) for reader, found in known.items()}
