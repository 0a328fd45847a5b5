"""The papers of a day by their words: in which papers, and in which places, a phrase occurs.

All texts are one long array of word numbers, sorted once. So a phrase costs as much as its first
word has places, however many papers there are.

A compound is read in two ways, see `digest.ranking.terms`. The array has each text in its usual
reading. Behind it there is, for each compound that can be read otherwise, that reading with the
words around it. A phrase counts in such a stretch only if it touches the compound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.cache import LruCache
from digest.ranking.vocabulary import Vocabulary, spans_of_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.terms import Phrase

    Numbers = NDArray[np.int32]
    #: by a paper's position and the place: the text, and which words of it
    _Firsts = dict[tuple[int, int], tuple[int, int, int]]

#: So many words stand on either side of a compound's other reading.
_AROUND = 5
#: Stands between two stretches, so that no phrase reaches from one into the next.
_GAP = -1
#: Of so many phrases it is remembered where they occur, and of so many where first in each text.
_REMEMBERED, _REMEMBERED_FIRSTS = 8_000, 1_000


class Place(IntEnum):
    """Where in a paper a word stands, the most telling first."""

    TITLE = 0
    KEYWORDS = 1
    #: the summary in one sentence
    SUMMARY = 2
    ABSTRACT = 3


@dataclass(frozen=True, kw_only=True)
class Occurrences:
    """How often a phrase occurs in each of the papers that have it."""

    #: the papers' positions, ascending, shape (papers with the phrase,)
    rows: NDArray[np.int64]
    #: by place, shape (papers with the phrase, places)
    counts: NDArray[np.int64]


class PaperIndex:
    """The words of papers with their places."""

    def __init__(
        self,
        papers: Sequence[Paper],
        vocabulary: Vocabulary | None = None,
        places: Collection[Place] = tuple(Place),
    ) -> None:
        """Read the papers' texts in some places; a vocabulary that is given learns their words."""
        self.papers = papers
        self.vocabulary = Vocabulary() if vocabulary is None else vocabulary
        stream = _Stream(self.vocabulary)
        for row, paper in enumerate(papers):
            for place, text in texts_of(paper):
                if place in places:
                    stream.add(text, row, place)
        #: the numbers of the words, one stretch after another, with gaps; shape (words,)
        self.words = np.array(stream.words, np.int32)
        #: how many of them are the usual readings; others follow each text
        self.is_usual = np.array(stream.pivot_start, np.int32) < 0
        #: by word, the number of its text; a text is of one place of one paper
        self.text = np.array(stream.text, np.int32)
        #: by text, its paper's position and its place
        self.row_of_text = np.array(stream.row_of_text, np.int32)
        self.place_of_text = np.array(stream.place_of_text, np.int8)
        self._texts = stream.texts
        # The words of the usual reading that a word stands for, and the compound of its stretch.
        self._start = np.array(stream.start, np.int32)
        self._end = np.array(stream.end, np.int32)
        self._pivot_start = np.array(stream.pivot_start, np.int32)
        self._pivot_end = np.array(stream.pivot_end, np.int32)
        self._order = np.argsort(self.words, kind="stable")
        numbers = np.arange(len(self.vocabulary) + 1, dtype=np.int32)
        self._firsts = np.searchsorted(self.words[self._order], numbers)
        self._found: LruCache[Occurrences] = LruCache(_REMEMBERED)
        #: by phrase, the text and the words where it first occurs in a place of a paper
        self._firsts_of: LruCache[_Firsts] = LruCache(_REMEMBERED_FIRSTS)
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def find(self, phrase: Phrase) -> Occurrences:
        """Return in which papers a phrase occurs, and how often."""
        return self._found.get(phrase, lambda: self._find(phrase))

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """The papers' lengths as shares of the mean, title words thrice; shape (papers,)."""
        is_word = self.is_usual & (self.words >= 0)
        text = self.text[is_word]
        weights = np.where(self.place_of_text[text] == Place.TITLE, 3.0, 1.0)
        lengths = np.bincount(self.row_of_text[text], weights, minlength=len(self.papers))
        mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        return np.asarray(lengths / mean, np.float64)

    def stems(self, rows: Collection[int] | None = None) -> list[str]:
        """Return the stems that occur in all papers, or in some, each once."""
        stems = self.vocabulary.stems
        words = self.words
        if rows is not None:
            words = words[np.isin(self.row_of_text[self.text], list(rows))]
        return [stems[number] for number in np.unique(words[words >= 0]).tolist()]

    def papers_with(self, stem: str) -> int:
        """Return how many papers have a word in any place."""
        text = self.text[self._at(self.vocabulary.number(stem))]
        return len(np.unique(self.row_of_text[text]))

    def quote(self, phrase: Phrase, row: int, places: Collection[Place]) -> str | None:
        """Return a phrase as a paper spells it, where it first occurs in one of these places."""
        firsts = self._firsts_of.get(phrase, lambda: self._firsts_in(phrase))
        for place in places:
            if first := firsts.get((row, place)):
                text_number, start_word, end_word = first
                spans = self._spans.get(text_number)
                if spans is None:
                    spans = self._spans[text_number] = spans_of_words(self._texts[text_number])
                return self._texts[text_number][spans[start_word][0] : spans[end_word - 1][1]]
        return None

    def _find(self, phrase: Phrase) -> Occurrences:
        text, _, _ = self._places(phrase)
        rows, inverse = np.unique(self.row_of_text[text], return_inverse=True)
        counts = np.zeros((len(rows), len(Place)), np.int64)
        np.add.at(counts, (inverse, self.place_of_text[text]), 1)
        return Occurrences(rows=rows.astype(np.int64), counts=counts)

    def _firsts_in(self, phrase: Phrase) -> _Firsts:
        # The texts of a paper are numbered in the order of places, and sorted here.
        text, start, end = (one[::-1] for one in self._places(phrase))
        rows, places = self.row_of_text[text].tolist(), self.place_of_text[text].tolist()
        words = zip(text.tolist(), start.tolist(), end.tolist(), strict=True)
        return dict(zip(zip(rows, places, strict=True), words, strict=True))

    def _places(self, phrase: Phrase) -> tuple[Numbers, Numbers, Numbers]:
        """Return the text of each occurrence, and which words of it, in both readings once."""
        found: list[tuple[Numbers, Numbers, Numbers]] = []
        for reading in phrase.readings:
            numbers = [self.vocabulary.number(stem) for stem in reading]
            at = self._at(numbers[0])
            for step, number in enumerate(numbers[1:], start=1):
                at = at[at + step < len(self.words)]
                at = at[self.words[at + step] == number]
            last = at + len(numbers) - 1
            touches = self.is_usual[at] | (
                (at < self._pivot_end[at]) & (last >= self._pivot_start[at])
            )
            at, last = at[touches], last[touches]
            found.append((self.text[at], self._start[at], self._end[last]))
        text, start, end = (np.concatenate(parts) for parts in zip(*found, strict=True))
        _, first = np.unique(text.astype(np.int64) << 32 | start, return_index=True)
        return text[first], start[first], end[first]

    def _at(self, number: int | None) -> NDArray[np.int64]:
        """Return where a word stands, ascending."""
        if number is None or number + 1 >= len(self._firsts):
            return np.empty(0, np.int64)
        return self._order[self._firsts[number] : self._firsts[number + 1]]


class _Stream:
    """The columns of an index while its texts are read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.texts: list[str] = []
        self.row_of_text: list[int] = []
        self.place_of_text: list[int] = []
        self.words: list[int] = []
        self.text: list[int] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.pivot_start: list[int] = []
        self.pivot_end: list[int] = []

    def add(self, text: str, row: int, place: Place) -> None:
        """Read a text, and each other reading of one of its compounds."""
        numbers, others = self._vocabulary.read(text)
        size = len(numbers)
        self._append(numbers, range(size), range(1, size + 1))
        for at, width, other in others:
            before, after = max(at - _AROUND, 0), min(at + width + _AROUND, size)
            compound = len(self.words) + at - before
            behind, size_of_other = at + width, len(other)
            self._append(
                [*numbers[before:at], *other, *numbers[behind:after]],
                [*range(before, at), *[at] * size_of_other, *range(behind, after)],
                [
                    *range(before + 1, at + 1),
                    *[behind] * size_of_other,
                    *range(behind + 1, after + 1),
                ],
                pivot=(compound, compound + len(other)),
            )
        self.texts.append(text)
        self.row_of_text.append(row)
        self.place_of_text.append(place)

    def _append(
        self,
        words: Sequence[int],
        start: Sequence[int],
        end: Sequence[int],
        pivot: tuple[int, int] = (-1, -1),
    ) -> None:
        size = len(words) + 1
        self.words += (*words, _GAP)
        self.start += (*start, 0)
        self.end += (*end, 0)
        self.text += [len(self.texts)] * size
        self.pivot_start += [pivot[0]] * size
        self.pivot_end += [pivot[1]] * size


def texts_of(paper: Paper) -> Iterator[tuple[Place, str]]:
    """Return the texts of a paper that the ranker reads, with their places."""
    yield Place.TITLE, paper.title
    for keyword in paper.keywords:
        yield Place.KEYWORDS, keyword
    if paper.tldr:
        yield Place.SUMMARY, paper.tldr
    yield Place.ABSTRACT, paper.abstract
