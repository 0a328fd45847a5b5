"""TF-IDF vectors over stems and pairs of neighbouring stems, numbered by a vocabulary.

A title counts thrice. Weights are `(1 + ln tf) * idf` with `idf = ln((1 + N) / (1 + df)) + 1`
(Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, §6.4; the smoothed
idf of scikit-learn), and rows have length one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.ranking.index import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digest.models.issue import WordCounts
    from digest.ranking.index import PaperIndex

    Floats = NDArray[np.float64]
    #: for each term of each paper once: the paper's row, the term, and its weighted count
    Counts = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]

#: A pair counts so much beside a single stem, and not at all if one of its stems is in more papers
#: than this share: "of the" says nothing.
PAIR, _COMMON = 0.6, 0.2
#: A term that more papers than this share have says nothing either.
_EVERYWHERE = 0.5
#: Of so many terms the mean weight in all papers counts.
_USUAL = 600
#: If so many papers were counted, a term that fewer than `FEWEST` have says nothing of others.
ENOUGH, FEWEST = 1_000, 3
#: In a paper's vector the words of its title count so many times.
TITLE_WEIGHT = 3

#: Numbers of pairs begin here: a pair is the number of its first stem plus one, shifted, plus that
#: of the second.
_SHIFT = 32
PAIRS = 1 << _SHIFT


def term_counts(
    words: NDArray[np.int32],
    text: NDArray[np.int32],
    row_of_text: NDArray[np.int32],
    place_of_text: NDArray[np.int8],
) -> Counts:
    """Return, for each term of each paper once: the paper's row, the term, and its weighted count.

    `words` may have gaps, which are negative.
    """
    stems = words.astype(np.int64)
    is_pair = (text[:-1] == text[1:]) & (stems[:-1] >= 0) & (stems[1:] >= 0)
    pairs = (stems[:-1] + 1 << _SHIFT) + stems[1:]
    terms = np.concatenate((stems[stems >= 0], pairs[is_pair]))
    text = np.concatenate((text[stems >= 0], text[:-1][is_pair]))
    weights = np.where(place_of_text[text] == Place.TITLE, TITLE_WEIGHT, 1)
    distinct, columns = np.unique(terms, return_inverse=True)
    table = sp.csr_array(
        (weights, (row_of_text[text], columns)),
        shape=(int(row_of_text.max(initial=-1)) + 1, len(distinct)),
    )
    table.sum_duplicates()
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    return rows, distinct[table.indices], table.data


def unit_rows(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    counts: NDArray[np.int64],
    idf: Floats,
    papers: int,
) -> sp.csr_array:
    weights = (1 + np.log(counts)) * idf[columns]
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=papers))
    lengths[lengths == 0] = 1  # none of the paper's terms says anything
    return sp.csr_array((weights / lengths[rows], (rows, columns)), shape=(papers, len(idf)))


def counts_of(index: PaperIndex) -> Counts:
    """Return, for each term of each paper of an index once: row, term, and weighted count."""
    usual = index.is_usual
    return term_counts(
        index.words[usual], index.text[usual], index.row_of_text, index.place_of_text
    )


def terms_of(index: PaperIndex) -> list[str]:
    """Return the terms of all papers of an index, each once."""
    stems = index.vocabulary.stems
    return [" ".join(stems_of(term, stems)) for term in np.unique(counts_of(index)[1]).tolist()]


def stems_of(term: int, stems: Sequence[str]) -> tuple[str, ...]:
    """Return the stem or the two stems of a term; `stems` are those of the vocabulary."""
    if term < PAIRS:
        return (stems[term],)
    return stems[(term >> _SHIFT) - 1], stems[term & (PAIRS - 1)]


def term_weights(terms: Sequence[tuple[str, ...]], counts: WordCounts) -> Floats:
    """Return how much each term says, by its stems: its idf, and less for pairs.

    Terms that are not known, or that most papers have, say nothing: that is 0.

    Where fewer than `ENOUGH` papers were counted, no term is too rare to be known.
    """
    papers = counts.papers
    fewest = FEWEST if papers >= ENOUGH else min(papers, 1)
    with_term = np.array([counts.papers_with.get(" ".join(term), 0) for term in terms], np.int64)
    weights = np.where(with_term >= fewest, idf_of(papers, with_term), 0.0)
    if papers:
        weights[with_term > _EVERYWHERE * papers] = 0
    common = _COMMON * papers
    for place, term in enumerate(terms):
        if len(term) > 1:
            is_common = any(counts.papers_with.get(stem, 0) > common for stem in term)
            weights[place] *= 0.0 if is_common else PAIR
    return weights


def usual_means(vectors: sp.csr_array, terms: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """Return the mean weight of the terms of vectors where that is most, by term."""
    means = np.asarray(vectors.mean(axis=0)).ravel()
    most = np.argsort(-means, kind="stable")[:_USUAL]
    return {" ".join(terms[at]): float(means[at]) for at in most.tolist() if means[at] > 0}


def idf_of(papers: int, papers_with: NDArray[np.int64]) -> Floats:
    """Return the inverse document frequency of terms by how many of so many papers have each."""
    found: Floats = np.log((1 + papers) / (1 + papers_with)) + 1
    return found
