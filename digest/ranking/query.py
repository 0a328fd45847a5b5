"""What one entry of a topic, or of a reader's own words, asks for.

    language model                      a phrase: these words beside each other, in any form
    (agent OR "tool use") AND NOT game  phrases with operators, which are written in capitals
    how do models learn to plan?        free text: a question, or more words than a phrase has
    arXiv:2401.00001                    an example: a paper, which others are to be like

Operators bind as everywhere: NOT before AND before OR. Quotation marks make a phrase of anything.
What follows NOT is compared in the singular, like all words that exclude a paper.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from digest.models.identity import arxiv_id, doi
from digest.ranking.terms import Phrase, excluding_phrase, phrase, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: An entry of more words is free text; in real abstracts hardly a longer phrase comes twice.
LONGEST_PHRASE = 5
#: The most examples that a topic may have.
MOST_EXAMPLES = 20
#: How deep parentheses and NOTs may be nested.
DEEPEST = 20
#: So many entries are remembered as they were read.
_REMEMBERED = 4_000

_MARKS = '"“”'
_OPERATORS = ("AND", "OR", "NOT")
_SYMBOL = re.compile(r'"[^"]*"|“[^”]*”|[()"“”]|[^\s()"“”]+')
#: Words that hold a sentence together or ask for papers, and say nothing of a subject.
_FUNCTION_WORDS = """
a about above after again all also am an and any are as at be because been before being
below between both but by can could did do does doing done during each either else etc
ever every few for from further get give given gives had has have having he hence her
here him his how however i if in into is it its itself just let like many may me might
more most much must my near neither no nor not of off on once one only onto or other
others our out over own per please quite rather same shall she should show since so some
such than that the their them then there these they this those though through thus to
too toward towards under until up upon us use used uses using very via was we well were
what when where whether which while who whom whose why will with within without would
yet you your paper papers work works study studies article articles research researches
find me looking anything something provide recent recently latest summarize summarise past year
years
explore type types different particularly especially search searching related topic
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


class QueryError(ValueError):
    """An entry cannot be understood; the text names the place in it and what to write."""


class Query(ABC):
    """What an entry asks for; `str` writes it so that `parse` reads the same."""

    @abstractmethod
    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether a paper fits, told which phrases are in it.

        `present` is asked for `phrases()` and for `excluded()`. A paper with none of `phrases()`
        never fits.
        """

    @abstractmethod
    def phrases(self) -> tuple[Phrase, ...]:
        """Return the phrases that speak for a paper, each once, in order."""

    @abstractmethod
    def excluded(self) -> tuple[Phrase, ...]:
        """Return the phrases that speak against a paper, each once, in order."""


@dataclass(frozen=True)
class Term(Query):
    """A phrase, which speaks for a paper, or against it after a NOT."""

    text: str
    excludes: bool = False

    @cached_property
    def phrase(self) -> Phrase:
        """The phrase in the form in which it is compared."""
        return excluding_phrase(self.text) if self.excludes else phrase(self.text)

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether the phrase is there; one without letters never is."""
        return bool(self.phrase) and present(self.phrase)

    def phrases(self) -> tuple[Phrase, ...]:
        """Return the phrase, unless it excludes."""
        return () if self.excludes or not self.phrase else (self.phrase,)

    def excluded(self) -> tuple[Phrase, ...]:
        """Return the phrase if it excludes."""
        return (self.phrase,) if self.excludes and self.phrase else ()

    def __str__(self) -> str:
        """Write it as a quoted phrase."""
        return f'"{self.text}"'


@dataclass(frozen=True)
class Text(Query):
    """Free text: any of its words speaks for a paper, and the more of them the better."""

    text: str

    @cached_property
    def _phrases(self) -> tuple[Phrase, ...]:
        """A phrase for each word that is not a function word; all words if there is no other."""
        pieces = [piece for piece in self.text.split() if words(piece)]
        telling = [piece for piece in pieces if not FUNCTION_WORDS.issuperset(words(piece))]
        return tuple(dict.fromkeys(map(phrase, telling or pieces)))

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether one of the words is there."""
        return any(map(present, self._phrases))

    def phrases(self) -> tuple[Phrase, ...]:
        """Return the words that say something of a subject."""
        return self._phrases

    def pairs(self) -> tuple[Phrase, ...]:
        """Return the pairs of telling words that stand beside each other, each once."""
        pieces = [phrase(piece) for piece in self.text.split() if words(piece)]
        telling = frozenset(self._phrases)
        return tuple(
            dict.fromkeys(
                Phrase((*first.stems, *second.stems), (*first.joined, *second.joined))
                for first, second in pairwise(pieces)
                if first in telling and second in telling
            )
        )

    def excluded(self) -> tuple[Phrase, ...]:
        """Return nothing."""
        return ()

    def __str__(self) -> str:
        """Write the text as it was."""
        return self.text


@dataclass(frozen=True)
class Example(Query):
    """A paper that others are to be like: `background` compares texts, and no phrase is looked up.

    The id is canonical; see `digest.models.identity`.
    """

    paper_id: str

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:  # noqa: ARG002 (it has none)
        """Return that no phrase makes a paper fit."""
        return False

    def phrases(self) -> tuple[Phrase, ...]:
        """Return nothing."""
        return ()

    def excluded(self) -> tuple[Phrase, ...]:
        """Return nothing."""
        return ()

    def __str__(self) -> str:
        """Write the id with the label that an arXiv id has."""
        return f"arXiv:{self.paper_id}" if arxiv_id(self.paper_id) else self.paper_id


@dataclass(frozen=True)
class _Several(Query):
    parts: tuple[Query, ...]

    def phrases(self) -> tuple[Phrase, ...]:
        """Return the phrases of all parts that speak for a paper."""
        return _each_once(found for part in self.parts for found in part.phrases())

    def excluded(self) -> tuple[Phrase, ...]:
        """Return the phrases of all parts that speak against a paper."""
        return _each_once(found for part in self.parts for found in part.excluded())


class And(_Several):
    """All of the parts."""

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether all parts fit."""
        return all(part.evaluate(present) for part in self.parts)

    def __str__(self) -> str:
        """Write the parts with AND between them."""
        return " AND ".join(map(_in_parentheses, self.parts))


class Or(_Several):
    """One or more of the parts."""

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether a part fits."""
        return any(part.evaluate(present) for part in self.parts)

    def __str__(self) -> str:
        """Write the parts with OR between them."""
        return " OR ".join(map(_in_parentheses, self.parts))


@dataclass(frozen=True)
class Not(Query):
    """The opposite of a query whose phrases exclude."""

    part: Query

    def evaluate(self, present: Callable[[Phrase], bool]) -> bool:
        """Return whether the part does not fit."""
        return not self.part.evaluate(present)

    def phrases(self) -> tuple[Phrase, ...]:
        """Return the phrases of the part that speak for a paper."""
        return self.part.phrases()

    def excluded(self) -> tuple[Phrase, ...]:
        """Return the phrases of the part that speak against a paper."""
        return self.part.excluded()

    def __str__(self) -> str:
        """Write the part after NOT."""
        return f"NOT {_in_parentheses(self.part)}"


def parse(entry: str) -> Query:
    """Read an entry.

    Raises:
        QueryError: it has no word, or its operators and parentheses do not fit together, or it
            says only what is not wanted.

    """
    if not words(entry):
        raise QueryError("has no word in it; write a word or a phrase")
    if paper_id := _example_id(entry):
        return Example(paper_id)
    symbols = [(match[0], match.start() + 1) for match in _SYMBOL.finditer(entry)]
    if not any(symbol in _OPERATORS for symbol, _ in symbols):
        return _without_operators(entry)
    query = _Parser(symbols).parse()
    if not _needs_a_phrase(query):
        raise QueryError(
            "must not rest on NOT alone; join every NOT by AND to something that is wanted, as in"
            " agent AND NOT game"
        )
    return query


@lru_cache(_REMEMBERED)
def parse_leniently(entry: str) -> Query:
    """Read an entry that nobody can be asked about: what `parse` refuses is a phrase."""
    try:
        return parse(entry)
    except QueryError:
        return Term(_unquoted(entry))


def examples_of(entries: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the papers that some entries name as examples, each once, in order."""
    queries = map(parse_leniently, entries)
    return tuple(dict.fromkeys(it.paper_id for it in queries if isinstance(it, Example)))


def without_examples(entries: Iterable[str]) -> tuple[str, ...]:
    """Return the entries that are words."""
    return tuple(it for it in entries if not isinstance(parse_leniently(it), Example))


def _example_id(entry: str) -> str | None:
    """Return the paper that an entry names by an arXiv id, a DOI or the address of one.

    In quotation marks it is a phrase.
    """
    entry = entry.strip()
    if not any(map(str.isdecimal, entry)) or entry[0] in _MARKS:
        return None
    return arxiv_id(entry) or doi(entry)


def _without_operators(entry: str) -> Query:
    entry = entry.strip()
    if re.fullmatch(r'"[^"]*"|“[^”]*”', entry):
        return Term(_unquoted(entry))
    if entry.endswith("?") or sum(map(bool, map(words, entry.split()))) > LONGEST_PHRASE:
        return Text(" ".join(entry.split()))
    return Term(_unquoted(entry))


class _Parser:
    """Reads symbols from left to right, with a method for each rule of the grammar.

    either = all ("OR" all)*
    all    = one ("AND" one | "NOT" one)*
    one    = "NOT" one | "(" either ")" | phrase
    """

    def __init__(self, symbols: list[tuple[str, int]]) -> None:
        self._symbols = [*symbols, ("", 0)]
        self._next = 0
        self._depth = 0

    def parse(self) -> Query:
        query = self._either(excludes=False)
        symbol, place = self._symbols[self._next]
        if symbol == ")":
            raise QueryError(f"has a ) at character {place} that no ( opens; remove it")
        if symbol:
            raise QueryError(f"must have AND, OR or NOT before {symbol} at character {place}")
        return query

    def _either(self, *, excludes: bool) -> Query:
        parts = [self._all(excludes=excludes)]
        while self._take("OR"):
            parts.append(self._all(excludes=excludes))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, *, excludes: bool) -> Query:
        parts = [self._one(excludes=excludes)]
        while self._take("AND") or self._symbols[self._next][0] == "NOT":
            parts.append(self._one(excludes=excludes))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, *, excludes: bool) -> Query:
        symbol, place = self._symbols[self._next]
        if symbol not in ("NOT", "("):
            return self._phrase(excludes=excludes)
        self._next += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"is nested deeper than {DEEPEST} at character {place}; simplify it")
        if symbol == "NOT":
            query: Query = Not(self._one(excludes=not excludes))
        else:
            query = self._either(excludes=excludes)
            if not self._take(")"):
                raise QueryError(f"has a ( at character {place} that no ) closes; add the )")
        self._depth -= 1
        return query

    def _phrase(self, *, excludes: bool) -> Query:
        """Read a quoted phrase, or words up to what ends them."""
        symbol, place = self._symbols[self._next]
        found = []
        while symbol and symbol not in (*_OPERATORS, "(", ")"):
            if symbol in ('"', "“", "”"):
                raise QueryError(f"has a {symbol} at character {place} without its other; add it")
            found.append(_unquoted(symbol))
            self._next += 1
            symbol, place = self._symbols[self._next]
        text = " ".join(found)
        if words(text):
            return Term(text, excludes)
        before = self._symbols[self._next - 1] if self._next else ("", 0)
        if before[0] in _OPERATORS:
            raise QueryError(f"must have a word after {before[0]} at character {before[1]}")
        if not symbol or found:
            raise QueryError(f"must have a word at character {before[1]}")
        raise QueryError(f"must have a word before {symbol} at character {place}")

    def _take(self, symbol: str) -> bool:
        is_next = self._symbols[self._next][0] == symbol
        self._next += is_next
        return is_next


def _needs_a_phrase(query: Query) -> bool:
    """Return whether no paper without any of the phrases fits."""
    return not query.evaluate(lambda _: False)


def _in_parentheses(query: Query) -> str:
    return str(query) if isinstance(query, Term | Not) else f"({query})"


def _unquoted(text: str) -> str:
    return " ".join(re.sub(r'["“”]', " ", text).split())


def _each_once(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(phrases))
