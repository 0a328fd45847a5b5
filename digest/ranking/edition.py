"""A day's edition out of its papers: every topic's picks, and what readers' own words need.

A run, a preview and a replay of an archived day all make editions here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.models.issue import Edition
from digest.models.picks import Ranking, Rankings, Reason
from digest.models.trend import UNKNOWN
from digest.ranking.affinity import learned_counts
from digest.ranking.diversity import diversify
from digest.ranking.explain import explain
from digest.ranking.interleaving import on_our_scale
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank_by
from digest.ranking.rankers import read_ranker
from digest.ranking.relevance import Relevance
from digest.ranking.term_vectors import terms_of
from digest.ranking.tfidf import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.issue import Coverage, Quotas
    from digest.models.paper import Paper
    from digest.models.picks import Pick
    from digest.models.trend import Trend
    from digest.ranking.background import Background
    from subscribers.models import Topic

#: Why a rival has a paper that has words of the topic, though none of its phrases.
_SOME_WORDS = Reason(kind="word", text="has some of this topic’s words")


def make_edition(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    background: Background,
    trends: Mapping[str, Trend],
    quotas: Quotas,
    coverage: Coverage,
    relevance: Relevance | None = None,
    rival: str = "",
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
        rival: the ranker that is interleaved with ours, as `read_ranker` reads it; empty for none.

    """
    relevance = relevance or Relevance(papers, background)
    ranked = rank_by(relevance, topics, trends=trends, trend_weight=quotas.trend_weight)
    vectors = Vectors.of(papers, relevance.index.numbers_by_paper())
    edition = Edition(
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
        explore=quotas.explore,
        vectors=relevance.packed_vectors(),
    )
    return with_rival(edition, rival, relevance) if rival else edition


def with_rival(edition: Edition, rival: str, relevance: Relevance) -> Edition:
    """Return an edition that also holds a rival's ranking, with reasons for all of its picks.

    Raises:
        ConfigError: there is no such ranker.

    """
    row_of = {paper.id: row for row, paper in enumerate(relevance.papers)}

    def explained(pick: Pick) -> Pick:
        if pick.reasons:
            return pick
        row, topic = row_of[pick.paper.id], edition.topics[pick.topic]
        trend = edition.trends.get(pick.paper.id, UNKNOWN)
        reasons = explain(relevance.match(topic, row, pick.relevance), trend)
        return pick._replace(trend=trend.score, reasons=reasons or (_SOME_WORDS,))

    ranked = on_our_scale(edition.ranked, read_ranker(rival)(edition))
    explained_ranked = Rankings(
        (slug, Ranking(map(explained, picks))) for slug, picks in ranked.items()
    )
    return replace(edition, rival=rival, rival_ranked=explained_ranked)
