"""Numbers for the words of many texts, and both readings of a text in these numbers.

Texts are split once, into numbers of spellings. What all forms of a word have in common (its stem,
or its singular for words that exclude) is looked up once for each spelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digest.ranking import terms
from digest.ranking.stemming import stem
from digest.ranking.terms import PREFIXES, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digest.ranking.terms import Form

#: Stands between texts in arrays of numbers; it has no spelling and no stem.
GAP = -1


class Compound(NamedTuple):
    """Another reading of some words of a text."""

    #: the position of the first of these words in the usual reading
    at: int
    #: how many words of the usual reading it replaces
    width: int
    #: the numbers of the words that it is read as instead
    numbers: tuple[int, ...]


class _Numbers(dict[str, int]):
    """Gives each new key the next number, from 0."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number


class Spellings:
    """Numbers the spellings of words, from 0."""

    def __init__(self) -> None:
        """Start without any."""
        self._numbers = _Numbers()

    def __len__(self) -> int:
        """Return how many different spellings there were."""
        return len(self._numbers)

    def since(self, number: int) -> list[str]:
        """Return the spellings from a number on."""
        return list(self._numbers)[number:]

    def numbers(self, words: Sequence[str]) -> list[int]:
        """Return the numbers of words; new ones get new numbers."""
        return [*map(self._numbers.__getitem__, words)]

    def usual(self, text: str) -> list[int]:
        """Return the numbers of a text's words in the usual reading."""
        return self.numbers(_usual(split_words(text)[0])[0])

    def read(self, text: str) -> tuple[list[int], list[Compound]]:
        """Return the numbers of a text's words, and the other readings of its compounds."""
        words, hyphens = split_words(text)
        usual, prefixes = _usual(words)
        others = [
            Compound(at - closed, 1, tuple(self.numbers(words[at : at + 2])))
            for closed, at in enumerate(prefixes)
        ]
        taken = {at for prefix in prefixes for at in (prefix - 1, prefix, prefix + 1)}
        for at in sorted(hyphens - taken):
            closed = sum(prefix < at for prefix in prefixes)
            (joined,) = self.numbers([words[at] + words[at + 1]])
            others.append(Compound(at - closed, 2, (joined,)))
        return self.numbers(usual), others


class Vocabulary:
    """Numbers what the forms of words have in common, such as their stems, from 0."""

    def __init__(self, spellings: Spellings | None = None, form: Form = stem) -> None:
        """Start without any; `form` makes one of all forms of a word."""
        self.spellings = Spellings() if spellings is None else spellings
        self._form = form
        self._numbers: dict[str, int] = {}
        #: all stems, by their numbers
        self.stems: list[str] = []
        #: by the number of a spelling
        self._of_spelling: list[int] = []

    def __len__(self) -> int:
        """Return how many different stems there were."""
        return len(self._numbers)

    def number(self, stem: str) -> int | None:
        """Return the number of a stem, if any text has it."""
        return self._numbers.get(stem)

    def stem_numbers(self, spelled: Sequence[int]) -> NDArray[np.int32]:
        """Return the numbers of the stems of spellings, given by their numbers; gaps stay."""
        for spelling in self.spellings.since(len(self._of_spelling)):
            stem = self._form(spelling)
            number = self._numbers.setdefault(stem, len(self.stems))
            if number == len(self.stems):
                self.stems.append(stem)
            self._of_spelling.append(number)
        # The last element is that of a gap.
        return np.array([*self._of_spelling, GAP], np.int32)[np.array(spelled, np.int32)]


def spans_of_words(text: str) -> list[tuple[int, int]]:
    """Return where each word of the usual reading is in a text, in characters."""
    spans = terms.spans(text)
    for at in reversed(_usual(split_words(text)[0])[1]):
        spans[at : at + 2] = [(spans[at][0], spans[at + 1][1])]
    return spans


def _usual(words: list[str]) -> tuple[list[str], list[int]]:
    """Return the words of the usual reading, and the positions of the prefixes in it.

    A prefix is closed up to the word after it.
    """
    present = PREFIXES.intersection(words)
    if not present:
        return words, []
    prefixes: list[int] = []
    for at in [at for at, word in enumerate(words[:-1]) if word in present]:
        if not (prefixes and prefixes[-1] == at - 1):
            prefixes.append(at)
    usual = words.copy()
    for at in reversed(prefixes):
        usual[at : at + 2] = [words[at] + words[at + 1]]
    return usual, prefixes
