"""Every topic's picks: papers about the topic, in the order of relevance and trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.models.issue import Pick, Ranking
from digest.ranking.background import Background
from digest.ranking.explain import explain
from digest.ranking.relevance import Relevance
from digest.ranking.trend import trends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic

#: A topic's list has so many papers at most, the best.
MOST_PICKS = 100


def rank(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    background: Background | None = None,
    trend_weight: float,
) -> Mapping[str, Ranking]:
    """Return every topic's picks by its slug, best first; papers that do not match are left out.

    The score is `relevance * (1 + trend_weight * trend)`, with relevance and trend in 0..1. On a
    tie the larger id comes first, so the order of the input does not matter.
    """
    return rank_by(Relevance(papers, background or Background()), topics, trend_weight=trend_weight)


def rank_by(
    found: Relevance, topics: Sequence[Topic], *, trend_weight: float
) -> Mapping[str, Ranking]:
    """Rank papers whose texts were read already, see `rank`."""
    papers = found.papers
    trend_of = trends(papers)
    trend = np.array([trend_of[paper.id].score for paper in papers])
    ranked: dict[str, Ranking] = {}
    for topic in topics:
        relevance, is_match = found.of(topic)
        scores = relevance * (1 + trend_weight * trend)
        rows = np.flatnonzero(is_match)
        # Papers stand with the larger id first, and the order of equals is kept.
        best = rows[np.argsort(-scores[rows], kind="stable")][:MOST_PICKS]
        ranked[topic.slug] = Ranking(
            Pick(
                paper=papers[row],
                topic=topic.slug,
                relevance=float(relevance[row]),
                trend=float(trend[row]),
                score=float(scores[row]),
                reasons=explain(
                    found.match(topic, row, float(relevance[row])), trend_of[papers[row].id]
                ),
            )
            for row in best.tolist()
        )
    return ranked
