"""Words as the ranker compares them.

Words that bring a paper in are stemmed (Snowball English, `retrieve` meets `retrieval`), because
missing one costs more than a loose match. Words that keep a paper out only lose their plural:
stemming would let `organ` exclude every `organization`.
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
_STEMMER = Stemmer.Stemmer("english", 0)  # its own cache is not safe to share; ours is


def words(text: str) -> list[str]:
    """Split text at everything but letters and digits, without case and accents.

    Hyphens split too, so `self-driving` and `self driving` are the same.
    """
    return [_folded(match[0]) for match in _WORD.finditer(text)]


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [_stem(word) for word in words(text)]


def singulars(text: str) -> list[str]:
    """Return a text's words without their plural endings, in order (Harman's S-stemmer, 1991)."""
    return [_singular(word) for word in words(text)]


@dataclass(frozen=True)
class Stemmed:
    """A text with its stems, able to quote what a run of stems was in the text."""

    text: str
    stems: list[str]

    @classmethod
    def of(cls, text: str) -> Stemmed:
        """Stem a text."""
        return cls(text, stems(text))

    def quote(self, run: tuple[str, ...]) -> str:
        """Return the text's own spelling of the first occurrence of a run of stems."""
        spans = [match.span() for match in _WORD.finditer(self.text)]
        for start in range(len(self.stems) - len(run) + 1):
            if tuple(self.stems[start : start + len(run)]) == run:
                return self.text[spans[start][0] : spans[start + len(run) - 1][1]]
        raise ValueError(f"{run} is not in the text")


def runs(sequence: Sequence[str], longest: int) -> Iterator[tuple[str, ...]]:
    """Yield every run of up to `longest` neighbouring words."""
    for start in range(len(sequence)):
        for end in range(start + 1, min(start + longest, len(sequence)) + 1):
            yield tuple(sequence[start:end])


@lru_cache(maxsize=100_000)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


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
