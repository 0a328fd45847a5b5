"""Near-duplicates: papers so alike that an issue shows one of them.

Two papers are near-duplicates when the cosine of their TF-IDF vectors, over stems and pairs of
neighbouring stems, reaches `THRESHOLD`, or when their titles are the same. In real weeks two
different papers come to 0.25 at most, and the same work under two titles to 0.7 at least.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.models.identity import title_key
from digest.ranking.terms import ngrams, stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper

#: The cosine, in 0..1, from which on two papers are near-duplicates.
THRESHOLD = 0.6


def near_duplicates(papers: Sequence[Paper]) -> Mapping[str, frozenset[str]]:
    """Return, by paper id, the ids of its near-duplicates; papers without any are absent."""
    pairs: dict[str, set[str]] = {}
    if len(papers) < 2:
        return {}
    ordered = sorted(papers, key=lambda paper: paper.id)
    vectors = _vectors(ordered)
    cosines = sp.coo_array(vectors @ vectors.T)
    for left, right, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
        if left != right and cosine >= THRESHOLD:
            pairs.setdefault(ordered[left].id, set()).add(ordered[right].id)
    by_title: dict[str, list[str]] = {}
    for paper in ordered:
        by_title.setdefault(title_key(paper.title), []).append(paper.id)
    for ids in by_title.values():
        for paper_id in ids if len(ids) > 1 else ():
            pairs.setdefault(paper_id, set()).update(set(ids) - {paper_id})
    return {paper_id: frozenset(others) for paper_id, others in pairs.items()}


def _vectors(papers: Sequence[Paper]) -> sp.csr_array:
    """Return TF-IDF rows of length one, shape (papers, terms).

    Weights are `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1` (Manning, Raghavan and
    Schütze, "Introduction to Information Retrieval", 2008, §6.4; the smoothed idf of scikit-learn).
    """
    vocabulary: dict[tuple[str, ...], int] = {}
    rows, columns, frequencies = [], [], []
    for row, paper in enumerate(papers):
        terms = Counter(ngrams(stems(f"{paper.title} {paper.abstract}"), 2))
        for term in sorted(terms):
            rows.append(row)
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
            frequencies.append(1 + np.log(terms[term]))
    shape = (len(papers), max(len(vocabulary), 1))
    if not rows:
        return sp.csr_array(shape, dtype=np.float64)
    document_frequency = np.bincount(columns, minlength=shape[1])
    idf = np.log((1 + shape[0]) / (1 + document_frequency)) + 1
    weights = np.array(frequencies) * idf[columns]
    norms = np.sqrt(np.bincount(rows, weights=weights**2, minlength=shape[0]))
    return sp.csr_array((weights / norms[rows], (rows, columns)), shape=shape)
