"""How close the papers of a day are to readers' profiles, for many readers at once.

Every interest of every reader is a row of one sparse matrix. Its product with the papers' TF-IDF
vectors, which are dense because a sparse product takes sixty times as long, is all that is computed
for a reader.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

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
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from digest.models.profile import Interest, Profile
    from digest.ranking.index import PaperIndex

    Floats = NDArray[np.float32]

#: The cosine to an interest of papers that a reader has not seen: of all, and of those that they
#: like, in the mean. Measured with readers' libraries, see docs/measuring.md.
_OF_OTHERS, _OF_LIKED = 0.03, 0.13
#: No paper is closer than this, or farther, on a scale where liked papers have 1 in the mean.
CLOSEST, FARTHEST = 2.0, -2.0
#: So many words say by what a paper is close, each of at least this part of what makes it so.
_MOST_WORDS, _TELLING = 3, 0.04
#: So many terms are looked at for them.
_LOOKED_AT = 12
_FUNCTION_STEMS = frozenset(map(stem, FUNCTION_WORDS))


class Found(NamedTuple):
    """The terms of an interest that papers of the day have, as columns, and their weights."""

    columns: NDArray[np.int32]
    weights: Floats


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

    @property
    def terms(self) -> int:
        """How many terms the papers have that say something."""
        return len(self._terms)

    def find(self, profile: Profile, unlearned: Collection[str] = ()) -> tuple[Found, ...]:
        """Return the terms of each interest that papers of the day have.

        `unlearned` are words that the profile must not use.
        """
        dropped = frozenset(each for word in unlearned for each in stems(word))
        return tuple(self._find(interest, dropped) for interest in profile.interests)

    def _find(self, interest: Interest, dropped: frozenset[str]) -> Found:
        terms, weights = zip(*interest.terms, strict=True) if interest.terms else ((), ())
        found = np.fromiter(map(self._column.get, terms, repeat(-1)), np.int32, len(terms))
        if dropped:
            is_dropped = [not dropped.isdisjoint(term.split()) for term in terms]
            found[is_dropped] = -1
        known = found >= 0
        return Found(found[known], np.array(weights, np.float32)[known])

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

    def rows(self, paper_ids: Iterable[str]) -> list[int]:
        """Return the positions of those of some papers that are of the day."""
        return [self._row[paper_id] for paper_id in paper_ids if paper_id in self._row]

    def words(self, interests: Sequence[Found], paper_id: str) -> tuple[str, ...]:
        """Quote the words by which a paper is close to an interest, the most telling first.

        A paper that is hardly closer than others has none.
        """
        row = self._row[paper_id]
        products = [it.weights * self._table[it.columns, row] for it in interests]
        totals = [float(each.sum()) for each in products]
        total = max(totals, default=0.0)
        if total < (_OF_OTHERS + _OF_LIKED) / 2:
            return ()
        nearest = totals.index(total)
        parts, columns = products[nearest], interests[nearest].columns
        known, found = set(_FUNCTION_STEMS), list[str]()
        for place in np.argsort(-parts, kind="stable")[:_LOOKED_AT].tolist():
            if parts[place] < _TELLING * total or len(found) == _MOST_WORDS:
                break
            term = self._terms[columns[place]]
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
