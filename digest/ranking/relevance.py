"""How much each paper is about a topic: an estimate, in 0..1, that holds across topics.

Three kinds of evidence are added up, as log-odds: the topic's words, by how rare they are and by
where in the paper they stand; how close the paper is to the topic's papers of the last weeks; and
what the topic names beside words, which are categories, people and institutions. The logistic
function of the sum is the relevance (logistic regression). Its constants were fitted to papers
whose topics people had judged; `docs/ranking.md` says how. So 0.7 means the same for every topic,
and a paper goes to the topic that it fits best.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from digest.models.issue import WordCounts
from digest.ranking import free_text
from digest.ranking.cache import LruCache
from digest.ranking.evidence import Evidence
from digest.ranking.index import PaperIndex, Place
from digest.ranking.query import Text, parse_leniently
from digest.ranking.terms import Phrase, stems, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.background import Background
    from subscribers.models import Topic

    Floats = NDArray[np.float64]

#: Log-odds of a paper without any evidence, and what a rare word in its title adds. The first pair
#: is for topics whose papers of the last weeks are known, the second for others.
_WITH_CENTROID = (-3.5, 4.1)
_WORDS_ALONE = (-2.9, 8.5)
#: Log-odds for each standard deviation by which a paper is closer than usual to a topic's papers.
_CLOSENESS = 1.5
#: A centroid of so many papers is trusted by one half.
_HALF_TRUSTED = 10.0
#: Log-odds of a category. A topic that has nothing else means its categories.
_CATEGORY, _CATEGORY_ALONE = 1.0, 4.0
#: Log-odds of a followed name: more than any words.
_AUTHOR = 40.0

#: A paper below this relevance is not about a topic. Without a centroid less is known, and so less
#: is left out.
FLOOR, FLOOR_OF_WORDS_ALONE = 0.15, 0.08
#: A paper without any of a topic's words must be so relevant.
FLOOR_WITHOUT_WORDS = 0.3
#: Terms of a centroid that are named as reasons have this part in the closeness, at least.
_TELLING = 0.02
#: So many of them are named, of so many that are looked at.
_MOST_CLOSE, _LOOKED_AT = 3, 12
#: Of so many lists of entries the phrases are remembered, and of so many quotes the stems.
_REMEMBERED = 1_000
#: Stems that say nothing by themselves.
_NOT_TELLING = frozenset(stems("and for from the with via model method approach paper task using"))


@dataclass(frozen=True, kw_only=True)
class Match:
    """A paper that is about a topic, and what it matched by.

    `relevance` is in 0..1. Words are quoted as the paper spells them, in the order of the topic.
    """

    paper: Paper
    relevance: float
    title_words: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    abstract_words: tuple[str, ...] = ()
    #: what it has in common with the topic's papers of the last weeks
    close_by: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: people or institutions
    authors: tuple[str, ...] = ()
    #: whether the topic takes every paper
    trending: bool = False


class Relevance:
    """How much the papers of an index are about topics."""

    def __init__(self, papers: Sequence[Paper], background: Background) -> None:
        """Read the papers; the background is what the papers before them teach."""
        #: those with the larger id first, as everywhere on a tie
        self.papers = sorted(papers, key=lambda paper: paper.id, reverse=True)
        self.index = PaperIndex(self.papers, background.vocabulary)
        self.evidence = Evidence(self.index, background.counts)
        self._background = background
        self._phrases: LruCache[tuple[Phrase, ...]] = LruCache(_REMEMBERED)

    def of(self, topic: Topic) -> tuple[Floats, NDArray[np.bool_]]:
        """Return a topic's relevance for each paper, and which papers are about it.

        Both have the shape (papers,).
        """
        papers = len(self.papers)
        if topic.trending:
            return np.ones(papers), ~self.evidence.excludes(topic.words_out)
        strength = np.sum(
            [np.zeros(papers), *map(self.evidence.of, topic.words_in)], axis=0, dtype=np.float64
        )
        centroid = self._background.centroids.get(topic.slug)
        trust = centroid.examples / (centroid.examples + _HALF_TRUSTED) if centroid else 0.0
        log_odds = (1 - trust) * (_WORDS_ALONE[0] + _WORDS_ALONE[1] * strength)
        floor = (1 - trust) * FLOOR_OF_WORDS_ALONE + trust * FLOOR
        if centroid:
            closeness = (self._vectors @ centroid.weights - centroid.mean) / centroid.deviation
            log_odds += trust * (
                _WITH_CENTROID[0] + _WITH_CENTROID[1] * strength + _CLOSENESS * closeness
            )
        in_category = self._holds(topic.categories, lambda paper: paper.categories)
        followed = map(folded_name, topic.authors)
        by_name = self._holds(followed, lambda paper: map(folded_name, names_of(paper)))
        log_odds += in_category * (_CATEGORY if topic.words_in else _CATEGORY_ALONE)
        log_odds += by_name * _AUTHOR
        has_words = (strength > 0) | (in_category > 0) | (by_name > 0)
        relevance, is_match = _judge(log_odds, has_words, floor)
        return relevance, is_match & ~self.evidence.excludes(topic.words_out)

    def match(self, topic: Topic, row: int, relevance: float) -> Match:
        """Return what a paper matched a topic by."""
        paper = self.papers[row]
        if topic.trending:
            return Match(paper=paper, relevance=relevance, trending=True)
        phrases = self._phrases_of(topic)
        quoted = {phrase: quotes for phrase in phrases if (quotes := self.index.quote(phrase, row))}
        title = _quotes(quoted, Place.TITLE)
        keywords = _quotes(quoted, Place.KEYWORDS)
        abstract = _quotes(quoted, Place.SUMMARY) or _quotes(quoted, Place.ABSTRACT)
        followed = set(map(folded_name, topic.authors))
        return Match(
            paper=paper,
            relevance=relevance,
            title_words=title,
            keywords=_without(keywords, title),
            abstract_words=_without(abstract, (*title, *keywords)),
            close_by=self._close_by(topic, row, (*title, *keywords, *abstract)),
            categories=tuple(c for c in topic.categories if c in paper.categories),
            authors=tuple(n for n in names_of(paper) if followed and folded_name(n) in followed),
        )

    @cached_property
    def _vectors(self) -> sp.csr_array:
        return self._background.vectors(self.index)

    def _holds(self, wanted: Iterable[str], of: Callable[[Paper], Iterable[str]]) -> Floats:
        """Return 1 for each paper that has one of some values, else 0; shape (papers,)."""
        values = frozenset(wanted)
        return np.array(
            [bool(values) and not values.isdisjoint(of(paper)) for paper in self.papers], np.float64
        )

    def _phrases_of(self, topic: Topic) -> tuple[Phrase, ...]:
        entries = topic.words_in
        every = (phrase for entry in entries for phrase in parse_leniently(entry).phrases())
        return self._phrases.get(entries, lambda: tuple(dict.fromkeys(every)))

    def _close_by(self, topic: Topic, row: int, quoted: Iterable[str]) -> tuple[str, ...]:
        """Quote the words that a paper has in common with a topic's papers of the last weeks.

        Words that were quoted already are left out.
        """
        centroid = self._background.centroids.get(topic.slug)
        if centroid is None:
            return ()
        vectors = self._vectors
        part = slice(*vectors.indptr[row : row + 2])
        shares = vectors.data[part] * centroid.weights[vectors.indices[part]]
        known = {stem for quote in quoted for stem in stems(quote)}
        found: list[str] = []
        for at in np.argsort(-shares, kind="stable")[:_LOOKED_AT]:
            if len(found) == _MOST_CLOSE or shares[at] < _TELLING:
                break
            term = self._background.spell(int(vectors.indices[part][at]))
            is_telling = any(len(stem) > 2 and stem not in _NOT_TELLING for stem in term)
            if not is_telling or not known.isdisjoint(term):
                continue
            if quotes := self.index.quote(Phrase(term, term), row):
                found.append(quotes[min(quotes)])
                known |= set(term)
        return tuple(found)


def of_words_alone(
    strength: Floats, by_name: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the relevance for words and names without a centroid, and what is about them.

    `strength` is what the words' evidence adds up to, and `by_name` whether someone who is followed
    is there. Both may be of many readers at once; the shape stays.
    """
    log_odds = _WORDS_ALONE[0] + _WORDS_ALONE[1] * strength + by_name * _AUTHOR
    return _judge(log_odds, (strength > 0) | by_name, FLOOR_OF_WORDS_ALONE)


def _judge(
    log_odds: Floats, has_words: NDArray[np.bool_], floor: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the relevance, and where it is enough."""
    relevance = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return relevance, relevance >= np.where(has_words, floor, FLOOR_WITHOUT_WORDS)


def bm25(papers: Sequence[Paper], query: Sequence[str], counts: WordCounts | None = None) -> Floats:
    """Return how well papers answer a text of these words; shape (papers,).

    `counts` tell rare words from common ones; without them only these papers do.
    """
    text = " ".join(query)
    if not words(text):
        return np.zeros(len(papers))
    return free_text.strength(Evidence(PaperIndex(papers), counts or WordCounts()), Text(text))


def _quotes(quoted: Mapping[Phrase, Mapping[Place, str]], place: Place) -> tuple[str, ...]:
    """Return the quotes of phrases that occur in a place; parts of longer ones are left out."""
    present = {phrase: quotes[place] for phrase, quotes in quoted.items() if place in quotes}
    if len(present) < 2:
        return tuple(present.values())
    quotes = [
        quote
        for phrase, quote in present.items()
        if not any(phrase != other and _is_part(phrase.stems, other.stems) for other in present)
    ]
    # Two quotes that differ in case or plural are one: the first is kept, in its place.
    distinct = {quote.casefold().rstrip("s"): quote for quote in reversed(quotes)}
    return tuple(distinct.values())[::-1]


def names_of(paper: Paper) -> Iterator[str]:
    """Return the people and the institution of a paper, which can be followed."""
    yield from paper.authors
    if paper.organization:
        yield paper.organization


def folded_name(name: str) -> str:
    """Return a name as it is compared: without case, accents and punctuation."""
    return " ".join(words(name))


def _without(quotes: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the quotes whose stems are in none of the other quotes."""
    known = [_stems(quote) for quote in others]
    return tuple(
        quote for quote in quotes if not any(_is_part(_stems(quote), whole) for whole in known)
    )


@lru_cache(_REMEMBERED)
def _stems(quote: str) -> tuple[str, ...]:
    return tuple(stems(quote))


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))
