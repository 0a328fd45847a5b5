"""Every topic's picks: papers about the topic, in the order of relevance and trend."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.models.issue import Pick
from digest.ranking.explain import explain
from digest.ranking.prior import NOTHING_LEARNED, Prior
from digest.ranking.relevance import match
from digest.ranking.trend import trends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper
    from digest.ranking.rises import Rise
    from subscribers.models import Topic


def rank(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    trend_weight: float,
    prior: Prior = NOTHING_LEARNED,
    beside: Sequence[Paper] = (),
    rises: Mapping[str, Rise] = MappingProxyType({}),
) -> Mapping[str, tuple[Pick, ...]]:
    """Return every topic's picks by its slug, best first; papers that do not match are left out.

    The score is `relevance * (1 + trend_weight * trend)`, with relevance and trend in 0..1. On a
    tie the larger id, the newer paper, comes first, so the order of the input does not matter.

    Args:
        papers: those to rank.
        topics: the topics.
        trend_weight: how much votes count.
        prior: what is expected of papers before they have votes.
        beside: other papers of earlier days, with which those of the same day are compared.
        rises: how votes took off since an earlier edition, by the paper's id.

    """
    ordered = sorted(papers, key=lambda paper: paper.id, reverse=True)
    ids = {paper.id for paper in ordered}
    others = [paper for paper in beside if paper.id not in ids]
    trend_of = trends([*ordered, *others], prior, rises=rises)
    ranked: dict[str, tuple[Pick, ...]] = {}
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
        ranked[topic.slug] = tuple(picks)
    return ranked
