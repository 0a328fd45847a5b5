"""Maximal marginal relevance: a topic's next paper is relevant, and unlike those before it.

Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and
Producing Summaries", SIGIR 1998. It is a guard beside the collapse of near-duplicates: on most days
no two papers of a topic are alike enough to move one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.models.picks import Ranking, Rankings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.picks import Pick
    from digest.ranking.tfidf import Vectors

#: How much relevance counts beside being unlike, in 0..1. At this value it costs no measurable
#: relevance.
LAMBDA = 0.7
#: A cosine below this is none. Of a million pairs of papers of one day, 40 have more: two papers
#: below it share a field and no more, and what they share depends on the other papers of the day.
ALIKE = 0.2
#: So many papers from the top of a topic are reordered; no issue shows so many.
DEPTH = 50


def diversify(
    ranked: Mapping[str, Sequence[Pick]], vectors: Vectors, *, last: Collection[str] = ()
) -> Rankings:
    """Return every topic's picks in the order of maximal marginal relevance.

    Topics in `last` (trending overall) keep their order, which says what the votes say. The score
    counts as a part of the best score of the topic.
    """
    rows = {paper_id: row for row, paper_id in enumerate(vectors.ids)}
    found = Rankings()
    for slug, picks in ranked.items():
        top = [] if slug in last else picks[:DEPTH]
        vectors_of_top = vectors.rows[[rows[pick.paper.id] for pick in top]]
        cosines = (vectors_of_top @ vectors_of_top.T).toarray()
        scores = np.array([pick.score for pick in top])
        order = marginal_order(scores, np.where(cosines < ALIKE, 0, cosines))
        found[slug] = Ranking((*(top[place] for place in order), *picks[len(top) :]))
    return found


def marginal_order(
    scores: NDArray[np.float64], cosines: NDArray[np.float64], weight: float = LAMBDA
) -> list[int]:
    """Return the places of papers in the order of maximal marginal relevance.

    `scores` are positive and best first, `cosines` has a row and a column for each. With a `weight`
    of 1 the order stays as it is; the first paper is the first at any weight above 0.
    """
    if not len(scores):
        return []
    gains = weight * scores / scores[0]
    nearest = np.zeros(len(scores))
    left = np.ones(len(scores), np.bool_)
    order = []
    for _ in scores:
        # argmax takes the first of equals
        place = int(np.argmax(np.where(left, gains - (1 - weight) * nearest, -np.inf)))
        order.append(place)
        left[place] = False
        nearest = np.maximum(nearest, cosines[place])
    return order
