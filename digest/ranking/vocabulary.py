"""Numbers for the stems of many texts, and both readings of a text in these numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digest.ranking import terms
from digest.ranking.stemming import stem
from digest.ranking.terms import PREFIXES, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.ranking.terms import Form


class Compound(NamedTuple):
    """Another reading of some words of a text."""

    #: the position of the first of these words in the usual reading
    at: int
    #: how many words of the usual reading it replaces
    width: int
    #: the numbers of the words that it is read as instead
    numbers: tuple[int, ...]


class Vocabulary:
    """Numbers the stems of many texts, from 0; it looks up a spelling of a word only once."""

    def __init__(self, form: Form = stem) -> None:
        """Start without any; `form` makes one of all forms of a word."""
        self._form = form
        self._of_stem: dict[str, int] = {}
        self._of_word: dict[str, int] = {}
        self._stems: list[str] = []

    def __len__(self) -> int:
        """Return how many different stems there were."""
        return len(self._of_stem)

    @property
    def stems(self) -> Sequence[str]:
        """All stems, by their numbers."""
        return self._stems

    def number(self, stem: str) -> int | None:
        """Return the number of a stem, if any text has it."""
        return self._of_stem.get(stem)

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's stems in the usual reading."""
        return [self._number(word) for word, _ in _usual(split_words(text)[0])]

    def read(self, text: str) -> tuple[list[int], list[Compound]]:
        """Return the numbers of a text's stems, and the other readings of its compounds."""
        words, hyphens = split_words(text)
        usual = _usual(words)
        numbers = [self._number(word) for word, _ in usual]
        others = []
        for at, (_, first) in enumerate(usual):
            after = usual[at + 1][1] if at + 1 < len(usual) else len(words)
            if after - first > 1:  # a prefix and its word
                parts = (self._number(words[first]), self._number(words[first + 1]))
                others.append(Compound(at, 1, parts))
            elif first in hyphens and (at + 2 == len(usual) or usual[at + 2][1] == after + 1):
                joined = self._number(words[first] + words[after])
                others.append(Compound(at, 2, (joined,)))
        return numbers, others

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            stem = self._form(word)
            number = self._of_stem.setdefault(stem, len(self._stems))
            if number == len(self._stems):
                self._stems.append(stem)
            self._of_word[word] = number
        return number


def spans_of_words(text: str) -> list[tuple[int, int]]:
    """Return where each word of the usual reading is in a text, in characters."""
    words, _ = split_words(text)
    spans = terms.spans(text)
    firsts = [first for _, first in _usual(words)]
    lasts = [*(first - 1 for first in firsts[1:]), len(words) - 1] if firsts else []
    return [(spans[a][0], spans[b][1]) for a, b in zip(firsts, lasts, strict=True)]


def _usual(words: list[str]) -> list[tuple[str, int]]:
    """Return the words of the usual reading, each with the position of its first part.

    A prefix is closed up to the word after it.
    """
    if PREFIXES.isdisjoint(words):
        return [(word, at) for at, word in enumerate(words)]
    found, at = [], 0
    while at < len(words):
        is_prefix = words[at] in PREFIXES and at + 1 < len(words)
        found.append((words[at] + words[at + 1] if is_prefix else words[at], at))
        at += 1 + is_prefix
    return found
