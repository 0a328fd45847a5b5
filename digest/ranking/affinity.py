"""How close the papers of a day are to readers' profiles, for many readers at once.

Every interest of every reader is a row of one sparse matrix. Its product with the papers' TF-IDF
vectors, which are dense because a sparse product takes sixty times as long, is all that is computed
for a reader.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.models.issue import WordCounts
from digest.ranking.query import FUNCTION_WORDS
from digest.ranking.stemming import stem
from digest.ranking.term_vectors import (
    ENOUGH,
    counts_of,
    stems_of,
    term_weights,
    unit_rows,
    usual_means,
)
from digest.ranking.terms import Phrase, stems, words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from digest.models.profile import Profile
    from digest.ranking.index import PaperIndex

    Floats = NDArray[np.float32]

#: The cosine to an interest of papers that a reader has not seen: of all, and of those that they
#: like, in the mean. Measured with readers' libraries, see docs/measuring.md.
_OF_OTHERS, _OF_LIKED = 0.03, 0.13
#: No paper is closer than this, or farther, on a scale where liked papers have 1 in the mean.
CLOSEST, FARTHEST = 2.0, -2.0
#: So many words say by what a paper is close, each of at least this part of what makes it so.
_MOST_WORDS, _TELLING = 3, 0.04
_FUNCTION_STEMS = frozenset(map(stem, FUNCTION_WORDS))


class Affinity:
    """Compares the papers of an index with profiles."""

    def __init__(self, index: PaperIndex, counts: WordCounts) -> None:
        """Weigh terms by counts of earlier papers, and while these are few, of these papers too."""
        self._index = index
        self._row = {paper.id: row for row, paper in enumerate(index.papers)}
        terms, rows = _vectors(index, _with_day(counts, index))
        self._terms = terms
        self._column = {" ".join(term): place for place, term in enumerate(terms)}
        #: shape (terms, papers)
        self._table: Floats = np.ascontiguousarray(rows.toarray().T, np.float32)

    def closeness(
        self, profiles: Sequence[Profile], unlearned: Sequence[Collection[str]]
    ) -> Floats:
        """Return how close each paper is to each reader's nearest interest.

        That is 0 for a paper that is like others, and 1 for one that is like those that the reader
        liked. The shape is (readers, papers). `unlearned` has the words of each reader that their
        profile must not use.
        """
        columns: list[int] = []
        weights: list[float] = []
        ends, first = [0], []
        for profile, words_of_reader in zip(profiles, unlearned, strict=True):
            first.append(len(ends) - 1)
            dropped = {each for word in words_of_reader for each in stems(word)}
            for interest in profile.interests:
                for term, weight in interest.terms:
                    column = self._column.get(term)
                    if column is None or (dropped and not dropped.isdisjoint(term.split())):
                        continue
                    columns.append(column)
                    weights.append(weight)
                ends.append(len(columns))
        return self.nearest(
            sp.csr_array(
                (np.array(weights, np.float32), np.array(columns, np.int32), ends),
                shape=(len(ends) - 1, len(self._terms)),
            ),
            np.array(first, np.int64),
        )

    def nearest(self, interests: sp.csr_array, first: NDArray[np.int64]) -> Floats:
        """Return the closeness to the nearest of each reader's interests.

        `interests` has the shape (interests, terms), those of one reader in consecutive rows;
        `first` is each reader's first row. Who has none is at 0 from all papers.
        """
        readers, papers = len(first), self._table.shape[1]
        found = np.zeros((readers, papers), np.float32)
        numbers = np.diff(first, append=interests.shape[0])
        some = numbers > 0
        if some.any():
            cosines = interests @ self._table
            found[some] = np.maximum.reduceat(cosines, first[some], axis=0)
            found -= np.float32(_OF_OTHERS)
            found /= np.float32(_OF_LIKED - _OF_OTHERS)
            np.clip(found, FARTHEST, CLOSEST, out=found)
            found[~some] = 0
        return found

    def words(self, profile: Profile, paper_id: str) -> tuple[str, ...]:
        """Quote the words by which a paper is close to a profile, the most telling first.

        A paper that is hardly closer than others has none.
        """
        row = self._row[paper_id]
        best: list[tuple[float, int]] = []
        for interest in profile.interests:
            parts = [
                (weight * float(self._table[column, row]), column)
                for term, weight in interest.terms
                if (column := self._column.get(term)) is not None
            ]
            if sum(part for part, _ in parts) > sum(part for part, _ in best):
                best = parts
        total = sum(part for part, _ in best)
        if total < (_OF_OTHERS + _OF_LIKED) / 2:
            return ()
        known, found = set(_FUNCTION_STEMS), list[str]()
        for part, column in sorted(best, key=lambda each: (-each[0], self._terms[each[1]])):
            if part < _TELLING * total or part <= 0 or len(found) == _MOST_WORDS:
                break
            term = self._terms[column]
            if not known.isdisjoint(term):
                continue
            if quotes := self._index.quote(Phrase(term, term), row):
                # From the abstract, where fewer words have capitals.
                quote = quotes[max(quotes)]
                found.append(quote)
                known |= {*stems(quote), *map(stem, words(quote))}
        return tuple(found)


def learned_counts(counts: WordCounts, index: PaperIndex) -> WordCounts:
    """Return what profiles are learned with: counts of earlier papers and, while few, of these too.

    The means are those of the same papers.
    """
    if counts.papers >= ENOUGH or not index.papers:
        return counts
    both = _with_day(counts, index)
    terms, rows = _vectors(index, both)
    return replace(both, means=usual_means(rows, terms))


def _vectors(index: PaperIndex, counts: WordCounts) -> tuple[list[tuple[str, ...]], sp.csr_array]:
    """Return the terms that say something, and the papers' vectors of length one over these."""
    row, number, count = counts_of(index)
    numbers, column = np.unique(number, return_inverse=True)
    all_stems = index.vocabulary.stems
    terms = [stems_of(each, all_stems) for each in numbers.tolist()]
    weights = term_weights(terms, counts)
    kept = weights[column] > 0
    rows = unit_rows(row[kept], column[kept], count[kept], weights, len(index.papers))
    is_used = weights > 0
    used = [term for term, used in zip(terms, is_used.tolist(), strict=True) if used]
    return used, rows[:, is_used]


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
