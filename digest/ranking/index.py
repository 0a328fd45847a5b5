"""The papers of a day by their words: in which papers, and in which places, a phrase occurs.

All texts are one long array of word numbers, sorted once. So a phrase costs as much as its first
word has places, however many papers there are.

A compound is read in two ways, see `digest.ranking.terms`. The array has each text in its usual
reading. Behind it there is, for each compound that can be read otherwise, that reading with the
words around it. A phrase counts in such a stretch only if it touches the compound.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.vocabulary import GAP, Vocabulary, spans_of_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.terms import Form, Phrase
    from digest.ranking.vocabulary import Compound, Spellings

    Numbers = NDArray[np.int32]

#: So many words stand on either side of a compound's other reading.
_AROUND = 5
#: Of so many phrases it is remembered where they occur.
_REMEMBERED = 8_000


class Place(IntEnum):
    """Where in a paper a word stands, the most telling first."""

    TITLE = 0
    KEYWORDS = 1
    #: the summary in one sentence
    SUMMARY = 2
    ABSTRACT = 3


_PLACES = tuple(Place)


@dataclass(frozen=True, kw_only=True)
class Occurrences:
    """How often a phrase occurs in each of the papers that have it."""

    #: the papers' positions, ascending, shape (papers with the phrase,)
    rows: NDArray[np.int64]
    #: by place, shape (papers with the phrase, places)
    counts: NDArray[np.int64]
    #: for each text that has the phrase: the paper's position, the place, the text's number, and
    #: from which word to before which it is there first; ascending, shape (texts with it, 5)
    firsts: NDArray[np.int32]


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
        texts = _Texts(self.vocabulary.spellings)
        for row, paper in enumerate(papers):
            for place, text in texts_of(paper):
                if place in places:
                    texts.add(text, row, place)
        self._texts = texts.texts
        #: by text, its paper's position and its place; a text is of one place of one paper
        self.row_of_text = np.array(texts.rows, np.int32)
        self.place_of_text = np.array(texts.places, np.int8)
        usual, others = texts.usual, texts.others
        #: by word, the number of its text
        sizes = np.array(texts.sizes, np.int32)
        numbers = np.arange(len(sizes), dtype=np.int32)
        self.text = np.concatenate((np.repeat(numbers, sizes), np.array(others.text, np.int32)))
        #: by word, whether it is of a text in its usual reading
        self.is_usual = np.arange(len(self.text)) < len(usual)
        # By word, the words of the usual reading that it stands for: from the first to before the
        # second; and its stretch's compound, if it has one.
        begins = np.repeat(np.cumsum(sizes, dtype=np.int32) - sizes, sizes)
        starts = np.arange(len(usual), dtype=np.int32) - begins
        self._start = np.concatenate((starts, np.array(others.start, np.int32)))
        self._end = np.concatenate((starts + 1, np.array(others.end, np.int32)))
        none = np.zeros(len(usual), np.int32)
        offset = len(usual)
        self._pivot_start = np.concatenate((none, np.array(others.first, np.int32) + offset))
        self._pivot_end = np.concatenate((none, np.array(others.last, np.int32) + offset))
        self._spelled = [*usual, *others.words]
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self.take(self.vocabulary)

    def in_form(self, form: Form) -> PaperIndex:
        """Return an index of the same texts, where words are compared in another form."""
        found = copy(self)
        found.take(Vocabulary(self.vocabulary.spellings, form))
        return found

    def take(self, vocabulary: Vocabulary) -> None:
        """Compare words by a vocabulary of the same spellings."""
        self.vocabulary = vocabulary
        #: the numbers of the words' stems, one text after another, with gaps; shape (words,)
        self.words = self.vocabulary.stem_numbers(self._spelled)
        self._order = np.argsort(self.words, kind="stable")
        numbers = np.arange(len(self.vocabulary) + 1, dtype=np.int32)
        self._firsts = np.searchsorted(self.words[self._order], numbers)
        self._found = lru_cache(_REMEMBERED)(self._find)

    def find(self, phrase: Phrase) -> Occurrences:
        """Return in which papers a phrase occurs, and how often."""
        return self._found(phrase)

    def numbers_by_paper(self) -> dict[str, NDArray[np.int32]]:
        """Return the numbers of the stems of each paper's title and abstract, by its id."""
        is_text = np.isin(self.place_of_text, (Place.TITLE, Place.ABSTRACT))
        chosen = self.is_usual & (self.words >= 0) & is_text[self.text]
        rows = self.row_of_text[self.text[chosen]]
        ends = np.searchsorted(rows, np.arange(1, len(self.papers)))
        parts = np.split(self.words[chosen], ends)
        return {paper.id: part for paper, part in zip(self.papers, parts, strict=False)}

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

    def quote(self, phrase: Phrase, row: int) -> Mapping[Place, str]:
        """Return a phrase as a paper spells it where it first occurs in each place that has it."""
        firsts = self.find(phrase).firsts
        start, end = np.searchsorted(firsts[:, 0], (row, row + 1))
        quotes: dict[Place, str] = {}
        for _, number, text, first, last in firsts[start:end].tolist():
            place = _PLACES[number]
            if place not in quotes:
                quotes[place] = self._spell(text, first, last)
        return quotes

    def _spell(self, text: int, start: int, end: int) -> str:
        spans = self._spans.get(text)
        if spans is None:
            spans = self._spans[text] = spans_of_words(self._texts[text])
        return self._texts[text][spans[start][0] : spans[end - 1][1]]

    def _find(self, phrase: Phrase) -> Occurrences:
        text, start, end = self._places(phrase)
        row, place = self.row_of_text[text], self.place_of_text[text]
        rows, inverse = np.unique(row, return_inverse=True)
        counts = np.zeros((len(rows), len(Place)), np.int64)
        np.add.at(counts, (inverse, place), 1)
        # Texts are numbered as they were read, and occurrences sorted by text and word.
        is_first = np.diff(text, prepend=-1) != 0
        firsts = np.stack((row, place, text, start, end), axis=1)[is_first]
        return Occurrences(rows=rows.astype(np.int64), counts=counts, firsts=firsts)

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


class _Texts:
    """The texts of an index while they are read."""

    def __init__(self, spellings: Spellings) -> None:
        self._spellings = spellings
        self.texts: list[str] = []
        self.rows: list[int] = []
        self.places: list[int] = []
        #: the words of all texts in their usual readings, and how many each text has, with its gap
        self.usual: list[int] = []
        self.sizes: list[int] = []
        self.others = _OtherReadings()

    def add(self, text: str, row: int, place: Place) -> None:
        """Read a text, and each other reading of one of its compounds."""
        numbers, compounds = self._spellings.read(text)
        for compound in compounds:
            self.others.add(len(self.texts), numbers, compound)
        numbers.append(GAP)
        self.usual += numbers
        self.sizes.append(len(numbers))
        self.texts.append(text)
        self.rows.append(row)
        self.places.append(place)


class _OtherReadings:
    """Other readings of compounds, each with the words around it; all columns are by word."""

    def __init__(self) -> None:
        self.words: list[int] = []
        self.text: list[int] = []
        #: the words of the usual reading that each stands for, from the first to before the second
        self.start: list[int] = []
        self.end: list[int] = []
        #: where the compound begins, and where it has ended
        self.first: list[int] = []
        self.last: list[int] = []

    def add(self, text: int, numbers: Sequence[int], compound: Compound) -> None:
        at, width, other = compound
        before, behind = max(at - _AROUND, 0), at + width
        after = min(behind + _AROUND, len(numbers))
        first = len(self.words) + at - before
        words = [*numbers[before:at], *other, *numbers[behind:after], GAP]
        self.words += words
        self.text += [text] * len(words)
        self.start += [*range(before, at), *[at] * len(other), *range(behind, after), 0]
        self.end += [
            *range(before + 1, at + 1), *[behind] * len(other), *range(behind + 1, after + 1), 0,
        ]  # fmt: skip
        self.first += [first] * len(words)
        self.last += [first + len(other)] * len(words)


def texts_of(paper: Paper) -> Iterator[tuple[Place, str]]:
    """Return the texts of a paper that the ranker reads, with their places."""
    yield Place.TITLE, paper.title
    for keyword in paper.keywords:
        yield Place.KEYWORDS, keyword
    if paper.tldr:
        yield Place.SUMMARY, paper.tldr
    yield Place.ABSTRACT, paper.abstract
