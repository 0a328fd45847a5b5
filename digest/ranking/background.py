"""What the papers of the last weeks teach: how common words are, and how a topic's papers are.

One day is too small to tell a rare word from a chance. And a topic's papers have words in common
that nobody lists: a paper on tomography need not say "medical".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from digest.models.issue import WordCounts
from digest.ranking.centroid import AllPapers, blend
from digest.ranking.examples import named_in
from digest.ranking.index import PaperIndex, Place, texts_of
from digest.ranking.query import Example, Term, Text, parse_leniently
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
    from digest.ranking.centroid import Centroid
    from digest.ranking.query import Query
    from subscribers.models import Topic

    Floats = NDArray[np.float64]

#: How many days before an edition its background begins.
DAYS = 60
#: The most papers of a background, the newest: more change nothing, and take seconds.
MOST_PAPERS = 6_000
#: With fewer earlier papers, examples are compared with those of the day too.
_FEW_PAPERS = 1_000


@dataclass(frozen=True, kw_only=True)
class Background:
    """What the papers before an edition teach."""

    counts: WordCounts = field(default_factory=WordCounts)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    #: the terms that vectors consist of: stems and pairs of neighbouring stems, ascending
    terms: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    #: by term
    idf: Floats = field(default_factory=lambda: np.empty(0))
    #: by the topic's slug; topics of few papers have none
    centroids: Mapping[str, Centroid] = field(default_factory=dict)
    #: the papers whose texts are known, by the ids that topics name as examples
    examples: Mapping[str, Paper] = field(default_factory=dict)

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


def learn(
    papers: Sequence[Paper],
    topics: Iterable[Topic],
    *,
    examples: Mapping[str, Paper] | None = None,
    of_day: Sequence[Paper] = (),
) -> Background:
    """Return what papers teach, the newest `MOST_PAPERS` of them.

    Args:
        papers: those of the days before.
        topics: those whose papers are looked for among them; see `digest.ranking.centroid`.
        examples: the papers that topics name as examples, by these ids, as far as they are known.
        of_day: what examples are compared with too as long as hardly any papers are known. It is
            not counted.

    """
    newest = sorted(papers, key=lambda paper: (paper.day, paper.id))[-MOST_PAPERS:]
    examples = examples or {}
    if examples and len(newest) < _FEW_PAPERS:
        known = {paper.id for paper in newest}
        others = [paper for paper in of_day if paper.id not in known]
        return replace(_learn([*newest, *others], topics, examples), counts=_learn(newest).counts)
    return _learn(newest, topics, examples)


def _learn(
    papers: Sequence[Paper],
    topics: Iterable[Topic] = (),
    examples: Mapping[str, Paper] = MappingProxyType({}),
) -> Background:
    if not papers:
        return Background(examples=examples)
    vocabulary = Vocabulary()
    rows, terms, counts = term_counts(*_read(papers, vocabulary))
    distinct, columns, papers_with = np.unique(terms, return_inverse=True, return_counts=True)
    stems = vocabulary.stems
    is_kept = papers_with >= FEWEST
    is_counted = is_kept | (distinct < PAIRS)
    spelled = [stems_of(term, stems) for term in distinct[is_counted].tolist()]
    word_counts = WordCounts(
        papers=len(papers),
        papers_with={
            " ".join(term): number
            for term, number in zip(spelled, papers_with[is_counted].tolist(), strict=True)
        },
    )
    new_column = np.cumsum(is_counted) - 1
    counted = is_counted[columns]
    weights = term_weights(spelled, word_counts)
    usual = unit_rows(
        rows[counted], new_column[columns[counted]], counts[counted], weights, len(papers)
    )
    word_counts = replace(word_counts, means=usual_means(usual, spelled))
    new_column = np.cumsum(is_kept) - 1
    kept = is_kept[columns]
    idf = idf_of(len(papers), papers_with[is_kept])
    vectors = unit_rows(rows[kept], new_column[columns[kept]], counts[kept], idf, len(papers))
    found = Background(
        counts=word_counts,
        vocabulary=vocabulary,
        terms=distinct[is_kept],
        idf=idf,
        examples=examples,
    )
    return replace(found, centroids=_centroids(papers, topics, vectors, found))


def _centroids(
    papers: Sequence[Paper], topics: Iterable[Topic], vectors: sp.csr_array, known: Background
) -> dict[str, Centroid]:
    titles = PaperIndex(papers, known.vocabulary, places=(Place.TITLE,))
    all_papers = AllPapers(vectors)
    row_of = {paper.id: row for row, paper in enumerate(known.examples.values())}
    of_examples = known.vectors(PaperIndex([*known.examples.values()], known.vocabulary))
    found = {}
    for topic in topics:
        fits = np.zeros(len(papers), np.bool_)
        for entry in topic.words_in:
            fits[_fitting(titles, parse_leniently(entry))] = True
        by_title = all_papers.centroid(fits)
        if by_title:
            in_category = {
                category: np.array([category in paper.categories for paper in papers])
                for category in topic.categories
            }
            categories = {category: _log_lift(has, fits) for category, has in in_category.items()}
            by_title = replace(by_title, categories=categories)
        rows = {row_of[paper.id] for paper in named_in(topic.words_in, known.examples)}
        centroid = blend(by_title, all_papers.centroid_of_examples(of_examples[sorted(rows)]))
        if centroid:
            found[topic.slug] = centroid
    return found


def _fitting(titles: PaperIndex, query: Query) -> list[int]:
    """Return the papers whose titles fit a query; a title that has a word of free text does not."""
    if isinstance(query, Text | Example):
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
