"""Lists of authors that a source writes on one line, split into names.

A source that sends each name by itself does not need this module. It calls `digest.text.clean`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most characters of a list that are read. The longest list known has five thousand names.
MAX_LENGTH = 400_000
#: The most characters of a name.
MAX_NAME_LENGTH = 200
#: The same before cleaning, with TeX and entities in it.
_MAX_RAW_NAME_LENGTH = 5 * MAX_NAME_LENGTH

#: What may separate two names, open or close an affiliation, or be TeX.
_DELIMITER = re.compile(r"[(){}\[\],;:]|\s(?:and|AND|&)\s|\\.", re.DOTALL)
_SUFFIX = re.compile(r"(?:Jr|Sr|[IV]{2,3})\.?")
#: What stands between two commas and is no name.
_NO_NAME = re.compile(r"[\W\d_]*|et al\.?|and|others|and others", re.IGNORECASE)
#: "Doe for the X Collaboration": only Doe is an author.
_ON_BEHALF = re.compile(r"\s+(?:for|on behalf of) the\b.*|\s+et al\.?$", re.IGNORECASE)
#: Footnote marks around a name, and the "and" before the last name of a list.
_MARKS = re.compile(r"^(?:and|&)\s+|^[\s*†‡§¶.]+|(?<=[^\W\d_.])[\d*†‡§¶\s,]+$|[*†‡§¶]+$")


def split_creators(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas, such as those in arXiv's feeds.

    Affiliations stand in parentheses and are left out: `Ada Doe (Univ. X, Dept. Y), Bo Roe (1)
    ((1) Univ. Z)`. A parenthesis that is never closed reaches to the end of the list. In
    `The X Collaboration: A. Doe` the collaboration is the first name.
    """
    names: list[str] = []
    for piece in _split_outside_parentheses(_unescape(text)):
        name = _clean_name(piece)
        if _SUFFIX.fullmatch(name) and names:
            names[-1] = f"{names[-1]} {name}"[:MAX_NAME_LENGTH].rstrip()
        elif not _NO_NAME.fullmatch(name):
            names.append(name)
    return tuple(names)


def split_semicolons(text: str) -> tuple[str, ...]:
    """Return the names in a list with semicolons, such as bioRxiv's `Doe, J.; Roe, R.`.

    The names come back with the first name first: `J. Doe`, `R. Roe`.
    """
    names = (_first_name_first(piece) for piece in _unescape(text).split(";"))
    return tuple(name for name in names if not _NO_NAME.fullmatch(name))


def _unescape(text: str) -> str:
    """Resolve HTML entities, because the semicolon of `&uuml;` separates no names."""
    return html.unescape(text[:MAX_LENGTH])


def _split_outside_parentheses(text: str) -> Iterator[str]:
    """Yield the parts of a list between its separators, without what stands in parentheses.

    Separators within the braces of TeX, and those behind a backslash, separate nothing.
    """
    piece: list[str] = []
    at, depth, braces = 0, 0, 0
    for match in _DELIMITER.finditer(text):
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


def _clean_name(piece: str) -> str:
    """Clean a name, and remove all that is known to be no part of it."""
    name = clean(piece[:_MAX_RAW_NAME_LENGTH])
    # Without one mark the name may end in another, so this repeats until nothing changes.
    while (bare := _remove_marks(name)) != name:
        name = bare
    return name


def _remove_marks(name: str) -> str:
    return clean(_MARKS.sub("", _ON_BEHALF.sub("", name)))[:MAX_NAME_LENGTH].strip()


def _first_name_first(piece: str) -> str:
    """Return `Jane Doe Jr.` for `Doe, Jane, Jr.`."""
    last, _, first = clean(piece[:_MAX_RAW_NAME_LENGTH]).partition(",")
    first, _, suffix = first.partition(",")
    return _clean_name(" ".join(filter(None, (first.strip(), last.strip(), suffix.strip()))))
