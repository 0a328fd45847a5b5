"""Near-duplicates: papers so alike that an issue shows one of them.

Two papers are near-duplicates when the cosine of their TF-IDF vectors, over stems and pairs of
neighbouring stems, reaches `THRESHOLD`, or when their titles are the same. In real weeks two
different papers come to 0.25 at most, and the same work under two titles to 0.7 at least.

Not all pairs are compared. Without its most common terms, two vectors that are alike still have a
rare term in common (Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", 2007, §4.2).
So only pairs with rare terms in common are candidates, and these are found in blocks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.models.identity import title_key
from digest.ranking.tfidf import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper

    _Rows = NDArray[np.int32]
    _Cosines = NDArray[np.float32]

#: The cosine, in 0..1, from which on two papers are near-duplicates.
THRESHOLD = 0.6
#: The common terms of a vector that are left out have this length together, at most.
_COMMON = 0.5
#: The rounding errors of a cosine in single precision are far below this.
_TOLERANCE = 1e-4
#: The most products of weights, and so the most candidates, in one block.
_BLOCK = 1_000_000


def near_duplicates(
    papers: Sequence[Paper], vectors: Vectors | None = None
) -> Mapping[str, frozenset[str]]:
    """Return, by paper id, the ids of its near-duplicates; papers without any are absent.

    `vectors` are those of the papers, if they are known already. Memory is linear in the papers and
    in the pairs that are found.
    """
    vectors = vectors or Vectors.of(papers)
    title_of = {paper.id: title_key(paper.title) for paper in papers}
    same_title: dict[str, list[str]] = {}
    for paper_id in vectors.ids:
        same_title.setdefault(title_of[paper_id], []).append(paper_id)
    alike = _alike(vectors.rows)
    found: dict[str, frozenset[str]] = {}
    for row, paper_id in enumerate(vectors.ids):
        rows = alike.indices[alike.indptr[row] : alike.indptr[row + 1]].tolist()
        others = {vectors.ids[other] for other in rows}.union(same_title[title_of[paper_id]])
        others.discard(paper_id)
        if others:
            found[paper_id] = frozenset(others)
    return found


def _alike(vectors: sp.csr_array) -> sp.csr_array:
    """Return, in row i and column j, whether the cosine of rows i and j reaches the threshold.

    A row is not compared with itself.
    """
    dense = np.zeros(vectors.shape[1])
    rows, columns = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for lefts, rights, least in _candidates(_rare_part(vectors)):
        # No weight is negative, so most cosines need not be computed in whole.
        is_alike = least >= THRESHOLD + _TOLERANCE
        doubtful = np.flatnonzero(~is_alike)
        firsts = np.flatnonzero(np.diff(lefts[doubtful], prepend=-1))
        for some in np.split(doubtful, firsts)[1:]:
            left = slice(*vectors.indptr[lefts[some[0]] :][:2])
            dense[vectors.indices[left]] = vectors.data[left]
            is_alike[some] = vectors[rights[some]] @ dense >= THRESHOLD
            dense[vectors.indices[left]] = 0
        rows.append(lefts[is_alike])
        columns.append(rights[is_alike])
    pairs = np.concatenate(rows), np.concatenate(columns)
    half = sp.csr_array((np.ones(len(pairs[0]), np.bool_), pairs), shape=(vectors.shape[0],) * 2)
    return (half + half.T).tocsr()


def _rare_part(vectors: sp.csr_array) -> sp.csr_array:
    """Return the vectors without their most common terms, up to a length of `_COMMON`.

    Columns must begin with the most common terms.
    """
    is_rare = np.empty(len(vectors.data), np.bool_)
    for start, end in pairwise(vectors.indptr):
        is_rare[start:end] = np.cumsum(vectors.data[start:end] ** 2) > _COMMON**2
    ends = np.append(0, np.cumsum(is_rare, dtype=np.int32))[vectors.indptr]
    data = vectors.data[is_rare].astype(np.float32)
    return sp.csr_array((data, vectors.indices[is_rare], ends), shape=vectors.shape)


def _candidates(rare: sp.csr_array) -> Iterator[tuple[_Rows, _Rows, _Cosines]]:
    """Yield pairs of rows, the lower first, and the product of their rare parts.

    All pairs whose cosine reaches the threshold are among them: take the row of a pair whose rare
    part begins later. What is not in both rare parts is among its common terms, and so adds
    `_COMMON` to the cosine at most.
    """
    columns = rare.T.tocsr()
    per_term = np.diff(columns.indptr)
    work = np.concatenate(([0], np.cumsum(per_term[rare.indices])))[rare.indptr]
    start = 0
    while start < rare.shape[0]:
        end = max(int(np.searchsorted(work, work[start] + _BLOCK, "right")) - 1, start + 1)
        products = (rare[start:end] @ columns).tocoo()
        lefts, rights = products.row + start, products.col
        chosen = (lefts < rights) & (products.data >= THRESHOLD - _COMMON - _TOLERANCE)
        yield lefts[chosen], rights[chosen], products.data[chosen]
        start = end
