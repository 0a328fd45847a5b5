"""One subscriber's sections out of every topic's picks: quotas, no repeats, no near-duplicates.

A topic's picks are read from the best one on, and only as far as is needed. What selections have
in common is kept in the `Rankings` of the day, so a selection costs as much as it shows.
"""

from __future__ import annotations

from heapq import merge
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from digest.models.picks import Rankings, RankingsOfOne
from digest.ranking.explain import similar_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from digest.models.paper import Paper
    from digest.models.picks import Pick

#: A paper whose relevance is below this may mention the topic in passing. It is shown only while
#: the topic has fewer papers than its share of the issue.
CLEAR = 0.4
#: So many selections are kept of one day, about 1 kB each.
KEPT = 8192


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

    `ranked` holds each topic's picks, best first; `Rankings` are quicker than other mappings.

    A paper wanted by several topics goes to the one to which it is most relevant; on a tie, to the
    one listed first. Each topic first fills an equal share of `max_papers`, so a topic with two
    papers keeps them beside one with two hundred. Then the topics share what is left by score, each
    up to `per_topic` papers. A paper below `CLEAR` is shown only in the first round. What is not
    about a topic is not in its picks, see `digest.ranking.relevance`.

    Topics in `last` (trending overall) come after all others, and their share is kept for them.
    They take their picks in order, except those that the other sections show. Papers in `seen`,
    near-duplicates of those, and papers in `excluded` are left out everywhere.
    """
    topics = tuple(slug for slug in dict.fromkeys(wanted) if slug in ranked)
    if not isinstance(ranked, Rankings):
        ranked = RankingsOfOne.of({slug: ranked[slug] for slug in topics})
    quotas = _Quotas(per_topic, max_papers, frozenset(last))
    # What nobody is barred from is selected once for all who want these topics.
    key = topics, quotas, id(similar)
    kept = ranked.kept.get(key)
    if kept is None or kept[0] is not similar:
        if len(ranked.kept) >= KEPT:
            ranked.kept.clear()
        kept = ranked.kept[key] = similar, _Selection((), similar).fill(ranked, topics, quotas)
    selection: _Selection = kept[1]
    if seen or excluded:
        alike = (similar[paper_id] for paper_id in seen if paper_id in similar)
        barred = frozenset(seen).union(excluded, *alike)
        if not selection.holds_without(barred):
            selection = _Selection(barred, similar).fill(ranked, topics, quotas)
    return {slug: picks.copy() for slug, picks in selection.sections.items()}


def with_similar(pick: Pick, similar: Sequence[Paper]) -> Pick:
    """Return the pick with its near-duplicates, best first, and the reason that counts them."""
    if not similar:
        return pick
    reasons = (*pick.reasons, similar_reason(len(similar)))
    return pick._replace(similar=tuple(similar), reasons=reasons)


class _Section:
    """A topic, its ranking, and the picks that were selected for it."""

    __slots__ = ("named", "picks", "rankings", "slug")

    def __init__(self, slug: str, rankings: Rankings) -> None:
        self.slug = slug
        self.rankings = rankings
        #: the sections of all named topics, in the subscriber's order
        self.named: Sequence[_Section] = ()
        self.picks: list[Pick] = []

    def all(self) -> Iterable[Pick]:
        return self.rankings[self.slug]

    def clear(self) -> Iterable[Pick]:
        return self.rankings[self.slug].within(CLEAR, inf)

    def passing(self) -> Iterable[Pick]:
        return self.rankings[self.slug].within(0.0, CLEAR)

    def best_clear(self) -> Iterator[Pick]:
        return self._best(CLEAR, inf)

    def best_passing(self) -> Iterator[Pick]:
        return self._best(0.0, CLEAR)

    def _best(self, least: float, below: float) -> Iterator[Pick]:
        """Yield the picks that fit no other named topic better."""
        named = [section.slug for section in self.named]
        for _, rivals, pick in self.rankings.candidates(self.slug, least, below):
            if rivals.isdisjoint(named) or self.wins(pick, rivals):
                yield pick

    def wins(self, pick: Pick, rivals: Collection[str]) -> bool:
        """Whether each rival is only as relevant as this topic, and listed after it."""
        is_listed = False
        for section in self.named:
            if section is self:
                is_listed = True
            elif section.slug in rivals:
                relevance = self.rankings[section.slug].relevances[pick.paper.id]
                if not is_listed or relevance > pick.relevance:
                    return False
        return True

    def sort(self) -> None:
        """Put the selected picks in the order of the ranking."""
        places = self.rankings[self.slug].places
        self.picks.sort(key=lambda pick: places[pick.paper.id])


class _Quotas(NamedTuple):
    """How many papers go where; see `select`."""

    per_topic: int
    max_papers: int
    last: frozenset[str]


class _Selection:
    """The papers selected so far, and those that are left out because of them or were seen."""

    def __init__(self, barred: Collection[str], similar: Mapping[str, frozenset[str]]) -> None:
        #: papers that are not for this subscriber
        self._barred = barred
        self._similar = similar
        #: in the order of selection
        self._selected: dict[str, None] = {}
        #: near-duplicates of the selected papers
        self._collapsed: set[str] = set()
        #: the selected picks by topic
        self.sections: dict[str, list[Pick]] = {}

    def fill(self, ranked: Rankings, topics: Sequence[str], quotas: _Quotas) -> _Selection:
        """Select picks for these topics."""
        per_topic, max_papers, last = quotas
        sections = [_Section(slug, ranked) for slug in topics]
        named = [section for section in sections if section.slug not in last]
        trending = [section for section in sections if section.slug in last]
        for section in named:
            section.named = named
        share = min(max(1, max_papers // max(len(sections), 1)), per_topic)
        kept = min(share * len(trending), max(0, max_papers - share * len(named)))
        self._fill_named(named, share, per_topic, max_papers - kept)
        for quota in (share, per_topic):
            for section in trending:
                self._add([section], quota, max_papers, _Section.all)
        self._fill_rest(named, per_topic, max_papers)
        self._add_similar(named, trending)
        self.sections = {section.slug: section.picks for section in sections}
        return self

    def holds_without(self, barred: Collection[str]) -> bool:
        """Whether the same would be selected if these papers were not there."""
        return self._collapsed.isdisjoint(barred) and self._selected.keys().isdisjoint(barred)

    def _fill_named(
        self, sections: Sequence[_Section], share: int, per_topic: int, most: int
    ) -> None:
        """Fill the sections of the named topics, up to so many papers in all."""
        if not self._fill_apart(sections, share, most):
            self._add(sections, share, most, _Section.best_clear)
        if all(len(section.picks) >= per_topic for section in sections):
            return
        for offered in (_Section.clear, _Section.best_passing, _Section.passing):
            self._add(sections, share, most, offered)
        self._fill_rest(sections, per_topic, most)

    def _fill_rest(self, sections: Sequence[_Section], per_topic: int, most: int) -> None:
        """Share what is left among the named topics, papers at their best topic first."""
        for offered in (_Section.best_clear, _Section.clear):
            self._add(sections, per_topic, most, offered)

    def _fill_apart(self, sections: Sequence[_Section], share: int, most: int) -> bool:
        """Fill the shares with each topic's best papers; False, and nothing, if topics compete.

        Two topics compete for room, or with near-duplicates of which each takes one. Otherwise each
        takes what it would if they took turns, and this is much quicker.
        """
        if len(sections) * share > most:
            return False
        barred, similar, selected = self._barred, self._similar, self._selected
        named = [section.slug for section in sections]
        for section in sections:
            picks = section.picks
            collapsed_here: set[str] = set()
            for paper_id, rivals, pick in section.rankings.candidates(section.slug, CLEAR, inf):
                if paper_id in barred or paper_id in collapsed_here:
                    continue
                if not (rivals.isdisjoint(named) or section.wins(pick, rivals)):
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

    def _add(
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

    def _add_similar(self, named: Sequence[_Section], trending: Sequence[_Section]) -> None:
        """List behind each selected pick the papers of these topics that it stands for."""
        left = self._collapsed.difference(self._selected, self._barred)
        if not left:
            return
        found: dict[str, list[Paper]] = {}
        for paper in _best_first(left, named, trending):
            leader = next(it for it in self._selected if paper.id in self._similar.get(it, ()))
            found.setdefault(leader, []).append(paper)
        for section in chain(named, trending):
            for place, pick in enumerate(section.picks):
                if similar := found.get(pick.paper.id):
                    section.picks[place] = with_similar(pick, similar)


def _by_score(offer: tuple[Pick, _Section]) -> float:
    return -offer[0].score


def _best_first(
    paper_ids: Collection[str], named: Iterable[_Section], trending: Iterable[_Section]
) -> Iterable[Paper]:
    """Return the papers of these that a topic has, by their best score, and trending topics last.

    On a tie the larger id comes first.
    """
    entries = [
        (-is_trending, ranking[place].score, paper_id, ranking[place].paper)
        for is_trending, sections in enumerate((named, trending))
        for ranking in (section.rankings[section.slug] for section in sections)
        for paper_id in paper_ids
        if (place := ranking.places.get(paper_id)) is not None
    ]
    entries.sort(key=lambda entry: entry[:3], reverse=True)
    return {paper_id: paper for *_, paper_id, paper in entries}.values()
