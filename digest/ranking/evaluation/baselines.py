"""What simpler systems do, to measure a ranking beside them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.terms import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper

#: BM25's usual values: how soon repeated words stop to add, and how much long texts are discounted.
K1, B = 1.2, 0.75


def summed_bm25(
    papers: Sequence[Paper], entries: Sequence[str], *, k1: float = K1, b: float = B
) -> NDArray[np.float64]:
    """Return each paper's BM25 score, summed over the words of all entries of a topic.

    So arXivDigest's sample system ranks for a reader: each topic is a query by itself, of single
    words over title and abstract, and the scores are added. A word of two entries counts twice.
    BM25 is that of Robertson and Zaragoza, 2009, eq. 3.15, with an idf that is never negative, as
    in Lucene. Words are stemmed.
    """
    counts = [Counter(stems(f"{paper.title} {paper.abstract}")) for paper in papers]
    lengths = np.array([found.total() for found in counts], np.float64)
    norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if papers else 0.0, 1.0))
    scores = np.zeros(len(papers))
    for stem, times in Counter(stem for entry in entries for stem in stems(entry)).items():
        frequency = np.array([found[stem] for found in counts], np.float64)
        holding = np.count_nonzero(frequency)
        idf = np.log1p((len(papers) - holding + 0.5) / (holding + 0.5))
        scores += times * idf * frequency * (k1 + 1) / (frequency + norm)
    return scores
