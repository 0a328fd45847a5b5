"""How much a paper is about a topic: BM25 over words and phrases, with a weight for the title.

BM25 is Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
eq. 3.15, with `ln(1 + ...)` as the idf so that it is never negative. A phrase counts like a word.
Title words count twice, in the term frequency and in the length (BM25F, ibid. §3.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.ranking.stemming import singular
from digest.ranking.terms import (
    Phrase,
    Phrases,
    StemmedText,
    excluding_phrase,
    phrase,
    stems,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic

#: How soon repeated words stop to add to the score; the usual value.
K1 = 1.2
#: How much long texts are discounted, in 0..1; the usual value.
B = 0.75
TITLE_WEIGHT = 2
#: What a category or a followed author adds to the BM25 score. A rare word in the title of a
#: paper adds about 4. A followed author outweighs any words.
CATEGORY_WEIGHT = 1.0
AUTHOR_WEIGHT = 40.0
#: The score at which relevance is one half.
HALF_RELEVANCE = 5.0

#: A score for each paper, shape (papers,).
Scores = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Match:
    """A paper that is about a topic, and what it matched by.

    `relevance` is in 0..1. Words are quoted as the paper spells them, in the order of the topic.
    """

    paper: Paper
    relevance: float
    title_words: tuple[str, ...] = ()
    abstract_words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    #: whether the topic takes every paper
    trending: bool = False


def match(papers: Sequence[Paper], topics: Sequence[Topic]) -> list[list[Match]]:
    """Return, for each topic, the papers about it, in the order of the input."""
    corpus = _Corpus(papers, _phrases(topics))
    return [_match_topic(corpus, papers, topic) for topic in topics]


def bm25(papers: Sequence[Paper], query: Sequence[str]) -> Scores:
    """Return the BM25 score of every paper for a query of words and phrases."""
    phrases = dict.fromkeys(filter(None, map(phrase, query)))
    corpus = _Corpus(papers, set(phrases))
    return corpus.scores(phrases)


def excluded(papers: Iterable[Paper], words_out: Iterable[str]) -> set[str]:
    """Return the ids of the papers that hold one of the words, in the singular or plural."""
    phrases = Phrases(map(excluding_phrase, words_out))
    return {paper.id for paper in papers if phrases.firsts and _is_excluded(paper, phrases)}


def _phrases(topics: Iterable[Topic]) -> set[Phrase]:
    found = (phrase(word) for topic in topics for word in topic.words_in)
    return set(filter(None, found))


class _Field:
    """A paper's title or abstract, and how often each phrase occurs in it."""

    def __init__(self, text: str, phrases: Phrases) -> None:
        self._text = StemmedText.of(text)
        #: in words
        self.length = self._text.length
        self.counts = self._text.counts(phrases)

    def quotes(self, phrases: Iterable[Phrase]) -> tuple[str, ...]:
        """Quote each of the phrases that occurs once; parts of longer ones are left out."""
        present = [phrase for phrase in phrases if phrase in self.counts]
        longest = [
            phrase
            for phrase in present
            if not any(phrase != other and _is_part(phrase.stems, other.stems) for other in present)
        ]
        quotes = [self._text.quote(phrase) for phrase in longest]
        # Two quotes that differ in case or plural are one: the first is kept, in its place.
        distinct = {quote.casefold().rstrip("s"): quote for quote in reversed(quotes)}
        return tuple(distinct.values())[::-1]


class _Corpus:
    """How often each phrase occurs in each paper, and the BM25 weights of that."""

    def __init__(self, papers: Sequence[Paper], phrases: set[Phrase]) -> None:
        self.column = {phrase: index for index, phrase in enumerate(sorted(phrases))}
        looked_for = Phrases(self.column)
        self.titles = [_Field(paper.title, looked_for) for paper in papers]
        self.abstracts = [_Field(paper.abstract, looked_for) for paper in papers]
        self._weights = self._bm25_weights()

    def scores(self, phrases: Iterable[Phrase]) -> Scores:
        """Return the sum of the phrases' weights for every paper."""
        columns = [self.column[phrase] for phrase in phrases]
        total: Scores = np.asarray(self._weights[:, columns].sum(axis=1), dtype=np.float64).reshape(
            -1
        )
        return total

    def _bm25_weights(self) -> sp.csc_array:
        """Return BM25's weight of each phrase in each paper, shape (papers, phrases)."""
        rows, columns, values = [], [], []
        lengths = np.zeros(len(self.titles))
        for row, (title, abstract) in enumerate(zip(self.titles, self.abstracts, strict=True)):
            lengths[row] = TITLE_WEIGHT * title.length + abstract.length
            for found in sorted(title.counts.keys() | abstract.counts.keys()):
                rows.append(row)
                columns.append(self.column[found])
                values.append(TITLE_WEIGHT * title.counts[found] + abstract.counts[found])
        shape = (len(lengths), len(self.column))
        if not values:
            return sp.csc_array(shape, dtype=np.float64)
        frequency = np.array(values, dtype=np.float64)
        document_frequency = np.bincount(columns, minlength=shape[1])
        idf = np.log1p((shape[0] - document_frequency + 0.5) / (document_frequency + 0.5))
        length_norm = 1 - B + B * lengths / max(lengths.mean(), 1.0)
        weights = idf[columns] * frequency * (K1 + 1) / (frequency + K1 * length_norm[rows])
        return sp.csc_array((weights, (rows, columns)), shape=shape)


def _match_topic(corpus: _Corpus, papers: Sequence[Paper], topic: Topic) -> list[Match]:
    phrases = list(dict.fromkeys(filter(None, map(phrase, topic.words_in))))
    scores = corpus.scores(phrases)
    followed = {" ".join(words(name)) for name in topic.authors}
    removed = excluded(papers, topic.words_out)
    found = []
    for index, paper in enumerate(papers):
        title_words = corpus.titles[index].quotes(phrases)
        abstract_words = corpus.abstracts[index].quotes(phrases)
        categories = tuple(c for c in topic.categories if c in paper.categories)
        authors = tuple(a for a in paper.authors if followed and " ".join(words(a)) in followed)
        if not (topic.trending or title_words or abstract_words or categories or authors):
            continue
        if paper.id in removed:
            continue
        score = scores[index] + CATEGORY_WEIGHT * bool(categories) + AUTHOR_WEIGHT * bool(authors)
        found.append(
            Match(
                paper=paper,
                relevance=1.0 if topic.trending else float(score / (score + HALF_RELEVANCE)),
                title_words=title_words,
                abstract_words=_without(abstract_words, title_words),
                categories=categories,
                authors=authors,
                trending=topic.trending,
            )
        )
    return found


def _without(quotes: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the quotes whose stems are in none of the other quotes."""
    known = [tuple(stems(quote)) for quote in others]
    return tuple(
        quote
        for quote in quotes
        if not any(_is_part(tuple(stems(quote)), whole) for whole in known)
    )


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _is_excluded(paper: Paper, phrases: Phrases) -> bool:
    texts = (paper.title, paper.abstract)
    return any(StemmedText.of(text, singular).counts(phrases) for text in texts)
