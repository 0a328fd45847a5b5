"""A plain search for phrases in one text, beside which the index of the ranker is tested."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digest.ranking.stemming import stem
from digest.ranking.terms import PREFIXES, Phrase, spans, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digest.ranking.terms import Form


class Phrases:
    """Phrases that are looked for together, by the words that they are read as."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        """Take the phrases; empty ones are never found."""
        #: the phrases that each sequence of stems is a reading of
        self.read_as: dict[tuple[str, ...], list[Phrase]] = {}
        for one in dict.fromkeys(phrases):
            for reading in filter(None, one.readings):
                self.read_as.setdefault(reading, []).append(one)
        #: the beginnings of readings that are longer
        self.beginnings = {
            reading[:end] for reading in self.read_as for end in range(1, len(reading))
        }
        #: the first words of readings
        self.firsts = {reading[0] for reading in self.read_as}


@dataclass(frozen=True)
class StemmedText:
    """A text with its stems in both readings, to find phrases and to quote them."""

    text: str
    #: of the parts of compounds
    stems: list[str]
    #: by the place of its first part, the stem of a compound as one word
    compounds: dict[int, str]

    @classmethod
    def of(cls, text: str, form: Form = stem) -> StemmedText:
        """Stem a text; phrases that exclude papers are looked for in a text of `singular` form."""
        found, hyphens = split_words(text)
        starts = hyphens
        if not PREFIXES.isdisjoint(found):
            prefixes = {at for at, word in enumerate(found[:-1]) if word in PREFIXES}
            starts = hyphens | prefixes
        compounds = {at: form(found[at] + found[at + 1]) for at in starts}
        return cls(text, list(map(form, found)), compounds)

    @property
    def length(self) -> int:
        """Return the number of words, with the parts of compounds as words."""
        return len(self.stems)

    def counts(self, phrases: Phrases) -> Counter[Phrase]:
        """Count the places of each phrase that is in the text."""
        return Counter(found for found, _, _ in self._places(phrases))

    def quote(self, phrase: Phrase) -> str:
        """Return the first occurrence of a phrase, as the text spells it.

        Raises:
            ValueError: the phrase does not occur.

        """
        for _, start, end in sorted(self._places(Phrases([phrase])), key=lambda place: place[1:]):
            return self.text[self._spans[start][0] : self._spans[end - 1][1]]
        raise ValueError(f"{' '.join(phrase.stems)!r} is not in the text")

    def _places(self, phrases: Phrases) -> set[tuple[Phrase, int, int]]:
        """Return where each phrase begins and ends, in words."""
        found = set()
        firsts, stems, compounds = phrases.firsts, self.stems, self.compounds
        starts = {at for at, first in enumerate(stems) if first in firsts}
        starts |= {at for at, first in compounds.items() if first in firsts}
        for start in starts:
            unread: list[tuple[tuple[str, ...], int]] = [((), start)]
            while unread:
                read, at = unread.pop()
                found |= {(one, start, at) for one in phrases.read_as.get(read, ())}
                if at < len(stems) and (not read or read in phrases.beginnings):
                    unread.append(((*read, stems[at]), at + 1))
                    if at in compounds:
                        unread.append(((*read, compounds[at]), at + 2))
        return found

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return spans(self.text)


def ngrams(words: Sequence[str], longest: int) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of 1 to `longest` neighbouring words."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            yield tuple(words[start:end])
