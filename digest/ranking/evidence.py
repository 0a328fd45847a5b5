"""How strongly words speak for papers: how rare they are, and where in a paper they stand.

A word in the title says what a paper is about. A word that the abstract has once may stand there by
chance, and was wrong in four cases of five when people judged it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking import free_text
from digest.ranking.index import PaperIndex, Place
from digest.ranking.query import And, Not, Or, Term, Text, parse_leniently
from digest.ranking.stemming import singular
from digest.ranking.terms import excluding_phrase, is_part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from digest.models.issue import WordCounts
    from digest.ranking.query import Query
    from digest.ranking.terms import Phrase

    Floats = NDArray[np.float64]

#: How much a word in each place says. Title and abstract are fitted; keywords, which no judged
#: paper had, are between a title and a repeated word.
TITLE, KEYWORD, REPEATED, LONE = 1.0, 0.75, 0.35, 0.2
#: Words are counted as if so many more papers were known, of which one in a hundred has the word.
#: So a word of a first day is neither common nor rare before there is a reason to think so.
_PRIOR_PAPERS, _PRIOR_SHARE = 100.0, 0.01


class Evidence:
    """What words say of the papers of an index."""

    def __init__(self, index: PaperIndex, counts: WordCounts) -> None:
        """Count words in the index and in earlier papers together."""
        self.index = index
        self._counts = counts
        self._papers = counts.papers + len(index.papers) + _PRIOR_PAPERS
        self._strengths: dict[str, Floats] = {}
        self._idfs: dict[Phrase, float] = {}
        self._excluding: PaperIndex | None = None

    def of(self, entry: str) -> Floats:
        """Return how strongly an entry of a topic speaks for each paper.

        That is 1 for the rarest phrase in a title, and 0 for a paper that does not fit; shape
        (papers,). An entry is looked up once.
        """
        found = self._strengths.get(entry)
        if found is None:
            found = self._strengths[entry] = self._strength(parse_leniently(entry))
        return found

    def of_all(self, entries: Iterable[str]) -> Floats:
        """Return how strongly all entries of a topic speak for each paper; shape (papers,).

        That is the sum, so that each entry adds something. But what says the same counts once, or a
        topic would gain by many words: of entries with the same stems one counts, and a phrase
        inside a longer one counts only by how much more it says.
        """
        total = np.zeros(len(self.index.papers))
        of_phrase: dict[Phrase, Floats] = {}
        for entry in entries:
            query = parse_leniently(entry)
            if isinstance(query, Term) and query.phrase and not query.excludes:
                of_phrase[query.phrase] = self.of(entry)
            else:
                total += self.of(entry)
        for part, strength in of_phrase.items():
            longer = [
                of_phrase[whole]
                for whole in of_phrase
                if len(whole) > len(part) and is_part(part.stems, whole.stems)
            ]
            total += np.maximum(strength - np.max(longer, axis=0), 0) if longer else strength
        return total

    def mentions(self, entries: Iterable[str]) -> tuple[Floats, Floats]:
        """Return the rarity of the rarest phrase of some entries in each title, and of lone ones.

        The second is of papers that mention each phrase that they have only once, in the abstract;
        it is 0 for others. Both have the shape (papers,). Words of free text are no mentions.
        """
        in_title, lone = np.zeros((2, len(self.index.papers)))
        is_said = np.zeros(len(self.index.papers), np.bool_)
        for entry in entries:
            query = parse_leniently(entry)
            if isinstance(query, Text):
                is_said |= self.of(entry) > 0
                continue
            for phrase in query.phrases():
                found, rarity = self.index.find(phrase), self.rarity(phrase)
                places = _places(found.counts)
                titles = found.rows[places == TITLE]
                in_title[titles] = np.maximum(in_title[titles], rarity)
                lone[found.rows] = np.maximum(lone[found.rows], rarity)
                is_said[found.rows] |= places > LONE
        return in_title, np.where(is_said, 0.0, lone)

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
        found = self._idfs.get(phrase)
        if found is None:
            found = self._idfs[phrase] = self._log_odds(self._papers_with(phrase))
        return found

    def excludes(self, entries: Iterable[str]) -> NDArray[np.bool_]:
        """Return which papers have a word that excludes them, in the singular or plural."""
        found = np.zeros(len(self.index.papers), np.bool_)
        for entry in entries:
            if phrase := excluding_phrase(entry):
                found[self._excluding_index().find(phrase).rows] = True
        return found

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
        if not isinstance(query, Term):
            raise TypeError(f"{query!r} is no query")
        if query.excludes:
            found[self._excluding_index().find(query.phrase).rows] = 1.0
        elif query.phrase:
            occurrences = self.index.find(query.phrase)
            places = _places(occurrences.counts)
            found[occurrences.rows] = places * self.rarity(query.phrase)
        return found

    def _parts(self, query: And | Or) -> list[Floats]:
        return [self._strength(part) for part in query.parts]

    def _papers_with(self, phrase: Phrase) -> float:
        """Return the estimated number of papers, earlier ones and the day's, with a phrase."""
        of_day = len(self.index.find(phrase).rows)
        most = 0.0
        for reading in phrase.readings:
            everywhere, day = min(
                ((n := self.index.papers_with(stem)) + self._counts.papers_with.get(stem, 0), n)
                for stem in reading
            )
            share = 1.0 if len(reading) == 1 else (of_day + 1) / (day + 2)
            most = max(most, everywhere * min(share, 1.0))
        return max(most, of_day)

    def _log_odds(self, papers_with: float) -> float:
        having = _PRIOR_PAPERS * _PRIOR_SHARE + papers_with
        return math.log1p((self._papers - having + 0.5) / (having + 0.5))

    def _excluding_index(self) -> PaperIndex:
        """Return the papers by the singulars of their words, made once it is needed."""
        if self._excluding is None:
            self._excluding = self.index.in_form(singular)
        return self._excluding


def _places(counts: NDArray[np.int64]) -> Floats:
    """Return how much a phrase says, by how often it is in each place; shape (papers,)."""
    in_text = counts[:, Place.ABSTRACT] + 2 * counts[:, Place.SUMMARY]
    found: Floats = np.select(
        [counts[:, Place.TITLE] > 0, counts[:, Place.KEYWORDS] > 0, in_text > 1],
        [TITLE, KEYWORD, REPEATED],
        LONE,
    )
    return found
