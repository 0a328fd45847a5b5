"""What the papers of the last weeks teach: how common words are, and how a topic's papers are.

One day is too small to tell a rare word from a chance. And a topic's papers have words in common
that nobody lists: a paper on tomography need not say "medical".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from digest.models.issue import WordCounts
from digest.ranking.index import PaperIndex, Place, texts_of
from digest.ranking.query import Term, Text, parse_leniently
from digest.ranking.stemming import singular
from digest.ranking.term_vectors import (
    FEWEST,
    PAIRS,
    counts_of,
    idf_of,
    stems_of,
    term_counts,
    term_weights,
    unit_rows,
    usual_means,
)
from digest.ranking.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.query import Query
    from subscribers.models import Topic

    Floats = NDArray[np.float64]

#: How many days before an edition its background begins.
DAYS = 60
#: The most papers of a background, the newest: more change nothing, and take seconds.
MOST_PAPERS = 6_000
#: A topic has no centroid if fewer papers than this are of it, or are not: a mean of few is chance.
_FEWEST_EXAMPLES = 15
#: Nor has it one if its papers are hardly more alike than all are. This is between the cosines;
#: for the starter topics it is 0.05 to 0.22.
_LEAST_APART = 0.03
#: No paper is closer to a topic's papers than this, on a scale where these have 1 in the mean.
_CLOSEST = 2.0


@dataclass(frozen=True, kw_only=True)
class Centroid:
    """What distinguishes a topic's papers from all papers."""

    #: how many papers it is the mean of
    examples: int
    #: the weight of each term of the background, of length one, shape (terms,)
    weights: Floats
    #: the mean cosine to it of the topic's papers, each without its own part in the centroid, and
    #: of all other papers
    of_examples: float
    of_others: float
    #: by category of arXiv, how much it speaks for the topic, in log-odds
    categories: Mapping[str, float] = field(default_factory=dict)

    def closeness(self, vectors: sp.csr_array) -> Floats:
        """Return how close papers are to the topic's papers; shape (papers,).

        That is 0 for a paper that is like others, 1 for one that is like the topic's papers, and
        `_CLOSEST` at most.
        """
        apart = self.of_examples - self.of_others
        closeness: Floats = (vectors @ self.weights - self.of_others) / apart
        return np.minimum(closeness, _CLOSEST)


@dataclass(frozen=True, kw_only=True)
class Background:
    """What the papers before an edition teach."""

    counts: WordCounts = field(default_factory=WordCounts)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    #: the terms that vectors consist of: stems and pairs of neighbouring stems, ascending
    terms: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    #: by term
    idf: Floats = field(default_factory=lambda: np.empty(0))
    #: by the topic's slug; topics with few examples have none
    centroids: Mapping[str, Centroid] = field(default_factory=dict)

    def vectors(self, index: PaperIndex) -> sp.csr_array:
        """Return the TF-IDF rows of an index's papers, of length one, shape (papers, terms).

        The index must have this vocabulary. Weights are `(1 + ln tf) * idf`; terms that the
        background does not know are left out.
        """
        rows, terms, counts = counts_of(index)
        columns = np.searchsorted(self.terms, terms)
        known = columns < len(self.terms)
        known[known] = self.terms[columns[known]] == terms[known]
        papers = len(index.papers)
        return unit_rows(rows[known], columns[known], counts[known], self.idf, papers)

    def spell(self, column: int) -> tuple[str, ...]:
        """Return the stems of a term by its column."""
        return stems_of(int(self.terms[column]), self.vocabulary.stems)


def learn(papers: Sequence[Paper], topics: Iterable[Topic]) -> Background:
    """Return what papers teach, the newest `MOST_PAPERS` of them.

    A topic's centroid is the mean TF-IDF vector of the papers with one of its phrases in the title,
    minus the mean of all papers (Rocchio's method; Manning, Raghavan and Schütze, "Introduction to
    Information Retrieval", 2008, §9.1.1, with all other papers as not relevant).
    """
    newest = sorted(papers, key=lambda paper: (paper.day, paper.id))[-MOST_PAPERS:]
    if not newest:
        return Background()
    vocabulary = Vocabulary()
    rows, terms, counts = term_counts(*_read(newest, vocabulary))
    distinct, columns, papers_with = np.unique(terms, return_inverse=True, return_counts=True)
    stems = vocabulary.stems
    is_kept = papers_with >= FEWEST
    is_counted = is_kept | (distinct < PAIRS)
    spelled = [stems_of(term, stems) for term in distinct[is_counted].tolist()]
    word_counts = WordCounts(
        papers=len(newest),
        papers_with={
            " ".join(term): number
            for term, number in zip(spelled, papers_with[is_counted].tolist(), strict=True)
        },
    )
    new_column = np.cumsum(is_counted) - 1
    counted = is_counted[columns]
    weights = term_weights(spelled, word_counts)
    usual = unit_rows(
        rows[counted], new_column[columns[counted]], counts[counted], weights, len(newest)
    )
    word_counts = replace(word_counts, means=usual_means(usual, spelled))
    new_column = np.cumsum(is_kept) - 1
    kept = is_kept[columns]
    idf = idf_of(len(newest), papers_with[is_kept])
    vectors = unit_rows(rows[kept], new_column[columns[kept]], counts[kept], idf, len(newest))
    return Background(
        counts=word_counts,
        vocabulary=vocabulary,
        terms=distinct[is_kept],
        idf=idf,
        centroids=_centroids(newest, topics, vectors, vocabulary),
    )


def _centroids(
    papers: Sequence[Paper], topics: Iterable[Topic], vectors: sp.csr_array, vocabulary: Vocabulary
) -> dict[str, Centroid]:
    titles = PaperIndex(papers, vocabulary, places=(Place.TITLE,))
    everything = np.asarray(vectors.mean(axis=0)).ravel()
    found = {}
    for topic in topics:
        is_example = np.zeros(len(papers), np.bool_)
        for entry in topic.words_in:
            is_example[_fitting(titles, parse_leniently(entry))] = True
        centroid = _centroid(vectors, is_example, everything)
        if centroid:
            in_category = {
                category: np.array([category in paper.categories for paper in papers])
                for category in topic.categories
            }
            categories = {
                category: _log_lift(has, is_example) for category, has in in_category.items()
            }
            found[topic.slug] = replace(centroid, categories=categories)
    return found


def _fitting(titles: PaperIndex, query: Query) -> list[int]:
    """Return the papers whose titles fit a query; a title that has a word of free text does not."""
    if isinstance(query, Text):
        return []
    if isinstance(query, Term):
        return list(titles.find(query.phrase).rows)
    singular_titles = titles.in_form(singular)
    rows_with = {phrase: set(titles.find(phrase).rows.tolist()) for phrase in query.phrases()}
    rows_with |= {
        phrase: set(singular_titles.find(phrase).rows.tolist()) for phrase in query.excluded()
    }
    some = set().union(*(rows_with[phrase] for phrase in query.phrases()))

    def fits(row: int) -> bool:
        return query.evaluate(lambda phrase: row in rows_with[phrase])

    return sorted(filter(fits, some))


def _centroid(
    vectors: sp.csr_array, is_example: NDArray[np.bool_], everything: Floats
) -> Centroid | None:
    """Return the centroid of the examples; None if they or the others are few, or all alike."""
    examples = int(is_example.sum())
    if min(examples, len(is_example) - examples) < _FEWEST_EXAMPLES:
        return None
    of_topic = vectors[is_example]
    mean = np.asarray(of_topic.mean(axis=0)).ravel()
    length = float(np.linalg.norm(mean - everything))
    if not length:
        return None
    # An example's cosine to the mean of the other examples: its own part has a cosine of one.
    to_mean = (examples * (of_topic @ mean) - 1) / (examples - 1)
    of_examples = float((to_mean - of_topic @ everything).mean()) / length
    weights = (mean - everything) / length
    of_others = float((vectors[~is_example] @ weights).mean())
    if of_examples - of_others < _LEAST_APART:
        return None
    return Centroid(
        examples=examples, weights=weights, of_examples=of_examples, of_others=of_others
    )


def _log_lift(has: NDArray[np.bool_], is_example: NDArray[np.bool_]) -> float:
    """Return the logarithm of how many times more often examples have something than others.

    Laplace's one is added to what was seen and to what was expected, so that it is near 0 for what
    few papers have.
    """
    share = float(has.mean())
    of_examples, of_others = (
        (int(has[of].sum()) + 1) / (share * int(of.sum()) + 1) for of in (is_example, ~is_example)
    )
    return math.log(of_examples / of_others)


def _read(
    papers: Sequence[Paper], vocabulary: Vocabulary
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Return all words, the text of each, and the paper and the place of each text."""
    words: list[int] = []
    lengths: list[int] = []
    row_of_text: list[int] = []
    place_of_text: list[int] = []
    for row, paper in enumerate(papers):
        for place, text in texts_of(paper):
            numbers = vocabulary.spellings.usual(text)
            words += numbers
            lengths.append(len(numbers))
            row_of_text.append(row)
            place_of_text.append(place)
    return (
        vocabulary.stem_numbers(words),
        np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        np.array(row_of_text, np.int32),
        np.array(place_of_text, np.int8),
    )
