"""Keywords of papers, from sources that send a list and from those that send one text.

Every source reads its keywords here, so that all clean them alike. Whoever fills a list must not
get a place in every topic by it, so the number and the length of keywords are bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.text.clean import MAX_LENGTH, clean
from digest.text.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The most keywords of a paper. The services give about ten.
MOST = 30
#: The most characters of a keyword.
LONGEST = 100

_DELIMITER = re.compile(r"[()\[\]{},;，；、]")
#: A full stop behind a list, but not that of an abbreviation such as "U.S."
_STOP = re.compile(r"(?<=\w\w)\s*\.$")
#: The most passes. Keywords that nobody made on purpose need two.
_MAX_PASSES = 5


def clean_keywords(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the keywords in some texts, cleaned, each once, the first `MOST` of them.

    A semicolon separates two keywords. Where there is none, and only one text, a comma does; and in
    a text that is too long for a keyword. Otherwise `vision, language and action` is one. Nothing
    within parentheses separates. A keyword that is longer than `LONGEST` is cut. Of keywords that
    differ only in case the first one stays.

    Clean keywords stay as they are, so one installation can pass them to another.
    """
    found = tuple(_bounded(texts))
    for _ in range(_MAX_PASSES):
        given, found = found, _pass(found)
        if found == given:
            break
    return found


def _pass(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the keywords after one pass; one pass can uncover a separator for another."""
    listed = _distinct(piece for text in texts for piece in _split(clean(text), ";；"))
    longest = LONGEST if len(listed) > 1 else 0
    single = (
        piece
        for text in listed
        for piece in (_split(text, ",，、") if len(text) > longest else [text])
    )
    return tuple(_distinct(shorten(piece, LONGEST) for piece in single)[:MOST])


def _bounded(texts: Iterable[str]) -> Iterator[str]:
    """Yield as many texts, and as much of the last, as the keywords of a paper can need."""
    left = MAX_LENGTH
    for text in texts:
        if left <= 0:
            return
        yield text[:left]
        left -= len(text) + 1


def _distinct(keywords: Iterable[str]) -> list[str]:
    """Return the first spelling of each keyword, without what has no letter and no digit."""
    bare = (_STOP.sub("", keyword.strip()) for keyword in keywords)
    worded = (keyword for keyword in bare if any(map(str.isalnum, keyword)))
    found: dict[str, str] = {}
    for keyword in worded:
        found.setdefault(keyword.casefold(), keyword)
    return list(found.values())


def _split(text: str, separators: str) -> Iterator[str]:
    """Yield the parts of a text between separators that stand outside of parentheses.

    A parenthesis that is never closed reaches to the end. A comma between two digits separates
    nothing: `1,000 steps`, `L₂,₁ norm`.
    """
    start = depth = 0
    for match in _DELIMITER.finditer(text):
        mark, at = match[0], match.start()
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth = max(depth - 1, 0)
        elif depth == 0 and mark in separators and not _is_in_number(text, at):
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _is_in_number(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    return text[at] == "," and all(map(str.isdigit, around))
