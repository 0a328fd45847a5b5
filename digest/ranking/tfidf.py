"""TF-IDF vectors of papers, over stems and pairs of neighbouring stems.

Weights are `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1` (Manning, Raghavan and
Schütze, "Introduction to Information Retrieval", 2008, §6.4; the smoothed idf of scikit-learn).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from digest.ranking.terms import StemNumbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper


def shared_terms(papers: Sequence[Paper]) -> sp.csr_array:
    """Return TF-IDF rows of length one, without the terms that only one paper has.

    Those count in the length of a row, but never in the product of two. The shape is (papers,
    shared terms); the columns begin with the terms that most papers have.
    """
    terms, frequencies = _terms(papers)
    shared, document_frequency = _shared(terms)
    idf = _idf(len(papers), document_frequency)
    idf_of_one = _idf(len(papers), np.ones(1))[0]
    column = np.empty(len(shared), np.int32)
    column[np.argsort(-document_frequency, kind="stable")] = np.arange(len(shared))
    ends = np.zeros(len(papers) + 1, np.int64)
    columns = np.empty(document_frequency.sum(), np.int32)
    values = np.empty(len(columns))
    for row in range(len(papers)):  # a paper's terms are let go once they are in a row
        numbers, weights = terms.popleft(), 1 + np.log(frequencies.popleft())
        place = np.searchsorted(shared, numbers)
        known = place < len(shared)
        known[known] = shared[place[known]] == numbers[known]
        place = place[known]
        weights[known] *= idf[place]
        weights[~known] *= idf_of_one
        ends[row + 1] = ends[row] + len(place)
        columns[ends[row] : ends[row + 1]] = column[place]
        values[ends[row] : ends[row + 1]] = weights[known] / np.sqrt(np.sum(weights**2))
    rows = sp.csr_array((values, columns, ends), shape=(len(papers), len(shared)))
    rows.sort_indices()
    return rows


def _terms(papers: Sequence[Paper]) -> tuple[deque[NDArray[np.int64]], deque[NDArray[np.int32]]]:
    """Return the numbers of each paper's terms, each once, and how often each occurs."""
    stem_numbers = StemNumbers()
    terms: deque[NDArray[np.int64]] = deque()
    frequencies: deque[NDArray[np.int32]] = deque()
    for paper in papers:
        stems = np.array(stem_numbers.of(f"{paper.title} {paper.abstract}"), np.int64)
        pairs = (stems[:-1] + 1 << 32) + stems[1:]  # apart from all single stems
        numbers, counts = np.unique(np.concatenate((stems, pairs)), return_counts=True)
        terms.append(numbers)
        frequencies.append(counts.astype(np.int32))
    return terms, frequencies


def _shared(terms: Iterable[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the terms that several papers have, in order, and how many papers have each."""
    everything = np.concatenate([np.empty(0, np.int64), *terms])
    everything.sort()
    again = everything[1:][everything[1:] == everything[:-1]]
    shared = again[np.append(again[1:] != again[:-1], True)[: len(again)]]
    del again
    after = np.searchsorted(everything, shared, "right")
    return shared, after - np.searchsorted(everything, shared, "left")


def _idf(papers: int, document_frequency: NDArray[Any]) -> NDArray[np.float64]:
    return np.log((1 + papers) / (1 + document_frequency)) + 1
