"""Papers so alike that a reader wants one of them: near-duplicates by their words.

TF-IDF cosine over stems and pairs of stems. In real weeks the closest two different papers come
to about 0.25; the same work under two titles comes to 0.7 and more.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.models.identity import title_key
from digest.ranking.terms import runs, stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper

THRESHOLD = 0.6


def near_duplicates(papers: Sequence[Paper]) -> Mapping[str, frozenset[str]]:
    """Return, by id, the ids of the papers that are nearly the same; papers without are absent."""
    pairs: dict[str, set[str]] = {}
    if len(papers) < 2:
        return {}
    ordered = sorted(papers, key=lambda paper: paper.id)
    vectors = _vectors(ordered)
    close = sp.coo_array(vectors @ vectors.T)
    for left, right, cosine in zip(close.row, close.col, close.data, strict=True):
        if left != right and cosine >= THRESHOLD:
            pairs.setdefault(ordered[left].id, set()).add(ordered[right].id)
    titles: dict[str, list[str]] = {}
    for paper in ordered:
        titles.setdefault(title_key(paper.title), []).append(paper.id)
    for ids in titles.values():
        for paper_id in ids if len(ids) > 1 else ():
            pairs.setdefault(paper_id, set()).update(set(ids) - {paper_id})
    return {paper_id: frozenset(others) for paper_id, others in pairs.items()}


def _vectors(papers: Sequence[Paper]) -> sp.csr_array:
    """Return TF-IDF rows of length one, shape (papers, terms)."""
    vocabulary: dict[tuple[str, ...], int] = {}
    rows, columns, values = [], [], []
    for row, paper in enumerate(papers):
        terms = Counter(runs(stems(f"{paper.title} {paper.abstract}"), 2))
        for term in sorted(terms):
            rows.append(row)
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
            values.append(1 + np.log(terms[term]))
    shape = (len(papers), max(len(vocabulary), 1))
    holding = np.bincount(columns, minlength=shape[1]) if columns else np.zeros(shape[1])
    idf = np.log((1 + shape[0]) / (1 + holding)) + 1
    weights = np.array(values) * idf[columns] if columns else np.zeros(0)
    length = np.sqrt(np.bincount(rows, weights=weights**2, minlength=shape[0])) if rows else None
    if length is None:
        return sp.csr_array(shape, dtype=np.float64)
    return sp.csr_array((weights / length[rows], (rows, columns)), shape=shape)
