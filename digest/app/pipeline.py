"""The steps of a day up to the desk, in a row.

    sources ──Raw──▶ parse ──Paper──▶ store                                   fetch()
                                        │
                                     ranking ──Pick──▶ desk                   lay_out()
                                                         │
    subscribers ──Subscriber──▶ compose ──Issue──▶ press ──mail──▶ delivery   dispatch()

Everything before `delivery` can be repeated without harm. Nothing here decides: what is chosen is
decided in ranking, what an error means in delivery. `dispatch` is a module of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Edition, Quotas
from digest.ranking.near_duplicates import near_duplicates
from digest.ranking.rank import rank
from digest.sources import Source
from digest.sources.coverage import coverage_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.sources.backlog import Collection
    from subscribers.models import Topic


# -- fetch ------------------------------------------------------------------------------------


# -- rank ---------------------------------------------------------------------------------------


def build_edition(
    day: date,
    topics: Sequence[Topic],
    places: Sequence[Source],
    *,
    collection: Collection,
    quotas: Quotas,
) -> Edition:
    """Rank the day's papers for every topic: what all subscribers share, once per run.

    Papers that came too late for their own day's edition are among them; withdrawn ones are not.
    """
    papers = [paper for paper in collection.papers(day) if paper.withdrawn_on is None]
    return Edition(
        coverage=coverage_of(day, places, papers, collection=collection),
        papers=papers,
        topics={topic.slug: topic for topic in topics},
        ranked=rank(papers, topics, trend_weight=quotas.trend_weight),
        similar=near_duplicates(papers),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
        withdrawn=collection.withdrawn(day),
    )
