"""How close the papers of a day are to readers' profiles, for many readers at once.

Every interest of every reader is a row of one sparse matrix. Its product with the papers' TF-IDF
vectors, which are dense because a sparse product takes sixty times as long, is all that is computed
for a reader. With sentence vectors there is a second product, of these, and both are mixed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from digest.models.issue import WordCounts
from digest.ranking.quotes import first_quotes, quote
from digest.ranking.term_vectors import (
    ENOUGH,
    PAIR,
    counts_of,
    stems_of,
    term_weights,
    unit_rows,
    usual_means,
)
from digest.ranking.terms import stems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from digest.models.profile import Interest, Profile
    from digest.ranking.index import PaperIndex
    from digest.ranking.semantic import SemanticVectors

    Floats = NDArray[np.float32]

#: The cosine to an interest of papers that a reader has not seen, in the mean: of all, and how much
#: higher it is of those that they like. On a first day, when few papers say how common words are,
#: papers are more alike; then the mean of the day counts, up to the second number.
_OF_OTHERS, _MOST_OF_OTHERS, _APART = 0.03, 0.08, 0.07
#: The like of `_APART` for sentence vectors, where all papers have 0 in the mean; and how much
#: these count beside words. Fewer papers than the third number do not say what they share.
_APART_IN_MEANING, _PART, _FEWEST = 0.3, 0.7, 10
#: A paper is close in meaning from here on, on a scale where liked papers have 1 in the mean.
_CLOSE_IN_MEANING = 0.5
#: No paper is farther than this, on a scale where liked papers have 1 in the mean.
FARTHEST = -2.0
#: How much nearer the nearest of several interests counts: at 0 they would count by their likes.
_SHARPNESS = 20.0
#: How much the whole of a reader's likes counts beside their several interests.
_WHOLE = 0.6
#: So many words say by what a paper is close, each of at least this part of what makes it so.
_MOST_WORDS, _TELLING = 3, 0.04
#: So many terms are looked at for them.
_LOOKED_AT = 12
#: So many quotes of the day's papers are remembered, since many readers get the same.
_REMEMBERED = 20_000

_NO_VECTOR: Floats = np.empty(0, np.float32)


class Found(NamedTuple):
    """The terms of an interest that papers of the day have, as columns, and their weights."""

    columns: NDArray[np.int32]
    weights: Floats
    #: of the papers that the profile is learned from, the part that the interest has
    share: float = 1.0
    #: where the interest points from the mean of sentence vectors; empty if they are not compared
    vector: Floats = _NO_VECTOR


class Affinity:
    """Compares the papers of an index with profiles."""

    def __init__(
        self, index: PaperIndex, counts: WordCounts, vectors: SemanticVectors | None = None
    ) -> None:
        """Weigh terms by counts of earlier papers, and while these are few, of these papers too.

        With sentence vectors of the papers, interests that have one are compared by it too.
        """
        self._row = {paper.id: row for row, paper in enumerate(index.papers)}
        terms, rows, self._is_said = _vectors(index, _with_day(counts, index))
        self._terms = terms
        #: what undoes, in a product, that pairs count less
        self._in_full = np.array([PAIR**-2 if len(term) > 1 else 1.0 for term in terms], np.float32)
        self._column = {" ".join(term): place for place, term in enumerate(terms)}
        #: shape (papers, terms), and the same as a dense table of shape (terms, papers)
        self._rows = rows.astype(np.float32)
        self._table: Floats = np.ascontiguousarray(self._rows.toarray().T)
        self._quote = lru_cache(_REMEMBERED)(partial(quote, index))
        #: which papers have a sentence vector, and these, shape (components, papers)
        self._has = vectors.has(self._row) if vectors else np.zeros(len(self._row), np.bool_)
        self._meanings: Floats | None = None
        if vectors and self._has.sum() >= _FEWEST:
            self._meanings = np.ascontiguousarray(vectors.directions(self._row).T)

    @property
    def terms(self) -> int:
        """How many terms the papers have that say something."""
        return len(self._terms)

    def find(self, profile: Profile, unlearned: Collection[str] = ()) -> tuple[Found, ...]:
        """Return the terms of each interest that papers of the day have.

        `unlearned` are words that the profile must not use. What a sentence vector owes to a word
        is not known, so an interest that is drawn to such a word is left without one.
        """
        dropped = frozenset(each for word in unlearned for each in stems(word))
        likes = profile.likes
        found = [
            self._find(interest, dropped, interest.likes / likes if likes else 1.0)
            for interest in profile.interests
        ]
        if profile.whole is None:
            return tuple(found)
        parts = [one._replace(share=(1 - _WHOLE) * one.share) for one in found]
        return self._find(profile.whole, dropped, _WHOLE), *parts

    def _find(self, interest: Interest, dropped: frozenset[str], share: float) -> Found:
        terms, is_meant = interest.terms, self._meanings is not None
        if dropped:
            kept = {it: terms[it] for it in terms if dropped.isdisjoint(it.split())}
            is_meant &= not any(terms[it] > 0 for it in terms.keys() - kept.keys())
            terms = kept
        columns = np.fromiter(map(self._column.get, terms, repeat(-1)), np.int32, len(terms))
        weights = np.fromiter(terms.values(), np.float32, len(terms))
        known = columns >= 0
        vector = np.array(interest.vector, np.float32) if is_meant else _NO_VECTOR
        return Found(columns[known], weights[known], share, vector)

    def closeness(self, readers: Sequence[Sequence[Found]]) -> Floats:
        """Return how close each paper is to each reader's nearest interest.

        That is 0 for a paper that is like others, and 1 for one that is like those that the reader
        liked. The shape is (readers, papers).
        """
        interests = [interest for reader in readers for interest in reader]
        columns = [np.empty(0, np.int32), *(interest.columns for interest in interests)]
        weights = [np.empty(0, np.float32), *(interest.weights for interest in interests)]
        ends = np.cumsum([0, *(len(interest.columns) for interest in interests)])
        first = np.cumsum([0, *map(len, readers)])[:-1]
        return self.nearest(
            sp.csr_array(
                (np.concatenate(weights), np.concatenate(columns), ends),
                shape=(len(interests), len(self._terms)),
            ),
            first,
            np.array([interest.share for interest in interests], np.float32),
            [interest.vector for interest in interests],
        )

    def nearest(
        self,
        interests: sp.csr_array,
        first: NDArray[np.int64],
        shares: Floats | None = None,
        vectors: Sequence[Floats] = (),
    ) -> Floats:
        """Return the closeness to each reader's interests, of which the nearest counts most.

        `interests` has the shape (interests, terms), those of one reader in consecutive rows;
        `first` is each reader's first row, `shares` the part of their likes that each has, and
        `vectors` their sentence vectors. Who has no interest is at 0 from all papers. Of several,
        it is the logarithm of the mean exponential.
        """
        found = np.zeros((len(first), self._table.shape[1]), np.float32)
        numbers = np.diff(first, append=interests.shape[0])
        some = numbers > 0
        if not (some.any() and found.size):
            return found
        cosines = self._with_meaning(interests @ self._table, vectors)
        if (numbers > 1).any():
            of_each = np.ones(len(cosines), np.float32) if shares is None else shares
            parts = of_each[:, None] * np.exp(np.float32(_SHARPNESS) * cosines)
            sums = np.add.reduceat(parts, first[some], axis=0)
            found[some] = np.log(sums) / np.float32(_SHARPNESS)
        else:
            found[some] = cosines
        found -= np.clip(found.mean(axis=1, keepdims=True), _OF_OTHERS, _MOST_OF_OTHERS)
        found /= np.float32(_APART)
        found[~some] = 0
        return np.maximum(found, np.float32(FARTHEST), out=found)

    def _with_meaning(self, cosines: Floats, vectors: Sequence[Floats]) -> Floats:
        """Mix the cosines of terms and of sentence vectors, on the scale of those of terms.

        The shape is (interests, papers). Where either has no vector, terms alone count.
        """
        meant = [row for row, vector in enumerate(vectors) if len(vector)]
        if self._meanings is None or not meant:
            return cosines
        by_terms = cosines[meant]
        usual = np.clip(by_terms.mean(axis=1, keepdims=True), _OF_OTHERS, _MOST_OF_OTHERS)
        by_vector = np.array([vectors[row] for row in meant]) @ self._meanings
        by_vector *= np.float32(_APART / _APART_IN_MEANING)
        mixed = by_terms + np.float32(_PART) * (usual + by_vector - by_terms)
        cosines[meant] = np.where(self._has, mixed, by_terms)
        return cosines

    def is_close_in_meaning(self, interests: Sequence[Found], paper_id: str) -> bool:
        """Whether the sentence vectors of a paper and of an interest are alike."""
        if self._meanings is None:
            return False
        of_paper = self._meanings[:, self._row[paper_id]]
        least = _CLOSE_IN_MEANING * _APART_IN_MEANING
        return any(len(it.vector) and float(it.vector @ of_paper) >= least for it in interests)

    def rows(self, paper_ids: Iterable[str]) -> list[int]:
        """Return the positions of those of some papers that are of the day."""
        return [self._row[paper_id] for paper_id in paper_ids if paper_id in self._row]

    def words(self, interests: Sequence[Found], paper_ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Quote the words by which each of some papers is close to an interest of one reader.

        The most telling come first: those that the paper has in its title or more than once, and
        pairs before each of their stems. A paper that is hardly closer than others has none.
        """
        weights = np.zeros((len(interests), len(self._terms)), np.float32)
        for dense, interest in zip(weights, interests, strict=True):
            dense[interest.columns] = interest.weights
        return [self._words(weights, self._row[paper_id]) for paper_id in paper_ids]

    def _words(self, weights: Floats, row: int) -> tuple[str, ...]:
        part = slice(*self._rows.indptr[row : row + 2].tolist())
        columns = self._rows.indices[part]
        products = weights[:, columns] * self._rows.data[part]
        totals = products.sum(axis=1)
        nearest = int(totals.argmax())
        if totals[nearest] < _OF_OTHERS + _APART / 2:
            return ()
        parts = products[nearest] * self._in_full[columns]
        telling = np.flatnonzero(parts >= _TELLING * totals[nearest])
        order = np.lexsort((-parts[telling], ~self._is_said[part][telling]))
        terms = ((self._terms[at], row) for at in columns[telling[order][:_LOOKED_AT]].tolist())
        return first_quotes(terms, self._quote, most=_MOST_WORDS)


def learned_counts(counts: WordCounts, index: PaperIndex) -> WordCounts:
    """Return what profiles are learned with: counts of earlier papers and, while few, of these too.

    The means are those of the same papers.
    """
    if counts.papers >= ENOUGH or not index.papers:
        return counts
    both = _with_day(counts, index)
    terms, rows, _ = _vectors(index, both)
    return replace(both, means=usual_means(rows, terms))


def _vectors(
    index: PaperIndex, counts: WordCounts
) -> tuple[list[tuple[str, ...]], sp.csr_array, NDArray[np.bool_]]:
    """Return the terms that say something, and the papers' vectors of length one over these.

    For each number of these it also says whether the paper has the term in its title or twice.
    """
    row, number, count = counts_of(index)
    numbers, column = np.unique(number, return_inverse=True)
    all_stems = index.vocabulary.stems
    terms = [stems_of(each, all_stems) for each in numbers.tolist()]
    weights = term_weights(terms, counts)
    kept = weights[column] > 0
    rows = unit_rows(row[kept], column[kept], count[kept], weights, len(index.papers))
    counted = sp.csr_array((count[kept], (row[kept], column[kept])), shape=rows.shape)
    is_used = weights > 0
    used = [term for term, used in zip(terms, is_used.tolist(), strict=True) if used]
    return used, rows[:, is_used], counted[:, is_used].data > 1


def _with_day(counts: WordCounts, index: PaperIndex) -> WordCounts:
    """Return the counts of earlier papers and, while these are few, of the papers of an index."""
    if counts.papers >= ENOUGH:
        return counts
    _, number, _ = counts_of(index)
    numbers, with_term = np.unique(number, return_counts=True)
    all_stems = index.vocabulary.stems
    papers_with = dict(counts.papers_with)
    for each, more in zip(numbers.tolist(), with_term.tolist(), strict=True):
        name = " ".join(stems_of(each, all_stems))
        papers_with[name] = papers_with.get(name, 0) + more
    return WordCounts(papers=counts.papers + len(index.papers), papers_with=papers_with)
