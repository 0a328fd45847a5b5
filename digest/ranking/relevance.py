"""How much a paper is about a topic: BM25 over its words and phrases, weighted by field.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009), eq. 3.15, with a non-negative idf; a phrase counts like a word. Title words count twice,
in the frequency and in the length.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from digest.ranking.terms import Stemmed, runs, singulars, stems, words

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic

K1 = 1.2
B = 0.75
TITLE_WEIGHT = 2
#: What a category or a followed author is worth, on the scale of BM25 (a rare word in the title
#: of a paper comes to about 4). A followed author outweighs any words.
CATEGORY_WORTH = 1.0
AUTHOR_WORTH = 40.0
#: The BM25 score at which relevance is one half.
HALF = 5.0

Phrase = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Match:
    """A paper that is about a topic, and by what.

    `relevance` is in 0..1. The words are quoted from the paper, in the order of the topic's.
    """

    paper: Paper
    relevance: float
    title_words: tuple[str, ...] = ()
    abstract_words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    trending: bool = False


def match(papers: Sequence[Paper], topics: Sequence[Topic]) -> list[list[Match]]:
    """Return, for each topic, the papers about it, in the order of the input."""
    corpus = _Corpus(papers, _phrases(topics))
    return [_match_topic(corpus, papers, topic) for topic in topics]


def bm25(
    papers: Sequence[Paper], query: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the BM25 score of every paper for a query of words and phrases, shape (papers,)."""
    phrases = dict.fromkeys(tuple(stems(word)) for word in query)
    phrases.pop((), None)
    corpus = _Corpus(papers, set(phrases))
    return corpus.scores(phrases)


def excluded(papers: Iterable[Paper], words_out: Iterable[str]) -> set[str]:
    """Return the ids of the papers that hold one of the words, in the singular or plural."""
    phrases = {tuple(singulars(word)) for word in words_out} - {()}
    return {paper.id for paper in papers if phrases and _is_excluded(paper, phrases)}


def _phrases(topics: Iterable[Topic]) -> set[Phrase]:
    found = {tuple(stems(word)) for topic in topics for word in topic.words_in}
    return found - {()}


class _Field:
    """A paper's title or abstract, and how often each phrase occurs in it."""

    def __init__(self, text: str, phrases: Container[Phrase], longest: int) -> None:
        self._text = Stemmed.of(text)
        self.length = len(self._text.stems)
        self.counts = Counter(run for run in runs(self._text.stems, longest) if run in phrases)

    def quotes(self, phrases: Iterable[Phrase]) -> tuple[str, ...]:
        """Quote those of the phrases that occur, without parts of longer ones, each once."""
        present = [phrase for phrase in phrases if phrase in self.counts]
        whole = [
            phrase
            for phrase in present
            if not any(phrase != other and _part_of(phrase, other) for other in present)
        ]
        spelled = [self._text.quote(phrase) for phrase in whole]
        return tuple({quote.casefold().rstrip("s"): quote for quote in reversed(spelled)}.values())[
            ::-1
        ]


class _Corpus:
    """How often each phrase occurs in each paper, and what that is worth."""

    def __init__(self, papers: Sequence[Paper], phrases: set[Phrase]) -> None:
        self.column = {phrase: index for index, phrase in enumerate(sorted(phrases))}
        longest = max(map(len, phrases), default=0)
        self.titles = [_Field(paper.title, self.column, longest) for paper in papers]
        self.abstracts = [_Field(paper.abstract, self.column, longest) for paper in papers]
        self._worth = self._weigh()

    def scores(self, phrases: Iterable[Phrase]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Sum the worth of some phrases for every paper, shape (papers,)."""
        columns = [self.column[phrase] for phrase in phrases]
        total: np.ndarray[tuple[int], np.dtype[np.float64]] = np.asarray(
            self._worth[:, columns].sum(axis=1), dtype=np.float64
        ).reshape(-1)
        return total

    def _weigh(self) -> sp.csc_array:
        """Return BM25's weight of each phrase in each paper, shape (papers, phrases)."""
        rows, columns, values = [], [], []
        lengths = np.zeros(len(self.titles))
        for row, (title, abstract) in enumerate(zip(self.titles, self.abstracts, strict=True)):
            lengths[row] = TITLE_WEIGHT * title.length + abstract.length
            for phrase in sorted(title.counts.keys() | abstract.counts.keys()):
                rows.append(row)
                columns.append(self.column[phrase])
                values.append(TITLE_WEIGHT * title.counts[phrase] + abstract.counts[phrase])
        shape = (len(lengths), len(self.column))
        if not values:
            return sp.csc_array(shape, dtype=np.float64)
        frequency = np.array(values, dtype=np.float64)
        holding = np.bincount(columns, minlength=shape[1])
        idf = np.log1p((shape[0] - holding + 0.5) / (holding + 0.5))
        norm = 1 - B + B * lengths / max(lengths.mean(), 1.0)
        worth = idf[columns] * frequency * (K1 + 1) / (frequency + K1 * norm[rows])
        return sp.csc_array((worth, (rows, columns)), shape=shape)


def _match_topic(corpus: _Corpus, papers: Sequence[Paper], topic: Topic) -> list[Match]:
    phrases = list(dict.fromkeys(tuple(stems(word)) for word in topic.words_in if words(word)))
    scores = corpus.scores(phrases)
    wanted = {" ".join(words(name)): name for name in topic.authors}
    gone = excluded(papers, topic.words_out)
    found = []
    for index, paper in enumerate(papers):
        title_words = corpus.titles[index].quotes(phrases)
        abstract_words = corpus.abstracts[index].quotes(phrases)
        categories = tuple(c for c in topic.categories if c in paper.categories)
        authors = tuple(a for a in paper.authors if wanted and " ".join(words(a)) in wanted)
        if not (topic.trending or title_words or abstract_words or categories or authors):
            continue
        if paper.id in gone:
            continue
        score = scores[index] + CATEGORY_WORTH * bool(categories) + AUTHOR_WORTH * bool(authors)
        found.append(
            Match(
                paper=paper,
                relevance=1.0 if topic.trending else float(score / (score + HALF)),
                title_words=title_words,
                abstract_words=_others(abstract_words, title_words),
                categories=categories,
                authors=authors,
                trending=topic.trending,
            )
        )
    return found


def _others(quotes: Iterable[str], said: Iterable[str]) -> tuple[str, ...]:
    """Return the quotes that do not repeat what has been said, in whatever form."""
    known = [tuple(stems(quote)) for quote in said]
    return tuple(
        quote
        for quote in quotes
        if not any(_part_of(tuple(stems(quote)), whole) for whole in known)
    )


def _part_of(part: Phrase, whole: Phrase) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _is_excluded(paper: Paper, phrases: set[Phrase]) -> bool:
    longest = max(map(len, phrases))
    return any(
        run in phrases
        for text in (paper.title, paper.abstract)
        for run in runs(singulars(text), longest)
    )
