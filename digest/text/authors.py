"""Lists of authors, as sources write them on one line.

A source whose names come one by one needs none of this; `digest.text.clean` is enough for a name.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters; the longest list known has five thousand names.
LONGEST = 400_000
#: Characters; what is longer is no name.
LONGEST_NAME = 200

_BREAK = re.compile(r"[(){}\[\],;:]|\s(?:and|AND|&)\s|\\.", re.DOTALL)
_SUFFIX = re.compile(r"(?:Jr|Sr|[IV]{2,3})\.?")
_NO_NAME = re.compile(r"[\W\d_]*|et al\.?|and|others|and others", re.IGNORECASE)
#: "Doe for the X Collaboration": who they wrote for is no author of its own
_FOR = re.compile(r"\s+(?:for|on behalf of) the\b.*|\s+et al\.?$", re.IGNORECASE)
#: marks of footnotes and of the word before the last name
_MARKS = re.compile(r"^(?:and|&)\s+|^[\s*†‡§¶.]+|(?<=[^\W\d_.])[\d*†‡§¶\s,]+$|[*†‡§¶]+$")


def split_creators(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas, such as arXiv's feeds have, without affiliations.

    Those stand in parentheses, `Ada Doe (Univ. X, Dept. Y), Bo Roe (1) ((1) Univ. Z)`; when one
    is never closed, all that follows belongs to it. `The X Collaboration: A. Doe` names the
    collaboration first.
    """
    names: list[str] = []
    for piece in _pieces(_entities(text)):
        name = _name(piece)
        if _SUFFIX.fullmatch(name) and names:
            names[-1] = f"{names[-1]} {name}"[:LONGEST_NAME].rstrip()
        elif not _NO_NAME.fullmatch(name):
            names.append(name)
    return tuple(names)


def split_semicolons(text: str) -> tuple[str, ...]:
    """Return the names in a list such as bioRxiv's, `Doe, J.; Roe, R.`, first names first."""
    names = (_turned(piece) for piece in _entities(text).split(";"))
    return tuple(name for name in names if not _NO_NAME.fullmatch(name))


def _entities(text: str) -> str:
    """Resolve `&uuml;`, whose semicolon ends no name."""
    return html.unescape(text[:LONGEST])


def _pieces(text: str) -> Iterator[str]:
    """Take a list apart at its commas, leaving out what stands in parentheses."""
    piece: list[str] = []
    at, depth, braces = 0, 0, 0
    for match in _BREAK.finditer(text):
        mark = match[0]
        if depth == 0:
            piece.append(text[at : match.start()])
        at = match.end()
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth = max(depth - 1, 0)
        elif depth:
            continue
        elif mark in "{}":
            braces = max(braces + (1 if mark == "{" else -1), 0)
            piece.append(mark)
        elif mark[0] == "\\" or braces:
            piece.append(mark)
        else:
            yield "".join(piece)
            piece = []
    if depth == 0:
        piece.append(text[at:])
    yield "".join(piece)


def _name(piece: str) -> str:
    name = clean(piece[: 5 * LONGEST_NAME])
    while (bare := clean(_MARKS.sub("", _FOR.sub("", name)))[:LONGEST_NAME].strip()) != name:
        name = bare
    return name


def _turned(piece: str) -> str:
    """Write `Doe, Jane, Jr.` as `Jane Doe Jr.`."""
    last, _, first = clean(piece[: 5 * LONGEST_NAME]).partition(",")
    first, _, suffix = first.partition(",")
    return _name(" ".join(filter(None, (first.strip(), last.strip(), suffix.strip()))))
