"""Measures of ranked lists, of what they show, and of how they differ from each other.

A measure that has no answer, as for a day on which nothing could be found, is `None`. It is left
out of a mean, and does not count as 0.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

    import scipy.sparse as sp
    from numpy.typing import ArrayLike, NDArray

Item = TypeVar("Item", bound="Hashable")


def ndcg(order: Sequence[Item], gains: Mapping[Item, float], depth: int) -> float | None:
    """Return the normalised discounted cumulative gain of an order, in 0..1.

    The gain at rank r counts 1 / log2(r + 1), down to rank `depth`; the ideal is the best order of
    all that has a gain (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
    techniques", 2002). With gains of 1 it is the binary nDCG. Items without a gain have 0. None if
    nothing has a gain.
    """
    ideal = _discounted(sorted(gains.values(), reverse=True)[:depth])
    if not ideal:
        return None
    return min(_discounted([gains.get(item, 0.0) for item in order[:depth]]) / ideal, 1.0)


def recall(shown: Collection[Item], relevant: Collection[Item], depth: int) -> float | None:
    """Return the share of the relevant items that are shown, of `depth` at most, in 0..1.

    A list of `depth` items cannot hold more relevant ones than that. None if nothing is relevant.
    """
    possible = min(depth, len(relevant))
    return len(set(shown) & set(relevant)) / possible if possible else None


def share(shown: Collection[Item], wanted: Collection[Item]) -> float | None:
    """Return the share of the shown items that are wanted (precision); None if nothing is shown."""
    return len(set(shown) & set(wanted)) / len(set(shown)) if shown else None


def spearman(left: ArrayLike, right: ArrayLike) -> float | None:
    """Return Spearman's rank correlation, in -1..1; tied values share their mean rank.

    It is the correlation of the ranks (Spearman, 1904). None for fewer than two pairs, or if all
    values of one side are equal.
    """
    ranks = [_ranks(np.asarray(values, np.float64)) for values in (left, right)]
    if len(ranks[0]) != len(ranks[1]):
        raise ValueError(f"{len(ranks[0])} values beside {len(ranks[1])}")
    first, second = (of_side - of_side.mean() if len(of_side) else of_side for of_side in ranks)
    length = math.sqrt(float(first @ first) * float(second @ second))
    return max(-1.0, min(float(first @ second) / length, 1.0)) if length else None


def jaccard(left: Collection[Item], right: Collection[Item]) -> float | None:
    """Return the overlap of two lists: what both hold, of what either holds (Jaccard, 1912).

    It is in 0..1, and None if both are empty.
    """
    union = set(left) | set(right)
    return len(set(left) & set(right)) / len(union) if union else None


def intra_list_diversity(vectors: sp.csr_array) -> float | None:
    """Return one minus the mean cosine of all pairs of a list; rows must have length one.

    Ziegler et al., "Improving recommendation lists through topic diversification", 2005, with its
    sign turned, so that more is more diverse. It is in 0..1 where no weight is negative. None for
    fewer than two rows.
    """
    rows = vectors.shape[0]
    if rows < 2:
        return None
    cosines = (vectors @ vectors.T).toarray()
    return 1 - float(np.mean([cosines[pair] for pair in combinations(range(rows), 2)]))


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks from 1; equal values have the mean of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
