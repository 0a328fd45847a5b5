"""The steps of a day up to the edition.

    sources ──Batch──▶ parse ──Paper──▶ store                              Fetcher.fetch()
                                          │
                                       ranking ──Pick──▶ edition           build_edition()
                                                           │
    subscribers ──Subscriber──▶ compose ──Issue──▶ mail ──message──▶ SMTP  run_delivery()

Every step before delivery can be repeated without harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Coverage, Edition, Quotas
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic


def build_edition(
    papers: Sequence[Paper],
    topics: Sequence[Topic],
    *,
    coverage: Coverage,
    withdrawn: Sequence[Paper],
    quotas: Quotas,
) -> Edition:
    """Rank papers for every topic: the edition, which all subscribers of a day share.

    Args:
        papers: the papers of the day and those that came late, none of them withdrawn.
        topics: the topics to rank for.
        coverage: which sources the papers come from, and what is missing.
        withdrawn: papers of earlier editions that have been withdrawn since.
        quotas: how many papers go into an issue.

    """
    return Edition(
        coverage=coverage,
        papers=papers,
        topics={topic.slug: topic for topic in topics},
        ranked=rank(papers, topics, trend_weight=quotas.trend_weight),
        similar=near_duplicates(papers),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
        withdrawn=withdrawn,
    )
