"""Rankers compared over many days: what each would have shown, beside what readers voted for later.

A day is one unit: a measure is taken for each topic, and averaged over the topics of a day.

What a topic's best list would be is judged on a pool: all papers that any of the rankers shows for
the topic on that day (pooling, as at TREC; Spärck Jones and van Rijsbergen, "Report on the need for
and provision of an ideal information retrieval test collection", 1975). So no ranker decides alone
which papers count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.evaluation import metrics
from digest.ranking.evaluation.bootstrap import Interval, mean_interval, paired_difference
from digest.ranking.tfidf import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import scipy.sparse as sp
    from numpy.random import Generator

    from digest.models.paper import Paper

#: The ids of the papers that are shown for each topic, best first, by the topic's slug.
Shown = dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class ReplayedDay:
    """What every ranker would have shown on one day, by the ranker's name."""

    day: date
    shown: Mapping[str, Shown]
    #: what each paper was worth later, by its id; see `gains_of_votes`
    gains: Mapping[str, float]
    papers: Sequence[Paper]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One ranker's lists of one day; None is what has no answer."""

    #: nDCG against the later votes within the pool of each topic, in 0..1
    ndcg: float | None
    #: the share of the topics that have a paper
    covered: float
    #: papers shown, over all topics
    papers: float
    #: Jaccard overlap with the first ranker's lists, in 0..1
    overlap: float | None
    #: the share of the papers shown whose votes are not known, in 0..1; they are worth 0 to nDCG
    unknown: float | None
    #: one minus the mean cosine of two papers of a list, in 0..1
    diversity: float | None


MEASURES = tuple(field.name for field in fields(Measured))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A ranker over all days, beside the first one."""

    ranker: str
    #: each measure's mean over the days that have it
    means: Mapping[str, Interval | None]
    #: the mean difference to the first ranker, day by day; empty for the first ranker itself
    differences: Mapping[str, Interval | None]


def gains_of_votes(papers: Iterable[Paper]) -> dict[str, float]:
    """Return what papers are worth by their votes: ln(1 + votes), so that 100 do not hide 10.

    Papers whose votes are not known are left out.
    """
    return {
        paper.id: math.log1p(paper.signals.upvotes)
        for paper in papers
        if paper.signals.upvotes is not None
    }


def measure(days: Sequence[ReplayedDay], *, depth: int) -> dict[str, dict[date, Measured]]:
    """Return what every ranker's lists were worth on every day; nDCG counts `depth` ranks.

    The first ranker is the one that the others overlap with.
    """
    found: dict[str, dict[date, Measured]] = {}
    for replayed in days:
        first = next(iter(replayed.shown.values()), {})
        pools = _pools(replayed)
        vectors = Vectors.of(replayed.papers)
        row = {paper_id: number for number, paper_id in enumerate(vectors.ids)}
        for ranker, shown in replayed.shown.items():
            found.setdefault(ranker, {})[replayed.day] = Measured(
                ndcg=_mean(
                    metrics.ndcg(listed, pools[slug], depth) for slug, listed in shown.items()
                ),
                covered=fmean(bool(listed) for listed in shown.values()) if shown else 0.0,
                papers=sum(map(len, shown.values())),
                overlap=_mean(metrics.jaccard(shown[slug], first[slug]) for slug in shown),
                unknown=_share(
                    paper_id not in replayed.gains for ids in shown.values() for paper_id in ids
                ),
                diversity=_mean(
                    metrics.intra_list_diversity(_rows(vectors.rows, row, listed))
                    for listed in shown.values()
                ),
            )
    return found


def compare(measured: Mapping[str, Mapping[date, Measured]], rng: Generator) -> list[Comparison]:
    """Return every ranker's means over the days, and its differences to the first ranker."""
    first = next(iter(measured), None)
    return [
        Comparison(
            ranker=ranker,
            means={
                name: mean_interval(list(_by_day(days, name).values()), rng) for name in MEASURES
            },
            differences={}
            if ranker == first or first is None
            else {
                name: paired_difference(_by_day(days, name), _by_day(measured[first], name), rng)
                for name in MEASURES
            },
        )
        for ranker, days in measured.items()
    ]


def _pools(replayed: ReplayedDay) -> dict[str, dict[str, float]]:
    """Return what the papers were worth that any ranker shows for a topic, by slug and id.

    A paper whose votes are not known has no gain, so the ideal list has none of them.
    """
    pools: dict[str, dict[str, float]] = {}
    for shown in replayed.shown.values():
        for slug, listed in shown.items():
            pool = pools.setdefault(slug, {})
            pool.update({id_: replayed.gains[id_] for id_ in listed if id_ in replayed.gains})
    return pools


def _share(are: Iterable[bool]) -> float | None:
    values = list(are)
    return fmean(values) if values else None


def _by_day(days: Mapping[date, Measured], name: str) -> dict[date, float]:
    """Return a measure's value on the days that have one."""
    values = {day: getattr(found, name) for day, found in days.items()}
    return {day: float(value) for day, value in values.items() if value is not None}


def _rows(vectors: sp.csr_array, row: Mapping[str, int], listed: Sequence[str]) -> sp.csr_array:
    return vectors[np.array([row[paper_id] for paper_id in listed], np.int64)]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
