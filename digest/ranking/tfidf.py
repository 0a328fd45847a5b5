"""TF-IDF vectors of papers, over stems and pairs of neighbouring stems.

Weights are `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1` (Manning, Raghavan and
Schütze, "Introduction to Information Retrieval", 2008, §6.4; the smoothed idf of scikit-learn).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from digest.ranking.index import PaperIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper

    #: numbers of stems, in the order of a text
    Numbers = Sequence[int] | NDArray[np.integer[Any]]


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """The vectors of a day's papers, computed once for all that compares papers."""

    #: ids of the papers, in order
    ids: tuple[str, ...]
    #: a row of `shared_terms` for each of them
    rows: sp.csr_array

    @classmethod
    def of(
        cls, papers: Sequence[Paper], numbers_of: Mapping[str, Numbers] | None = None
    ) -> Vectors:
        """Return the vectors of papers by title and abstract, whatever the papers' order.

        `numbers_of` has the numbers of each paper's stems by its id, where they are known already.
        """
        ordered = sorted(papers, key=lambda paper: paper.id)
        if numbers_of is None:
            numbers_of = PaperIndex(ordered).numbers_by_paper()
        numbers = [list(numbers_of[paper.id]) for paper in ordered]
        return cls(ids=tuple(paper.id for paper in ordered), rows=shared_terms(numbers))


def shared_terms(texts: Sequence[Numbers]) -> sp.csr_array:
    """Return TF-IDF rows of length one, without the terms that only one text has.

    A text is the numbers of its stems. The terms that one text has alone count in the length of its
    row, but never in the product of two. The shape is (texts, shared terms); the columns begin with
    the terms that most texts have.
    """
    terms, owners, frequencies = _terms(texts)
    is_new = np.diff(terms, prepend=-1) != 0
    term = np.cumsum(is_new) - 1
    document_frequency = np.bincount(term)
    weights = (1 + np.log(frequencies)) * _idf(len(texts), document_frequency)[term]
    lengths = np.sqrt(np.bincount(owners, weights=weights**2, minlength=len(texts)))
    is_shared = document_frequency > 1
    column = np.cumsum(is_shared) - 1
    most_first = np.argsort(-document_frequency[is_shared], kind="stable")
    rank = np.empty(len(most_first), np.int32)
    rank[most_first] = np.arange(len(most_first), dtype=np.int32)
    kept = is_shared[term]
    owners = owners[kept]
    values = weights[kept] / lengths[owners]
    rows = sp.csr_array(
        (values, (owners, rank[column[term[kept]]])), shape=(len(texts), len(most_first))
    )
    rows.sort_indices()
    return rows


def _terms(
    texts: Sequence[Numbers],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return each term of each text once, sorted: the term, its text, and how often it occurs."""
    lengths = [len(text) for text in texts]
    stems = np.concatenate([np.empty(0, np.int64), *(np.asarray(t, np.int64) for t in texts)])
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    is_pair = owners[:-1] == owners[1:]
    different = int(stems.max(initial=-1)) + 1
    # A pair is a number too, apart from all single stems.
    pairs = ((stems[:-1] + 1) * different + stems[1:])[is_pair]
    keys = np.concatenate((stems, pairs)) * len(texts)
    keys += np.concatenate((owners, owners[:-1][is_pair]))
    keys.sort()
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    frequencies = np.diff(starts, append=len(keys)).astype(np.int32)
    terms, owners = np.divmod(keys[starts], max(len(texts), 1))
    return terms, owners.astype(np.int32), frequencies


def _idf(papers: int, document_frequency: NDArray[Any]) -> NDArray[np.float64]:
    idf: NDArray[np.float64] = np.log((1 + papers) / (1 + document_frequency)) + 1
    return idf
