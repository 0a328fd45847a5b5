"""How much each paper is about a topic: an estimate, in 0..1, that holds across topics.

Three kinds of evidence are added up, as log-odds: the topic's words, by how rare they are and by
where in the paper they stand; how close the paper is to the topic's papers of the last weeks; and
what the topic names beside words, which are categories, people and institutions. The logistic
function of the sum is the relevance (logistic regression). Its constants were fitted to papers
whose topics people had judged; `docs/ranking.md` says how. So 0.7 means the same for every topic,
and a paper goes to the topic that it fits best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.evidence import Evidence
from digest.ranking.examples import Examples
from digest.ranking.index import PaperIndex, Place
from digest.ranking.query import Example, Term, parse_leniently, without_examples
from digest.ranking.quotes import all_stems, first_quotes, quote
from digest.ranking.stemming import stem
from digest.ranking.terms import Phrase, folded_name, is_part, stems, words
from subscribers.models import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.background import Background
    from digest.ranking.centroid import Centroid
    from digest.ranking.semantic import Semantics
    from subscribers.models import Topic

    Floats = NDArray[np.float64]
    #: by phrase, how a paper spells it in each place
    Quotes = Mapping[Phrase, Mapping[Place, str]]

#: Log-odds of a paper without any evidence, and what the rarest word in its title adds. The first
#: pair is for topics whose papers of the last weeks are known, the second for others.
_WITH_CENTROID = (-4.2, 4.8)
_WORDS_ALONE = (-3.0, 9.5)
#: Log-odds of a paper that is as close to a topic's papers as these are to each other.
_CLOSENESS = 3.7
#: For a topic that has examples and no words: log-odds of a paper that is like all others, and of
#: one that is as close as its papers are to each other, were the examples trusted fully.
_EXAMPLES_ALONE = (-3.0, 4.6)
#: With sentence vectors: an intercept, and what the log-odds of words and closeness and each
#: standard deviation of the topic's contrast count.
_MEANING = (-0.4, 0.9, 0.8)
#: Log-odds of a category: at least, and at most where a topic's papers show that it says more. A
#: topic that has nothing else means its categories.
_CATEGORY, _TELLING_CATEGORY, _CATEGORY_ALONE = 1.0, 3.0, 4.0
#: Log-odds of a followed name: more than any words.
_AUTHOR = 40.0

#: A paper below this relevance is not about a topic. A subscriber's own words are only theirs, so
#: less is left out: a paper that mentions one of them in passing fills a day that is not full.
FLOOR, FLOOR_OF_OWN_WORDS = 0.2, 0.1
#: A paper without any of a topic's words must be so relevant.
FLOOR_WITHOUT_WORDS = 0.3
#: A term is named as a reason if it makes this part of what brings a paper close to a topic.
_TELLING = 0.04
#: A term that is in one of so many papers, or in more, says nothing by itself.
_COMMON = 10
#: So many of them are named, of so many that are looked at.
_MOST_CLOSE, _LOOKED_AT = 3, 12
#: Of so many lists of entries the phrases are remembered, and of so many quotes the stems.
_REMEMBERED = 1_000

_NO_BRACKETS = str.maketrans("()[]{}", " " * 6)


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
    #: those that the summary in one sentence has and the abstract has not
    summary_words: tuple[str, ...] = ()
    #: what it has in common with the topic's papers of the last weeks, or with its examples
    close_by: tuple[str, ...] = ()
    #: the title of the example that it is most like
    example: str = ""
    #: whether the topic consists of examples
    by_example: bool = False
    categories: tuple[str, ...] = ()
    #: people or institutions
    authors: tuple[str, ...] = ()
    #: whether the topic takes every paper
    trending: bool = False
    #: whether the topic is a subscriber's own
    is_own: bool = False


class Relevance:
    """How much the papers of an index are about topics."""

    def __init__(
        self, papers: Sequence[Paper], background: Background, semantics: Semantics | None = None
    ) -> None:
        """Read the papers; the background is what the papers before them teach.

        With `semantics`, what papers mean counts beside their words.
        """
        #: those with the larger id first, as everywhere on a tie
        self.papers = sorted(papers, key=lambda paper: paper.id, reverse=True)
        self.index = PaperIndex(self.papers, background.vocabulary)
        self._semantics = semantics
        self._meaning = semantics.of(self.papers) if semantics else None
        answers = self._meaning.answers if self._meaning else None
        self.evidence = Evidence(self.index, background.counts, answers)
        self._background = background

    def packed_vectors(self) -> dict[str, bytes]:
        """Return the papers' sentence vectors as bytes, by id; empty without `semantics`."""
        if self._semantics is None:
            return {}
        return self._semantics.vectors.packed(paper.id for paper in self.papers)

    def of(self, topic: Topic) -> tuple[Floats, NDArray[np.bool_]]:
        """Return a topic's relevance for each paper, and which papers are about it.

        Both have the shape (papers,).
        """
        papers = len(self.papers)
        if topic.trending:
            return np.ones(papers), ~self.evidence.excludes(topic.words_out)
        strength = self.evidence.of_all(topic.words_in)
        centroid = self._background.centroids.get(topic.slug)
        log_odds = self._log_odds(topic, strength, centroid)
        floor = FLOOR_OF_OWN_WORDS if topic.slug == OWN else FLOOR
        meaning = self._meaning.contrast(topic.slug) if self._meaning else None
        if meaning is not None:
            log_odds = _MEANING[0] + _MEANING[1] * log_odds + _MEANING[2] * meaning
        by_category = self._by_category(topic, centroid)
        log_odds += by_category
        is_out = self.evidence.excludes(topic.words_out)
        below = np.where(is_out, -np.inf, log_odds) < _log_odds(floor)
        log_odds = _lone_below_titles(log_odds, below, *self.evidence.mentions(topic.words_in))
        followed = map(folded_name, topic.authors)
        by_name = self._holds(followed, lambda paper: map(folded_name, names_of(paper)))
        log_odds += by_name * _AUTHOR
        is_named = (strength > 0) | (by_category > 0) | (by_name > 0)
        relevance, is_match = _judge(log_odds, is_named, floor)
        may_lack_words = any(
            isinstance(parse_leniently(it), Term | Example) for it in topic.words_in
        )
        if not may_lack_words or (meaning is not None and centroid is None):  # else no reason
            is_match &= is_named
        return relevance, is_match & ~is_out & ~self._examples.are(topic)

    def match(self, topic: Topic, row: int, relevance: float) -> Match:
        """Return what a paper matched a topic by."""
        paper = self.papers[row]
        if topic.trending:
            return Match(paper=paper, relevance=relevance, trending=True)
        phrases = _phrases(topic.words_in)
        quoted = {phrase: quotes for phrase in phrases if (quotes := self.index.quote(phrase, row))}
        title = _quotes(quoted, Place.TITLE)
        keywords = _quotes(quoted, Place.KEYWORDS)
        abstract = _quotes(quoted, Place.ABSTRACT)
        summary = _quotes(quoted, Place.SUMMARY)
        categories = tuple(c for c in topic.categories if c in paper.categories)
        followed = set(map(folded_name, topic.authors))
        authors = tuple(n for n in names_of(paper) if followed and folded_name(n) in followed)
        has_other = bool(quoted or categories or authors)
        return Match(
            paper=paper,
            relevance=relevance,
            title_words=title,
            keywords=_without(keywords, title),
            abstract_words=_without(abstract, (*title, *keywords)),
            summary_words=_without(summary, (*title, *keywords, *abstract)),
            is_own=topic.slug == OWN,
            close_by=self._close_by(topic, row, quoted, has_other=has_other),
            example=self._examples.most_like(topic, row),
            by_example=not has_words(topic),
            categories=categories,
            authors=authors,
        )

    def _log_odds(self, topic: Topic, strength: Floats, centroid: Centroid | None) -> Floats:
        """Return what words and closeness say; shape (papers,)."""
        alone = _WORDS_ALONE[0] + _WORDS_ALONE[1] * strength
        if centroid is None:
            return alone
        closeness = centroid.closeness(self._vectors)
        if not has_words(topic):
            return _EXAMPLES_ALONE[0] + centroid.trust * _EXAMPLES_ALONE[1] * closeness
        both = _WITH_CENTROID[0] + _WITH_CENTROID[1] * strength + _CLOSENESS * closeness
        return (1 - centroid.trust) * alone + centroid.trust * both

    @cached_property
    def _vectors(self) -> sp.csr_array:
        return self._background.vectors(self.index)

    @cached_property
    def _examples(self) -> Examples:
        return Examples(self._background, self.papers, lambda: self._vectors)

    def _holds(self, wanted: Iterable[str], of: Callable[[Paper], Iterable[str]]) -> Floats:
        """Return 1 for each paper that has one of some values, else 0; shape (papers,)."""
        values = frozenset(wanted)
        return np.array(
            [bool(values) and not values.isdisjoint(of(paper)) for paper in self.papers], np.float64
        )

    def _by_category(self, topic: Topic, centroid: Centroid | None) -> Floats:
        """Return the log-odds of the most telling of a topic's categories that each paper has."""
        found = np.zeros(len(self.papers))
        learned = centroid.categories if centroid else {}
        is_alone = centroid is None and not has_words(topic)
        for category in topic.categories:
            weight = min(max(learned.get(category, 0.0), _CATEGORY), _TELLING_CATEGORY)
            has = self._holds((category,), lambda paper: paper.categories)
            found = np.maximum(found, has * (_CATEGORY_ALONE if is_alone else weight))
        return found

    def _close_by(
        self, topic: Topic, row: int, quoted: Quotes, *, has_other: bool
    ) -> tuple[str, ...]:
        """Quote the words that a paper has in common with a topic's papers of the last weeks.

        The topic's own words are left out: they are no news, and quoted elsewhere. A paper that has
        no other reason is there by these words alone: then the strongest are named, even if each
        says little.
        """
        centroid = self._background.centroids.get(topic.slug)
        if centroid is None:
            return ()
        vectors = self._vectors
        part = slice(*vectors.indptr[row : row + 2])
        columns = vectors.indices[part]
        shares = np.maximum(vectors.data[part] * centroid.weights[columns], 0)
        said = {it for of in quoted.values() for text in of.values() for it in all_stems(text)}
        strongest = np.argsort(-shares, kind="stable")
        is_rare = self._background.idf[columns] >= 1 + math.log(_COMMON)
        is_telling = is_rare & (shares >= _TELLING * shares.sum())
        telling = [at for at in strongest[:_LOOKED_AT] if is_telling[at]]
        found = self._quote(columns[telling], row, said)
        if not found and not has_other:
            found = self._quote(columns[strongest[shares[strongest] > 0]], row, said)
        return found

    def _quote(self, columns: Iterable[int], row: int, said: set[str]) -> tuple[str, ...]:
        terms = ((self._background.spell(int(column)), row) for column in columns)
        return first_quotes(terms, partial(quote, self.index), most=_MOST_CLOSE, said=said)


def of_words_alone(
    strength: Floats,
    in_title: Floats,
    lone: Floats,
    *,
    by_name: NDArray[np.bool_],
    is_out: NDArray[np.bool_],
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the relevance of papers for readers' words, and which are about them.

    It is that of topics without a centroid and categories, for many at once: all shapes are
    (readers, papers). `strength` is from `Evidence.of_all`, and the next two from `mentions`.
    """
    log_odds = _WORDS_ALONE[0] + _WORDS_ALONE[1] * strength
    below = np.where(is_out, -np.inf, log_odds) < _log_odds(FLOOR_OF_OWN_WORDS)
    limited = zip(log_odds, below, in_title, lone, strict=True)
    for row, reader in enumerate(limited):
        log_odds[row] = _lone_below_titles(*reader)
    is_named = (strength > 0) | by_name
    relevance, is_match = _judge(log_odds + by_name * _AUTHOR, is_named, FLOOR_OF_OWN_WORDS)
    return relevance, is_match & ~is_out


def has_words(topic: Topic) -> bool:
    """Return whether a topic has an entry that is not an example."""
    return bool(without_examples(topic.words_in))


def _judge(
    log_odds: Floats, is_named: NDArray[np.bool_], floor: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the relevance, and where it is enough."""
    relevance = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return relevance, relevance >= np.where(is_named, floor, FLOOR_WITHOUT_WORDS)


def _lone_below_titles(
    log_odds: Floats, below: NDArray[np.bool_], in_title: Floats, lone: Floats
) -> Floats:
    """Return log-odds where no lone mention exceeds a title with a phrase that is as rare.

    Titles of papers that are `below` the floor, and so not shown, do not count.
    """
    titles = np.flatnonzero((in_title > 0) & ~below)
    titles = titles[np.argsort(-in_title[titles])]
    lowest = np.minimum.accumulate(log_odds[titles])
    rows = np.flatnonzero(lone > 0)
    as_rare = np.searchsorted(-in_title[titles], -lone[rows], side="right")
    rows, as_rare = rows[as_rare > 0], as_rare[as_rare > 0]
    limited = log_odds.copy()
    limited[rows] = np.minimum(log_odds[rows], lowest[as_rare - 1])
    return limited


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


@lru_cache(_REMEMBERED)
def _phrases(entries: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Return the phrases of a topic's entries, each once."""
    every = (phrase for entry in entries for phrase in parse_leniently(entry).phrases())
    return tuple(dict.fromkeys(every))


def _quotes(quoted: Quotes, place: Place) -> tuple[str, ...]:
    """Return the quotes of phrases that occur in a place, the parts of longer ones left out.

    Of quotes of the same words in other forms the first is kept.
    """
    present = [_tidy(quotes[place]) for quotes in quoted.values() if place in quotes]
    if len(present) < 2:
        return tuple(present)
    distinct = {tuple(map(stem, words(quote))): quote for quote in reversed(present)}
    return tuple(
        quote
        for part, quote in reversed(distinct.items())
        if not any(part != whole and is_part(part, whole) for whole in distinct)
    )


def _tidy(quote: str) -> str:
    """Return a quote without a bracket whose other is outside it."""
    if all(quote.count(one) == quote.count(other) for one, other in ("()", "[]", "{}")):
        return quote
    return " ".join(quote.translate(_NO_BRACKETS).split())


def names_of(paper: Paper) -> Iterator[str]:
    """Return the people and the institution of a paper, which can be followed."""
    yield from paper.authors
    if paper.organization:
        yield paper.organization


def _without(quotes: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the quotes whose stems are in none of the other quotes."""
    known = [_stems(quote) for quote in others]
    return tuple(
        quote for quote in quotes if not any(is_part(_stems(quote), whole) for whole in known)
    )


@lru_cache(_REMEMBERED)
def _stems(quote: str) -> tuple[str, ...]:
    return tuple(stems(quote))
