"""Every topic's picks: what is about the topic, weighed by what readers elsewhere value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Pick
from digest.ranking.explain import explain
from digest.ranking.relevance import match
from digest.ranking.trend import standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic


def rank(
    papers: Sequence[Paper], topics: Sequence[Topic], *, trend_weight: float
) -> Mapping[str, tuple[Pick, ...]]:
    """Return every topic's picks, best first; a paper that does not match is not among them.

    The score is `relevance * (1 + trend_weight * trend)` with relevance and trend in 0..1. Ties
    go to the smaller id, so the order of the input does not matter.
    """
    ordered = sorted(papers, key=lambda paper: paper.id)
    standing = standings(ordered)
    ranked: dict[str, tuple[Pick, ...]] = {}
    for topic, matches in zip(topics, match(ordered, topics), strict=True):
        picks = []
        for found in matches:
            place = standing[found.paper.id]
            picks.append(
                Pick(
                    paper=found.paper,
                    topic=topic.slug,
                    relevance=found.relevance,
                    trend=place.trend,
                    score=found.relevance * (1 + trend_weight * place.trend),
                    reasons=explain(found, place),
                )
            )
        ranked[topic.slug] = tuple(sorted(picks, key=lambda pick: (-pick.score, pick.paper.id)))
    return ranked
