"""How well papers answer a text of many words: a question, a sentence, an abstract.

BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq.
3.15) over the words that say something, and over pairs of them that stand beside each other. Then
the telling words of the best papers are added to the question, and the papers are scored once more
(Rocchio's feedback without judgements; Manning, Raghavan and Schütze, "Introduction to Information
Retrieval", 2008, §9.1.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.terms import Phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.ranking.evidence import Evidence
    from digest.ranking.query import Text

    Floats = NDArray[np.float64]

#: How soon repeated words stop to add to the score. The usual value is 1.2; on questions with known
#: answers 2 found more.
K1 = 2.0
#: How much long texts are discounted, in 0..1; the usual value.
B = 0.75
#: A word counts so many times in each place.
_PLACES = np.array([3.0, 2.0, 1.0, 1.0])
#: A pair of neighbouring words counts so much beside its words.
_PAIR = 0.2
#: The best papers, and how many of their words are added, with which weight.
_BEST, _ADDED, _ADDED_WEIGHT = 5, 20, 0.5


def strength(evidence: Evidence, query: Text) -> Floats:
    """Return how well each paper answers a text, as a share of the best; shape (papers,)."""
    weights = dict.fromkeys(query.phrases(), 1.0)
    possible = sum(weight * evidence.idf(phrase) * (K1 + 1) for phrase, weight in weights.items())
    if not possible:
        return np.zeros(len(evidence.index.papers))
    for pair in query.pairs():
        weights.setdefault(pair, _PAIR)
    first = _scores(evidence, weights)
    best = np.lexsort((np.arange(len(first)), -first))[:_BEST]
    added = _telling_words(evidence, best[first[best] > 0].tolist())
    most = max(added.values(), default=0.0)
    more = _scores(evidence, {w: _ADDED_WEIGHT * value / most for w, value in added.items()})
    # Where no paper answers, the words of the best five lead anywhere: they never count for more
    # than what was asked for, and a paper with none of that is no answer.
    return (first + np.minimum(more, first)) / possible


def _scores(evidence: Evidence, weights: dict[Phrase, float]) -> Floats:
    scores = np.zeros(len(evidence.index.papers))
    for phrase, weight in weights.items():
        found = evidence.index.find(phrase)
        frequency = found.counts @ _PLACES
        scores[found.rows] += (
            weight
            * evidence.idf(phrase)
            * _saturated(frequency, evidence.index.lengths[found.rows])
        )
    return scores


def _telling_words(evidence: Evidence, rows: list[int]) -> dict[Phrase, float]:
    """Return the words with the highest mean BM25 weight in some papers."""
    index = evidence.index
    found: dict[Phrase, float] = {}
    for stem in index.stems(rows):
        word = Phrase((stem,), (stem,))
        occurrences = index.find(word)
        chosen = np.isin(occurrences.rows, rows)
        frequency = occurrences.counts[chosen] @ _PLACES
        lengths = index.lengths[occurrences.rows[chosen]]
        found[word] = evidence.idf(word) * float(_saturated(frequency, lengths).sum())
    best = sorted(found.items(), key=lambda item: (-item[1], item[0].stems))
    return dict(best[:_ADDED])


def _saturated(frequency: Floats, lengths: Floats) -> Floats:
    """Return BM25's factor; `lengths` are the papers' lengths as shares of the mean."""
    result: Floats = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * lengths))
    return result
