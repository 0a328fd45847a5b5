"""One subscriber's sections out of every topic's picks: quotas, no repeats, no near-duplicates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.ranking.explain import similar_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from digest.models.issue import Pick
    from digest.models.paper import Paper


def select(
    ranked: Mapping[str, Sequence[Pick]],
    wanted: Sequence[str],
    *,
    seen: Collection[str],
    similar: Mapping[str, frozenset[str]],
    per_topic: int,
    max_papers: int,
    last: Collection[str] = (),
) -> dict[str, list[Pick]]:
    """Choose picks for the topics a subscriber wants, in the subscriber's order.

    A paper wanted by several topics goes to the one that scored it highest; on a tie, to the one
    listed first. Every topic is sure of its share of `max_papers`, so one with two papers a day is
    not drowned by one with two hundred; what it leaves over goes to the others. Topics in `last`
    (trending overall) take what no other topic wants. A paper in `seen`, or nearly the same as
    one in `seen`, is left out.
    """
    topics = [slug for slug in dict.fromkeys(wanted) if slug in ranked]
    chosen: dict[str, list[Pick]] = {slug: [] for slug in topics}
    if not topics:
        return chosen
    # A topic and a paper come together once, so that two entries differ before the pick.
    order = sorted(
        (slug in last, -pick.score, place, pick.paper.id, pick)
        for place, slug in enumerate(topics)
        for pick in ranked[slug]
    )
    picks = [entry[4] for entry in order]
    taken = _Taken(seen, similar)
    best: dict[str, str] = {}
    for pick in picks:
        best.setdefault(pick.paper.id, pick.topic)
    first = [pick for pick in picks if best[pick.paper.id] == pick.topic]
    share = min(max(1, max_papers // len(topics)), per_topic)
    left = max_papers
    # Each topic's share, then the rest; each time papers go to their best topic first.
    for quota in (share, per_topic):
        for candidates in (first, picks):
            for pick in candidates:
                if not left:
                    break
                section = chosen[pick.topic]
                if len(section) < quota and taken.is_free(pick.paper.id):
                    taken.take(pick.paper.id)
                    section.append(pick)
                    left -= 1
    followers = taken.followers(picks)
    return {
        slug: [
            with_similar(pick, followers.get(pick.paper.id, ()))
            for pick in sorted(section, key=lambda pick: (-pick.score, pick.paper.id))
        ]
        for slug, section in chosen.items()
    }


def with_similar(pick: Pick, similar: Sequence[Paper]) -> Pick:
    """Return the pick with its near-duplicates, best first, and the reason that counts them."""
    if not similar:
        return pick
    reasons = (*pick.reasons, similar_reason(len(similar)))
    return replace(pick, similar=tuple(similar), reasons=reasons)


class _Taken:
    """Which papers are spoken for: seen before, chosen now, or nearly the same as one of those."""

    def __init__(self, seen: Collection[str], similar: Mapping[str, frozenset[str]]) -> None:
        self._similar = similar
        self._gone = set(seen)
        for paper_id in seen:
            self._gone |= similar.get(paper_id, frozenset())
        self._seen = frozenset(self._gone)
        self._chosen: list[str] = []

    def is_free(self, paper_id: str) -> bool:
        return paper_id not in self._gone

    def take(self, paper_id: str) -> None:
        self._chosen.append(paper_id)
        self._gone |= {paper_id} | self._similar.get(paper_id, frozenset())

    def followers(self, picks: Iterable[Pick]) -> Mapping[str, list[Paper]]:
        """Return the near-duplicates that stand behind each chosen paper, best first."""
        left = self._gone - self._seen - set(self._chosen)
        by_id = {pick.paper.id: pick.paper for pick in picks if pick.paper.id in left}
        behind: dict[str, list[Paper]] = {}
        for paper_id, paper in by_id.items():
            leader = next(c for c in self._chosen if paper_id in self._similar.get(c, ()))
            behind.setdefault(leader, []).append(paper)
        return behind
