"""To be written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*(?=\s+[\"“‘(\[]?[A-Z0-9À-Þ$]|\s*$)")


#: words whose full stop does not end a sentence
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|fig|eq|sec|tab|ref|resp|approx|w\.r\.t|dr|prof|st|no)"
    r"|\b[A-Z])\.$",
    re.IGNORECASE,
)


def squeeze(text: str) -> str:
    """Join lines and fold runs of white space to single spaces."""
    return " ".join(text.split())


def sentences(text: str) -> Iterator[str]:
    """Split a paragraph into sentences, one at a time; abbreviations and decimals end none."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(start, match.end() - 12) : match.end()]):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if rest := text[start:].strip():
        yield rest


def summarise(text: str, limit: int) -> str:
    """Return the leading whole sentences that fit into `limit` characters.

    When not even the first one fits it is cut between words and ends in "…".
    """
    if limit <= 0:
        return ""
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit:
            break
        kept = longer
    return kept or shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Cut text between words to at most `limit` characters, "…" included."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return "…"[:limit]
    cut = text[: limit - 1]
    if text[limit - 1] != " " and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:-–—") + "…"


def count(number: int, noun: str) -> str:
    """Write a number with its noun: `1 vote`, `1,204 votes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def stands_for(similar: int) -> str:
    """Say that a paper stands for so many that are nearly the same."""
    return f"stands for {count(similar, 'similar paper')}"


def _list(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
