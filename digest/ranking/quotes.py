"""A few telling words of papers, as the papers spell them, of which none repeats another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digest.ranking.query import FUNCTION_WORDS
from digest.ranking.stemming import stem
from digest.ranking.terms import Phrase, stems, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from digest.ranking.index import PaperIndex

    #: a stem, or two neighbouring ones
    Term = tuple[str, ...]

_FUNCTION_STEMS = frozenset(map(stem, FUNCTION_WORDS))


class Quote(NamedTuple):
    """A term as a paper spells it, and the stems of that."""

    text: str
    stems: frozenset[str]


def quote(index: PaperIndex, term: Term, row: int) -> Quote | None:
    """Quote a term from the paper in a row, from its abstract where fewer words have capitals.

    None if the paper spells it in another reading alone.
    """
    quotes = index.quote(Phrase(term, term), row)
    if not quotes:
        return None
    text = quotes[max(quotes)]
    return Quote(text, frozenset(all_stems(text)))


def first_quotes(
    terms: Iterable[tuple[Term, int]],
    look_up: Callable[[Term, int], Quote | None],
    *,
    most: int,
    said: Collection[str] = (),
) -> tuple[str, ...]:
    """Quote the first terms, each from the paper in its row, that say something new.

    No quote has a stem of another, one that was `said` before, or one of a function word.
    """
    known = {*_FUNCTION_STEMS, *said}
    found: list[str] = []
    for term, row in terms:
        if known.isdisjoint(term) and (quoted := look_up(term, row)):
            found.append(quoted.text)
            known |= quoted.stems
            if len(found) == most:
                break
    return tuple(found)


def all_stems(text: str) -> set[str]:
    """Return the stems of a text's words, of compounds as a whole and of their parts."""
    return {*stems(text), *map(stem, words(text))}
