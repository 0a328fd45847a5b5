"""Every topic's picks: papers about the topic, in the order of relevance and trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.models.picks import Pick, Ranking, Rankings
from digest.models.trend import UNKNOWN
from digest.ranking.background import Background
from digest.ranking.explain import explain
from digest.ranking.prior import NOTHING_LEARNED, Prior
from digest.ranking.relevance import Relevance
from digest.ranking.trend import trends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper
    from digest.models.trend import Trend
    from subscribers.models import Topic

#: A topic's list has so many papers at most, the best.
MOST_PICKS = 100


def rank(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    background: Background | None = None,
    prior: Prior = NOTHING_LEARNED,
    trend_weight: float,
) -> Rankings:
    """Return every topic's picks by its slug, best first; papers that do not match are left out.

    The score is `relevance * (1 + trend_weight * trend)`, with relevance and trend in 0..1. On a
    tie the larger id, the newer paper, comes first, so the order of the input does not matter.

    Args:
        papers: those to rank.
        topics: the topics.
        background: what earlier papers teach of words and topics.
        prior: what is expected of papers before they have votes.
        trend_weight: how much votes count.

    """
    relevance = Relevance(papers, background or Background())
    return rank_by(relevance, topics, trends=trends(papers, prior), trend_weight=trend_weight)


def rank_by(
    found: Relevance,
    topics: Sequence[Topic],
    *,
    trends: Mapping[str, Trend],
    trend_weight: float,
) -> Rankings:
    """Rank papers whose texts and trends are known, see `rank`."""
    papers = found.papers
    trend_of = [trends.get(paper.id, UNKNOWN) for paper in papers]
    trend = np.array([one.score for one in trend_of])
    ranked = Rankings()
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
                reasons=explain(found.match(topic, row, float(relevance[row])), trend_of[row]),
            )
            for row in best.tolist()
        )
    return ranked
