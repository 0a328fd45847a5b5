"""How strongly words speak for papers: how rare they are, and where in a paper they stand.

A word in the title says what a paper is about. A word that the abstract has once may stand there by
chance, and was wrong in four cases of five when people judged it.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking import free_text
from digest.ranking.index import PaperIndex, Place
from digest.ranking.query import And, Example, Not, Or, Term, Text, parse_leniently
from digest.ranking.stemming import singular
from digest.ranking.terms import excluding_phrase, is_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from digest.models.issue import WordCounts
    from digest.ranking.query import Query
    from digest.ranking.terms import Phrase

    Floats = NDArray[np.float64]
    #: an entry, and the longer ones that it is a part of
    Share = tuple[str, tuple[str, ...]]

#: How much a word in each place says. Title and abstract are fitted; keywords, which no judged
#: paper had, are between a title and a repeated word.
TITLE, KEYWORD, REPEATED, LONE = 1.0, 0.75, 0.35, 0.2
#: Words are counted as if so many more papers were known, of which one in a hundred has the word.
#: So a word of a first day is neither common nor rare before there is a reason to think so.
_PRIOR_PAPERS, _PRIOR_SHARE = 100.0, 0.01
#: If so many earlier papers are known, the day's own are not counted: then a further paper that has
#: none of a topic's words changes nothing for the topic.
_ENOUGH = 1_000
#: So many entries and phrases are remembered: readers' own words have no end.
_REMEMBERED = 8_000


class Evidence:
    """What words say of the papers of an index."""

    def __init__(
        self,
        index: PaperIndex,
        counts: WordCounts,
        answers: Callable[[str, Floats], Floats] | None = None,
    ) -> None:
        """Count words in earlier papers; while these are few, in those of the index too.

        `answers` returns how well papers answer free text, given what its words say.
        """
        self.index = index
        self._answers = answers
        self._counts = counts
        self._counts_day = counts.papers < _ENOUGH
        of_day = len(index.papers) if self._counts_day else 0
        self._papers = counts.papers + of_day + _PRIOR_PAPERS
        #: by entry, the positions of the papers that fit and how strongly it speaks for each
        self._strengths = lru_cache(_REMEMBERED)(self._nonzero)
        self._mentions = lru_cache(_REMEMBERED)(self._find_mentions)
        self._excluded = lru_cache(_REMEMBERED)(self._rows_with)
        self._idfs = lru_cache(_REMEMBERED)(self._idf)

    def of(self, entry: str) -> Floats:
        """Return how strongly an entry of a topic speaks for each paper.

        That is 1 for the rarest phrase in a title, and 0 for a paper that does not fit; shape
        (papers,). An entry that was looked up lately is remembered.
        """
        rows, strengths = self._strengths(entry)
        found = np.zeros(len(self.index.papers))
        found[rows] = strengths
        return found

    def of_all(self, entries: Iterable[str]) -> Floats:
        """Return how strongly all entries of a topic speak for each paper; shape (papers,).

        That is the sum, so that each entry adds something. But what says the same counts once, or a
        topic would gain by many words: of entries with the same stems one counts, and a phrase
        inside a longer one counts only by how much more it says.
        """
        total = np.zeros(len(self.index.papers))
        for share in shares(tuple(entries)):
            total += self.of_share(share)
        return total

    def of_share(self, share: Share) -> Floats:
        """Return what an entry adds beside others, see `shares`; shape (papers,)."""
        entry, longer = share
        if not longer:
            return self.of(entry)
        already: Floats = np.max([self.of(whole) for whole in longer], axis=0)
        return np.maximum(self.of(entry) - already, 0)

    def mentions(self, entries: Iterable[str]) -> tuple[Floats, Floats]:
        """Return the rarity of the rarest phrase of some entries in each title, and of lone ones.

        The second is of papers that mention each phrase that they have only once, in the abstract;
        it is 0 for others. Both have the shape (papers,). Words of free text are no mentions.
        """
        in_title, lone, said = np.zeros((3, len(self.index.papers)))
        for entry in entries:
            for most, more in zip((in_title, lone, said), self.mentions_of(entry), strict=True):
                np.maximum(most, more, out=most)
        return in_title, np.where(said > 0, 0.0, lone)

    def mentions_of(self, entry: str) -> Floats:
        """Return the rarity of an entry's rarest phrase in titles, and anywhere, and what is said.

        The third is 1 for papers that say more than to mention it once; shape (3, papers).
        """
        found = np.zeros((3, len(self.index.papers)))
        rows, values = self._mentions(entry)
        found[:, rows] = values
        return found

    def _find_mentions(self, entry: str) -> tuple[NDArray[np.int64], Floats]:
        in_title, lone, said = found = np.zeros((3, len(self.index.papers)))
        query = parse_leniently(entry)
        if isinstance(query, Text):
            said[self.of(entry) > 0] = 1.0
        else:
            for phrase in query.phrases():
                occurrences, rarity = self.index.find(phrase), self.rarity(phrase)
                rows, places = occurrences.rows, _places(occurrences.counts)
                titles = rows[places == TITLE]
                in_title[titles] = np.maximum(in_title[titles], rarity)
                lone[rows] = np.maximum(lone[rows], rarity)
                said[rows[places > LONE]] = 1.0
        rows = np.flatnonzero(found.any(axis=0))
        return rows, found[:, rows]

    def rarity(self, phrase: Phrase) -> float:
        """Return the inverse document frequency of a phrase, as a share of the highest.

        Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), eq.
        3.15, with `ln(1 + ...)` so that it is never negative. Only words are counted in earlier
        papers. A phrase has the frequency of its rarest word, times the share of that word's
        papers of the day that have the phrase (Laplace's rule of succession).
        """
        return self.idf(phrase) / self._log_odds(0.0)

    def idf(self, phrase: Phrase) -> float:
        """Return the inverse document frequency of a phrase."""
        return self._idfs(phrase)

    def excludes(self, entries: Iterable[str]) -> NDArray[np.bool_]:
        """Return which papers have a word that excludes them, in the singular or plural."""
        found = np.zeros(len(self.index.papers), np.bool_)
        for entry in entries:
            found[self._excluded(entry)] = True
        return found

    def _rows_with(self, excluding: str) -> NDArray[np.int64]:
        phrase = excluding_phrase(excluding)
        return self._excluding.find(phrase).rows if phrase else np.empty(0, np.int64)

    def _nonzero(self, entry: str) -> tuple[NDArray[np.int64], Floats]:
        query = parse_leniently(entry)
        strength = self._strength(query)
        if self._answers and isinstance(query, Text):
            strength = self._answers(entry, strength)
        rows = np.flatnonzero(strength)
        return rows, strength[rows]

    def _strength(self, query: Query) -> Floats:
        if isinstance(query, Text):
            return free_text.strength(self, query)
        if isinstance(query, And):
            weakest: Floats = np.stack(self._parts(query)).min(axis=0)
            return weakest
        if isinstance(query, Or):
            strongest: Floats = np.stack(self._parts(query)).max(axis=0)
            return strongest
        if isinstance(query, Not):
            return np.where(self._strength(query.part) > 0, 0.0, 1.0)
        found = np.zeros(len(self.index.papers))
        if isinstance(query, Example):
            return found
        if not isinstance(query, Term):
            raise TypeError(f"{query!r} is no query")
        if query.excludes:
            found[self._excluding.find(query.phrase).rows] = 1.0
        elif query.phrase:
            occurrences = self.index.find(query.phrase)
            places = _places(occurrences.counts)
            found[occurrences.rows] = places * self.rarity(query.phrase)
        return found

    def _idf(self, phrase: Phrase) -> float:
        return self._log_odds(self._papers_with(phrase))

    def _parts(self, query: And | Or) -> list[Floats]:
        return [self._strength(part) for part in query.parts]

    def _papers_with(self, phrase: Phrase) -> float:
        """Return the estimated number of papers with a phrase, of those that are counted."""
        of_day = len(self.index.find(phrase).rows)
        most = 0.0
        for reading in phrase.readings:
            everywhere, day = min(
                (self._counts.papers_with.get(stem, 0) + self._counts_day * of_stem, of_stem)
                for stem in reading
                for of_stem in (self.index.papers_with(stem),)
            )
            share = 1.0 if len(reading) == 1 else (of_day + 1) / (day + 2)
            most = max(most, everywhere * min(share, 1.0))
        return max(most, of_day) if self._counts_day else most

    def _log_odds(self, papers_with: float) -> float:
        having = _PRIOR_PAPERS * _PRIOR_SHARE + papers_with
        return math.log1p((self._papers - having + 0.5) / (having + 0.5))

    @cached_property
    def _excluding(self) -> PaperIndex:
        """The papers by the singulars of their words."""
        return self.index.in_form(singular)


@lru_cache(_REMEMBERED)
def shares(entries: tuple[str, ...]) -> tuple[Share, ...]:
    """Return the entries of a topic that add something, each with those it is a part of.

    Of entries with the same stems one is returned.
    """
    found: list[Share] = []
    of_phrase: dict[Phrase, str] = {}
    for entry in entries:
        query = parse_leniently(entry)
        if isinstance(query, Term) and query.phrase and not query.excludes:
            of_phrase[query.phrase] = entry
        else:
            found.append((entry, ()))
    for part, entry in of_phrase.items():
        longer = tuple(
            of_phrase[whole]
            for whole in of_phrase
            if len(whole) > len(part) and is_part(part.stems, whole.stems)
        )
        found.append((entry, longer))
    return tuple(found)


def _places(counts: NDArray[np.int64]) -> Floats:
    """Return how much a phrase says, by how often it is in each place; shape (papers,)."""
    in_text = counts[:, Place.ABSTRACT] + 2 * counts[:, Place.SUMMARY]
    found = np.where(in_text > 1, REPEATED, LONE)
    found[counts[:, Place.KEYWORDS] > 0] = KEYWORD
    found[counts[:, Place.TITLE] > 0] = TITLE
    return found
