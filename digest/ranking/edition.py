"""A day's edition out of its papers: every topic's picks, and what readers' own words need.

A run, a preview and a replay of an archived day all make editions here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Edition
from digest.models.trend import UNKNOWN
from digest.ranking.affinity import learned_counts
from digest.ranking.diversity import diversify
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank_by
from digest.ranking.relevance import Relevance
from digest.ranking.term_vectors import terms_of
from digest.ranking.tfidf import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.issue import Coverage, Quotas
    from digest.models.paper import Paper
    from digest.models.trend import Trend
    from digest.ranking.background import Background
    from subscribers.models import Topic


def make_edition(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    background: Background,
    trends: Mapping[str, Trend],
    quotas: Quotas,
    coverage: Coverage,
    relevance: Relevance | None = None,
) -> Edition:
    """Rank papers for every topic.

    Args:
        papers: those of the day, those that came late, and those that took off.
        topics: the topics.
        background: what the papers before them teach.
        trends: how each compares with its own day, by id.
        quotas: how many papers go into an issue, and how much votes count.
        coverage: what was read.
        relevance: that of these papers with this background, if they were read already.

    """
    relevance = relevance or Relevance(papers, background)
    ranked = rank_by(relevance, topics, trends=trends, trend_weight=quotas.trend_weight)
    vectors = Vectors.of(papers, relevance.index.numbers_by_paper())
    return Edition(
        coverage=coverage,
        papers=papers,
        topics={topic.slug: topic for topic in topics},
        ranked=diversify(ranked, vectors, last=[topic.slug for topic in topics if topic.trending]),
        similar=near_duplicates(papers, vectors),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
        trends={paper.id: trends.get(paper.id, UNKNOWN) for paper in papers},
        counts=background.counts.of(terms_of(relevance.index)),
        all_counts=learned_counts(background.counts, relevance.index),
    )
