"""Picks: the papers that were chosen for a topic, in order, with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from digest.models.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a paper was picked: `text` in words for readers, all else as data for programs."""

    #: word, example, close, category, author, liked, trend, rise, prior, similar or explore
    kind: str
    text: str
    #: where in the paper the words stand: title, keywords, abstract or summary
    place: str = ""
    #: the words as the paper spells them, the categories, the names or the example's title
    values: tuple[str, ...] = ()
    #: the rank by votes, the votes, or how many papers or authors there are
    number: int | None = None
    #: among how many papers, or up from how many votes
    of: int | None = None


#: The team of this build's ranker in an interleaved section; a rival's is named as its ranker is.
OURS = "ours"


class Pick(NamedTuple):
    """A paper chosen for a topic, with its score and its reasons.

    `score = relevance * (1 + weight * trend)`, all three at least 0. It is a named tuple because
    tens are made for each reader who has words or feedback of their own.
    """

    paper: Paper
    topic: str
    relevance: float
    trend: float
    score: float
    reasons: tuple[Reason, ...] = ()
    #: near-duplicates that are listed behind this one, best first
    similar: tuple[Paper, ...] = ()
    #: whether it was ranked for one subscriber alone, so that the edition does not have it
    is_personal: bool = False
    #: the ranker that brought it into an interleaved section; see `digest.ranking.interleaving`
    team: str = ""
    #: the chance that it was drawn with, if it was; see `digest.ranking.exploration`
    propensity: float | None = None


class Ranking(tuple["Pick", ...]):
    """One topic's picks of a day, best first, no paper twice.

    It keeps what every selection from it looks up, so that all subscribers share one copy.
    """

    @classmethod
    def of(cls, picks: Iterable[Pick]) -> Ranking:
        """Return picks as a ranking; one that is a ranking already is not copied."""
        return picks if isinstance(picks, Ranking) else cls(picks)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each paper's place, from 0, by its id."""
        return {pick.paper.id: place for place, pick in enumerate(self)}

    @cached_property
    def relevances(self) -> Mapping[str, float]:
        """Each paper's relevance by its id."""
        return {pick.paper.id: pick.relevance for pick in self}

    @cached_property
    def _within(self) -> dict[tuple[float, float], tuple[Pick, ...]]:
        return {}

    def within(self, least: float, below: float) -> tuple[Pick, ...]:
        """Return the picks with a relevance of at least `least` and less than `below`."""
        found = self._within.get((least, below))
        if found is None:
            found = tuple(pick for pick in self if least <= pick.relevance < below)
            self._within[least, below] = found
        return found


class Candidate(NamedTuple):
    """A pick in the ranking of its topic, beside the other topics that rank its paper."""

    paper_id: str
    #: the topics to which the paper is at least as relevant
    rivals: frozenset[str]
    pick: Pick


class Rankings(dict[str, Ranking]):
    """Every topic's ranking by its slug, which does not change any more."""

    @classmethod
    def of(cls, ranked: Mapping[str, Sequence[Pick]]) -> Rankings:
        """Return rankings of picks, best first; what are rankings already is not copied."""
        if isinstance(ranked, Rankings):
            return ranked
        return cls({slug: Ranking.of(picks) for slug, picks in ranked.items()})

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What is computed from these rankings once, and kept as long as they are."""
        return {}

    @cached_property
    def _candidates(self) -> dict[tuple[str, float, float], tuple[Candidate, ...]]:
        return {}

    def candidates(self, slug: str, least: float, below: float) -> Iterable[Candidate]:
        """Return a topic's picks with a relevance of at least `least` and less than `below`."""
        found = self._candidates.get((slug, least, below))
        if found is None:
            found = tuple(self._find_candidates(slug, least, below))
            self._candidates[slug, least, below] = found
        return found

    def _find_candidates(self, slug: str, least: float, below: float) -> Iterator[Candidate]:
        others = [(it, of.relevances) for it, of in self.items() if it != slug]
        for pick in self[slug].within(least, below):
            paper_id, relevance = pick.paper.id, pick.relevance
            rivals = [it for it, of in others if of.get(paper_id, -1.0) >= relevance]
            yield Candidate(paper_id, frozenset(rivals), pick)


class RankingsOfOne(Rankings):
    """The rankings for one subscriber: their first candidates are looked at once, if at all."""

    def candidates(self, slug: str, least: float, below: float) -> Iterable[Candidate]:
        """Return what `Rankings` do, one after another."""
        return self._find_candidates(slug, least, below)
