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
    excluded: Collection[str] = (),
) -> dict[str, list[Pick]]:
    """Return the picks for each topic a subscriber wants, in the subscriber's order.

    A paper wanted by several topics goes to the one that scored it highest; on a tie, to the one
    listed first. Each topic first fills an equal share of `max_papers`, so a topic with two papers
    keeps them beside one with two hundred. Then the topics share what is left, each up to
    `per_topic` papers. Topics in `last` (trending overall) take what no other topic wants. Papers
    in `seen`, near-duplicates of those, and papers in `excluded` are left out.
    """
    topics = [slug for slug in dict.fromkeys(wanted) if slug in ranked]
    sections: dict[str, list[Pick]] = {slug: [] for slug in topics}
    if not topics:
        return sections
    # No topic has a paper twice, so two entries differ before their picks are compared.
    order = sorted(
        (slug in last, -pick.score, position, pick.paper.id, pick)
        for position, slug in enumerate(topics)
        for pick in ranked[slug]
        if pick.paper.id not in excluded
    )
    picks = [entry[4] for entry in order]
    selection = _Selection(seen, similar)
    best_topic: dict[str, str] = {}
    for pick in picks:
        best_topic.setdefault(pick.paper.id, pick.topic)
    best_picks = [pick for pick in picks if best_topic[pick.paper.id] == pick.topic]
    share = min(max(1, max_papers // len(topics)), per_topic)
    left = max_papers
    # First each topic's share, then the rest. In both rounds papers go to their best topic first.
    for quota in (share, per_topic):
        for candidates in (best_picks, picks):
            for pick in candidates:
                if not left:
                    break
                section = sections[pick.topic]
                if len(section) < quota and selection.is_available(pick.paper.id):
                    selection.add(pick.paper.id)
                    section.append(pick)
                    left -= 1
    similar_to = selection.near_duplicates(picks)
    return {
        slug: [
            with_similar(pick, similar_to.get(pick.paper.id, ()))
            for pick in sorted(section, key=lambda pick: (-pick.score, pick.paper.id))
        ]
        for slug, section in sections.items()
    }


def with_similar(pick: Pick, similar: Sequence[Paper]) -> Pick:
    """Return the pick with its near-duplicates, best first, and the reason that counts them."""
    if not similar:
        return pick
    reasons = (*pick.reasons, similar_reason(len(similar)))
    return replace(pick, similar=tuple(similar), reasons=reasons)


class _Selection:
    """The papers selected so far, and those that are excluded because of them or were seen."""

    def __init__(self, seen: Collection[str], similar: Mapping[str, frozenset[str]]) -> None:
        self._similar = similar
        self._excluded = set(seen)
        for paper_id in seen:
            self._excluded |= similar.get(paper_id, frozenset())
        self._excluded_at_first = frozenset(self._excluded)
        self._selected: list[str] = []

    def is_available(self, paper_id: str) -> bool:
        return paper_id not in self._excluded

    def add(self, paper_id: str) -> None:
        """Select a paper; it and its near-duplicates are not available any more."""
        self._selected.append(paper_id)
        self._excluded |= {paper_id} | self._similar.get(paper_id, frozenset())

    def near_duplicates(self, picks: Iterable[Pick]) -> Mapping[str, list[Paper]]:
        """Return, by selected paper, the near-duplicates it stands for, in the order of `picks`."""
        left = self._excluded - self._excluded_at_first - set(self._selected)
        papers = {pick.paper.id: pick.paper for pick in picks if pick.paper.id in left}
        found: dict[str, list[Paper]] = {}
        for paper_id, paper in papers.items():
            selected = next(it for it in self._selected if paper_id in self._similar.get(it, ()))
            found.setdefault(selected, []).append(paper)
        return found
