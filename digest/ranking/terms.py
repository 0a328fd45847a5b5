"""Words of titles and abstracts, as the ranker compares them.

Words that include a paper are stemmed (Snowball English: `retrieve` matches `retrieval`), because
a missed paper costs more than a loose match. Words that exclude a paper only lose their plural
ending: a stem would let `animal` exclude every `animation`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[^\W_]+")
#: Without its own cache, which is not safe to share between threads; `_stem` has one that is.
_STEMMER = Stemmer.Stemmer("english", 0)


def words(text: str) -> list[str]:
    """Split text at everything but letters and digits, without case and accents.

    A hyphen splits too, so `self-driving` and `self driving` are the same.
    """
    return [_folded(match[0]) for match in _WORD.finditer(text)]


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order (Snowball English, also called Porter2)."""
    return [_stem(word) for word in words(text)]


class StemNumbers:
    """Numbers the stems of many texts, from 0; it looks up a spelling of a word only once."""

    def __init__(self) -> None:
        """Start without any."""
        self._of_stem: dict[str, int] = {}
        self._of_word: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many different stems there were."""
        return len(self._of_stem)

    def of(self, text: str) -> list[int]:
        """Return the numbers of a text's stems, in order."""
        found = _WORD.findall(text)
        for word in set(found).difference(self._of_word):
            stem = _stem(_folded(word))
            self._of_word[word] = self._of_stem.setdefault(stem, len(self._of_stem))
        return [self._of_word[word] for word in found]


def singulars(text: str) -> list[str]:
    """Return a text's words without their plural endings, in order.

    The S-stemmer of Harman, "How effective is suffixing?", JASIS 42(1), 1991.
    """
    return [_singular(word) for word in words(text)]


@dataclass(frozen=True)
class StemmedText:
    """A text with its stems, to quote the words behind them."""

    text: str
    stems: list[str]

    @classmethod
    def of(cls, text: str) -> StemmedText:
        """Stem a text."""
        return cls(text, stems(text))

    def quote(self, phrase: tuple[str, ...]) -> str:
        """Return the first occurrence of a phrase of stems, as the text spells it.

        Raises:
            ValueError: the phrase does not occur.

        """
        spans = [match.span() for match in _WORD.finditer(self.text)]
        for start in range(len(self.stems) - len(phrase) + 1):
            if tuple(self.stems[start : start + len(phrase)]) == phrase:
                return self.text[spans[start][0] : spans[start + len(phrase) - 1][1]]
        raise ValueError(f"{phrase} is not in the text")


def ngrams(words: Sequence[str], longest: int) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of 1 to `longest` neighbouring words."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            yield tuple(words[start:end])


@lru_cache(maxsize=100_000)
def _folded(word: str) -> str:
    """Return a word without case and accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    stemmed: str = _STEMMER.stemWord(word)
    return stemmed


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word
