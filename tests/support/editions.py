"""Editions of a day, of which readers' issues are composed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.builders import DAY, covered, topic

from digest.models.issue import Coverage, Edition
from subscribers.models import LIKED, LIKED_TOPIC, OWN, OWN_NAME


def edition(ranked: dict[str, list[Any]] | None = None, **coverage: Any) -> Edition:
    """The edition of agents and robots, with these rankings."""
    defaults: dict[str, Any] = {"day": DAY, "sources": (covered("list", 3),), "considered": 3}
    return Edition(
        papers=[],
        trend_weight=1.0,
        coverage=Coverage(**(defaults | coverage)),
        topics={slug: topic(slug) for slug in ("agents", "robots")},
        ranked={"agents": [], "robots": [], **(ranked or {})},
        similar={},
        per_topic=3,
        max_papers=9,
    )


def with_topics(of: Edition, **own: str) -> Edition:
    """The edition of a reader with topics of their own."""
    made = {OWN: topic(OWN, name=OWN_NAME), LIKED: LIKED_TOPIC}
    topics = {slug: made[slug] for slug in own.values()}
    ranked = {**dict.fromkeys(topics, ()), **of.ranked}
    return replace(of, topics={**of.topics, **topics}, ranked=ranked)
