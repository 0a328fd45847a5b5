"""What finding near-duplicates costs, beside comparing every paper with every other one.

    python benchmarks/near_duplicates.py [PAPERS]

The papers are made up (see `made_up.py`). Each measurement has a
process of its own; its memory is what was added at the peak. Ratios hold on any machine, seconds
on this one only.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

import made_up
import numpy as np
import scipy.sparse as sp
from arguments import argument

from digest.models.paper import Paper
from digest.ranking.near_duplicates import THRESHOLD, near_duplicates
from digest.ranking.terms import stems

Search = Callable[[Sequence[Paper]], Mapping[str, frozenset[str]]]


def all_pairs(papers: Sequence[Paper]) -> Mapping[str, frozenset[str]]:
    """Multiply the matrix of all TF-IDF vectors with itself, and look at every product."""
    vocabulary: dict[tuple[str, ...], int] = {}
    rows, columns, frequencies = [], [], []
    for row, paper in enumerate(papers):
        words = stems(f"{paper.title} {paper.abstract}")
        for term, count in Counter((*zip(words), *pairwise(words))).items():
            rows.append(row)
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
            frequencies.append(1 + np.log(count))
    shape = (len(papers), len(vocabulary))
    idf = np.log((1 + shape[0]) / (1 + np.bincount(columns))) + 1
    weights = np.array(frequencies) * idf[columns]
    norms = np.sqrt(np.bincount(rows, weights=weights**2))
    vectors = sp.csr_array((weights / norms[rows], (rows, columns)), shape=shape)
    cosines = sp.coo_array(vectors @ vectors.T)
    found: dict[str, set[str]] = {}
    for left, right, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
        if left != right and cosine >= THRESHOLD:
            found.setdefault(papers[left].id, set()).add(papers[right].id)
    return {paper_id: frozenset(others) for paper_id, others in found.items()}


def measure(search: Search, papers: int) -> tuple[float, float, Mapping[str, frozenset[str]]]:
    """Return the seconds of processor time, the added megabytes, and what was found."""
    day = made_up.papers(papers)
    search(day[:10])  # imports
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = search(day)
    seconds = time.process_time() - started
    added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return seconds, added / 1024, found


def main(papers: int) -> None:
    """Print a line for each way, and one for a day of half the size."""
    measured = {}
    for name, search, size in (
        ("all pairs", all_pairs, papers),
        ("in blocks", near_duplicates, papers),
        ("in blocks, half the papers", near_duplicates, papers // 2),
    ):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            measured[name] = process.submit(measure, search, size).result()
        seconds, megabytes, found = measured[name]
        cost = f"{seconds:7.2f} s {megabytes:7.0f} MB"
        print(f"{name:28} {size:6,} papers {cost} {len(found):5} alike")
    (old, old_memory, theirs), (new, new_memory, ours) = list(measured.values())[:2]
    if ours != theirs:
        raise SystemExit("the two ways do not find the same")
    print(f"in blocks / all pairs: time x{new / old:.3f}, memory x{new_memory / old_memory:.3f}")


if __name__ == "__main__":
    main(argument(__doc__, 8_000))
