"""An edition adapted to one subscriber: own words and authors, excluded words, fewer papers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subscribers.models import OWN, own_topic

if TYPE_CHECKING:
    from digest.models.issue import Edition
    from subscribers.models import Subscriber


def personalize(edition: Edition, subscriber: Subscriber) -> tuple[Edition, list[str]]:
    """Return the edition for this subscriber, and their topics in the order of the issue.

    Own words and authors make a topic of their own, which comes first. Papers that hold an
    excluded word are excluded from every topic.
    """
    preferences = subscriber.preferences
    if preferences.words_in or preferences.words_out or preferences.authors:
        # Imported here because few subscribers have own words, and numpy and scipy take a third
        # of a worker's memory.
        from digest.ranking.background import Background
        from digest.ranking.rank import rank_by
        from digest.ranking.relevance import Relevance

        relevance = Relevance(edition.papers, Background(counts=edition.counts))
    wanted = list(subscriber.topics)
    if preferences.papers is not None:
        edition = replace(edition, max_papers=min(preferences.papers, edition.max_papers))
    if preferences.words_out:
        excludes = relevance.evidence.excludes(preferences.words_out)
        removed = {paper.id for paper, out in zip(relevance.papers, excludes, strict=True) if out}
        edition = replace(edition, excluded=frozenset(removed))
    own = own_topic(subscriber)
    if own:
        own = replace(own, words_out=preferences.words_out)
        picks = rank_by(relevance, [own], trends=edition.trends, trend_weight=edition.trend_weight)
        edition = replace(
            edition,
            topics={**edition.topics, OWN: own},
            ranked={**edition.ranked, **picks},
        )
        wanted = [OWN, *wanted]
    return edition, wanted
