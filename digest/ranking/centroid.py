"""What a topic's papers have in common: a centroid, and how close other papers are to it.

A centroid is the mean TF-IDF vector of a topic's papers minus that of all papers (Rocchio's method;
Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, §9.1.1, with all other
papers as not relevant). A topic's papers are those with one of its phrases in the title, and the
examples that somebody named. Examples are few: the papers that are nearest to them are taken to be
of the topic too (pseudo relevance feedback, §9.1.6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: A topic has no centroid if fewer papers than this fit its words, or do not: a mean of few is
#: chance.
_FEWEST_FITTING = 15
#: Nor has it one if its papers are hardly more alike than all are. This is between the cosines;
#: for the starter topics it is 0.05 to 0.22.
_LEAST_APART = 0.03
#: No paper is closer to a topic's papers than this, on a scale where these have 1 in the mean.
_CLOSEST = 2.0
#: A centroid of so many papers that fit the words is trusted by one half, and of so many examples.
_HALF_TRUSTED, _HALF_TRUSTED_EXAMPLES = 10.0, 1.5
#: So many examples count as much as all papers that fit the words.
_AS_MUCH = 10.0
#: So many papers, the nearest, are taken to be like the examples.
_NEAREST = 30
#: How far apart the cosines of a topic's papers and of all papers are if nothing is known, and for
#: how many examples that counts: what few have in common says little of the papers to come.
_USUALLY_APART, _USUAL = 0.064, 10.0


@dataclass(frozen=True, kw_only=True)
class Centroid:
    """What distinguishes a topic's papers from all papers."""

    #: how far it is believed, in 0..1: the more, the more papers it is the mean of
    trust: float
    #: the weight of each term of the background, of length one, shape (terms,)
    weights: Floats
    #: the mean cosine to it of the topic's papers, each without its own part in the centroid, and
    #: of all other papers
    of_topic: float
    of_others: float
    #: by category of arXiv, how much it speaks for the topic, in log-odds
    categories: Mapping[str, float] = field(default_factory=dict)

    def closeness(self, vectors: sp.csr_array) -> Floats:
        """Return how close papers are to the topic's papers; shape (papers,).

        That is 0 for a paper that is like others, 1 for one that is like the topic's papers, and
        `_CLOSEST` at most.
        """
        apart = self.of_topic - self.of_others
        closeness: Floats = (vectors @ self.weights - self.of_others) / apart
        return np.minimum(closeness, _CLOSEST)


class AllPapers:
    """The vectors of the papers that a topic's papers are compared with."""

    def __init__(self, vectors: sp.csr_array) -> None:
        """Take the vectors, of length one, shape (papers, terms)."""
        self._vectors = vectors
        self._mean = np.asarray(vectors.mean(axis=0)).ravel()

    def centroid(self, fits: NDArray[np.bool_]) -> Centroid | None:
        """Return the centroid of the papers that fit a topic's words.

        It is None if they or the others are few, or all alike.
        """
        papers = int(fits.sum())
        if min(papers, len(fits) - papers) < _FEWEST_FITTING:
            return None
        of_topic = self._vectors[fits]
        mean = np.asarray(of_topic.mean(axis=0)).ravel()
        length = float(np.linalg.norm(mean - self._mean))
        if not length:
            return None
        cosine = float((_to_others(of_topic, mean) - of_topic @ self._mean).mean()) / length
        weights = (mean - self._mean) / length
        of_others = float((self._vectors[~fits] @ weights).mean())
        if cosine - of_others < _LEAST_APART:
            return None
        return Centroid(
            trust=papers / (papers + _HALF_TRUSTED),
            weights=weights,
            of_topic=cosine,
            of_others=of_others,
        )

    def centroid_of_examples(self, examples: sp.csr_array) -> Centroid | None:
        """Return the centroid of examples and the papers nearest to them.

        It is None if there is no example with a known word, or if there are few papers to compare
        them with. How far apart the topic's papers and others are is the mean of what the examples
        show and of what is usual.
        """
        examples = examples[np.diff(examples.indptr) > 0]
        number = examples.shape[0]
        if not number or self._vectors.shape[0] < _FEWEST_FITTING:
            return None
        mean = np.asarray(examples.mean(axis=0)).ravel()
        direction, length = _unit(mean - self._mean)
        if not length:
            return None
        nearest = np.argsort(-(self._vectors @ direction), kind="stable")[:_NEAREST]
        of_nearest = np.asarray(self._vectors[nearest].mean(axis=0)).ravel()
        further, _ = _unit(of_nearest - self._mean)
        weights, both = _unit(direction + further)
        of_others = float((self._vectors @ weights).mean())
        apart = _USUALLY_APART
        if number > 1:
            cosines = (_to_others(examples, mean) - examples @ self._mean) / length
            shown = float((cosines + examples @ further).mean()) / both - of_others
            apart += (shown - apart) * number / (number + _USUAL)
        return Centroid(
            trust=number / (number + _HALF_TRUSTED_EXAMPLES),
            weights=weights,
            of_topic=of_others + max(apart, _LEAST_APART),
            of_others=of_others,
        )


def blend(by_title: Centroid | None, by_example: Centroid | None) -> Centroid | None:
    """Return one centroid, whose closeness is the mean of two; the examples count by their number.

    Both closenesses are linear in a paper's vector, and so is their mean.
    """
    if by_title is None or by_example is None:
        return by_title or by_example
    examples = by_example.trust * _HALF_TRUSTED_EXAMPLES / (1 - by_example.trust)
    share = examples / (examples + _AS_MUCH)
    weights, of_others = np.zeros_like(by_title.weights), 0.0
    for part, one in ((1 - share, by_title), (share, by_example)):
        scale = part / (one.of_topic - one.of_others)
        weights += scale * one.weights
        of_others += scale * one.of_others
    unit, length = _unit(weights)
    return Centroid(
        trust=max(by_title.trust, by_example.trust),
        weights=unit,
        of_topic=(1 + of_others) / length,
        of_others=of_others / length,
        categories=by_title.categories,
    )


def _to_others(papers: sp.csr_array, mean: Floats) -> Floats:
    """Return each paper's product with the mean of the others: its own with itself is one."""
    number = papers.shape[0]
    found: Floats = (number * (papers @ mean) - 1) / (number - 1)
    return found


def _unit(vector: Floats) -> tuple[Floats, float]:
    """Return a vector with the length one, and its length before, which may be none."""
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector), length
