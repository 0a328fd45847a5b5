"""Every topic's picks: papers about the topic, in the order of relevance and trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Pick, Ranking, Rankings
from digest.ranking.explain import explain
from digest.ranking.relevance import match
from digest.ranking.trend import trends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic


def rank(papers: Sequence[Paper], topics: Sequence[Topic], *, trend_weight: float) -> Rankings:
    """Return every topic's picks by its slug, best first; papers that do not match are left out.

    The score is `relevance * (1 + trend_weight * trend)`, with relevance and trend in 0..1. On a
    tie the larger id comes first: of two arXiv ids it is the later one, and the more promising.
    """
    ordered = sorted(papers, key=lambda paper: paper.id)
    trend_of = trends(ordered)
    ranked = Rankings()
    for topic, matches in zip(topics, match(ordered, topics), strict=True):
        picks = []
        for found in matches:
            trend = trend_of[found.paper.id]
            picks.append(
                Pick(
                    paper=found.paper,
                    topic=topic.slug,
                    relevance=found.relevance,
                    trend=trend.score,
                    score=found.relevance * (1 + trend_weight * trend.score),
                    reasons=explain(found, trend),
                )
            )
        picks.sort(key=lambda pick: (pick.score, pick.paper.id), reverse=True)
        ranked[topic.slug] = Ranking(picks)
    return ranked
