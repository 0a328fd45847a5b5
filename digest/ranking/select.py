"""One subscriber's sections out of every topic's picks: quotas, no repeats, no near-duplicates.

A topic's picks are read from the best one on, and only as far as is needed. What selections have
in common is kept in the `Ranking` of each topic, so a selection costs as much as it shows.
"""

from __future__ import annotations

from dataclasses import replace
from heapq import merge
from itertools import chain
from math import inf
from typing import TYPE_CHECKING

from digest.models.issue import Ranking
from digest.ranking.explain import similar_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from digest.models.issue import Pick
    from digest.models.paper import Paper

#: A paper whose relevance is below this is not about the topic, and is never shown for it.
FLOOR = 0.02
#: A paper whose relevance is below this may mention the topic in passing. It is shown only while
#: the topic has fewer papers than its share of the issue.
CLEAR = 0.4


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

    `ranked` holds each topic's picks, best first; a `Ranking` is quicker than another sequence.

    A paper wanted by several topics goes to the one to which it is most relevant; on a tie, to the
    one listed first. Each topic first fills an equal share of `max_papers`, so a topic with two
    papers keeps them beside one with two hundred. Then the topics share what is left by score, each
    up to `per_topic` papers. No paper below `FLOOR` is shown, and one below `CLEAR` only in the
    first round.

    Topics in `last` (trending overall) come after all others, and their share is kept for them.
    They take their picks in order, except those that the other sections show. Papers in `seen`,
    near-duplicates of those, and papers in `excluded` are left out everywhere.
    """
    sections = [_Section(slug, ranked[slug]) for slug in dict.fromkeys(wanted) if slug in ranked]
    if not sections:
        return {}
    named = [section for section in sections if section.slug not in last]
    trending = [section for section in sections if section.slug in last]
    relevances = [section.ranking.relevances for section in named]
    for place, section in enumerate(named):
        section.before, section.after = relevances[:place], relevances[place + 1 :]
    share = min(max(1, max_papers // len(sections)), per_topic)
    kept = min(share * len(trending), max(0, max_papers - share * len(named)))
    selection = _Selection(seen, excluded, similar)
    selection.fill_named(named, share, per_topic, max_papers - kept)
    if trending:
        for quota in (share, per_topic):
            for section in trending:
                selection.fill([section], quota, max_papers, _Section.all)
        selection.fill_rest(named, per_topic, max_papers)
    selection.add_similar(named, trending)
    return {section.slug: section.picks for section in sections}


def with_similar(pick: Pick, similar: Sequence[Paper]) -> Pick:
    """Return the pick with its near-duplicates, best first, and the reason that counts them."""
    if not similar:
        return pick
    reasons = (*pick.reasons, similar_reason(len(similar)))
    return replace(pick, similar=tuple(similar), reasons=reasons)


class _Section:
    """A topic, its ranking, and the picks that were selected for it."""

    __slots__ = ("after", "before", "picks", "ranking", "slug")

    def __init__(self, slug: str, picks: Sequence[Pick]) -> None:
        self.slug = slug
        self.ranking = Ranking.of(picks)
        #: relevances to the other named topics: those listed before this one, and after it
        self.before: Sequence[Mapping[str, float]] = ()
        self.after: Sequence[Mapping[str, float]] = ()
        self.picks: list[Pick] = []

    def all(self) -> Iterable[Pick]:
        return self.ranking

    def clear(self) -> Iterable[Pick]:
        return self.ranking.within(CLEAR, inf)

    def passing(self) -> Iterable[Pick]:
        return self.ranking.within(FLOOR, CLEAR)

    def best_clear(self) -> Iterator[Pick]:
        return self._best(self.clear())

    def best_passing(self) -> Iterator[Pick]:
        return self._best(self.passing())

    def _best(self, picks: Iterable[Pick]) -> Iterator[Pick]:
        """Yield the picks that fit no other named topic better."""
        before, after = self.before, self.after
        for pick in picks:
            paper_id, relevance = pick.paper.id, pick.relevance
            for other in before:
                if other.get(paper_id, -1.0) >= relevance:
                    break
            else:
                for other in after:
                    if other.get(paper_id, -1.0) > relevance:
                        break
                else:
                    yield pick

    def sort(self) -> None:
        """Put the selected picks in the order of the ranking."""
        places = self.ranking.places
        self.picks.sort(key=lambda pick: places[pick.paper.id])


class _Selection:
    """The papers selected so far, and those that are left out because of them or were seen."""

    def __init__(
        self,
        seen: Collection[str],
        excluded: Collection[str],
        similar: Mapping[str, frozenset[str]],
    ) -> None:
        self._similar = similar
        #: papers that are not for this subscriber
        self._barred: Collection[str] = seen
        if seen or excluded:
            alike = (similar[paper_id] for paper_id in similar.keys() & set(seen))
            self._barred = frozenset(seen).union(excluded, *alike)
        #: in the order of selection
        self._selected: dict[str, None] = {}
        #: near-duplicates of the selected papers
        self._collapsed: set[str] = set()

    def fill_named(
        self, sections: Sequence[_Section], share: int, per_topic: int, most: int
    ) -> None:
        """Fill the sections of the named topics, up to so many papers in all."""
        if not self._fill_apart(sections, share, most):
            self.fill(sections, share, most, _Section.best_clear)
        if all(len(section.picks) >= per_topic for section in sections):
            return
        for offered in (_Section.clear, _Section.best_passing, _Section.passing):
            self.fill(sections, share, most, offered)
        self.fill_rest(sections, per_topic, most)

    def fill_rest(self, sections: Sequence[_Section], per_topic: int, most: int) -> None:
        """Share what is left among the named topics, papers at their best topic first."""
        for offered in (_Section.best_clear, _Section.clear):
            self.fill(sections, per_topic, most, offered)

    def _fill_apart(self, sections: Sequence[_Section], share: int, most: int) -> bool:
        """Fill the shares with each topic's best papers; False, and nothing, if topics compete.

        Two topics compete for room, or with near-duplicates of which each takes one. Otherwise each
        takes what it would if they took turns, and this is much quicker.
        """
        if len(sections) * share > most:
            return False
        barred, similar, selected = self._barred, self._similar, self._selected
        for section in sections:
            picks = section.picks
            collapsed_here: set[str] = set()
            for pick in section.best_clear():
                paper_id = pick.paper.id
                if paper_id in barred or paper_id in collapsed_here:
                    continue
                if paper_id in self._collapsed:
                    self._start_again(sections)
                    return False
                picks.append(pick)
                selected[paper_id] = None
                if paper_id in similar:
                    collapsed_here |= similar[paper_id]
                if len(picks) == share:
                    break
            self._collapsed |= collapsed_here
        return True

    def _start_again(self, sections: Iterable[_Section]) -> None:
        self._selected.clear()
        self._collapsed.clear()
        for section in sections:
            section.picks.clear()

    def fill(
        self,
        sections: Sequence[_Section],
        quota: int,
        most: int,
        offered: Callable[[_Section], Iterable[Pick]],
    ) -> None:
        """Add what sections offer, the best score first, up to a quota each and so many in all."""
        short = [section for section in sections if len(section.picks) < quota]
        if not short or len(self._selected) >= most:
            return
        offers = [self._offers(section, quota, offered) for section in short]
        for pick, section in merge(*offers, key=_by_score) if len(offers) > 1 else offers[0]:
            paper_id = pick.paper.id
            if not self._is_available(paper_id):  # since another section took it, or one like it
                continue
            section.picks.append(pick)
            self._selected[paper_id] = None
            self._collapsed |= self._similar.get(paper_id, frozenset())
            if len(self._selected) >= most:
                break
        for section in short:
            section.sort()

    def _offers(
        self, section: _Section, quota: int, offered: Callable[[_Section], Iterable[Pick]]
    ) -> Iterator[tuple[Pick, _Section]]:
        for pick in offered(section):
            if self._is_available(pick.paper.id):
                yield pick, section
                if len(section.picks) >= quota:
                    break

    def _is_available(self, paper_id: str) -> bool:
        return not (
            paper_id in self._selected or paper_id in self._barred or paper_id in self._collapsed
        )

    def add_similar(self, named: Sequence[_Section], trending: Sequence[_Section]) -> None:
        """List behind each selected pick the papers of these topics that it stands for."""
        left = self._collapsed.difference(self._selected, self._barred)
        if not left:
            return
        found: dict[str, list[Paper]] = {}
        for paper in _best_first(left, named, trending):
            leader = next(it for it in self._selected if paper.id in self._similar.get(it, ()))
            found.setdefault(leader, []).append(paper)
        for section in chain(named, trending):
            section.picks = [
                with_similar(pick, found.get(pick.paper.id, ())) for pick in section.picks
            ]


def _by_score(offer: tuple[Pick, _Section]) -> float:
    return -offer[0].score


def _best_first(
    paper_ids: Collection[str], named: Iterable[_Section], trending: Iterable[_Section]
) -> Iterable[Paper]:
    """Return the papers of these that a topic has, by their best score, and trending topics last.

    On a tie the larger id comes first.
    """
    entries = [
        (-is_trending, section.ranking[place].score, paper_id, section.ranking[place].paper)
        for is_trending, sections in enumerate((named, trending))
        for section in sections
        for paper_id in paper_ids
        if (place := section.ranking.places.get(paper_id)) is not None
    ]
    entries.sort(key=lambda entry: entry[:3], reverse=True)
    return {paper_id: paper for *_, paper_id, paper in entries}.values()
