"""Names of authors, from sources that send each by itself and from lists on one line.

Every source reads its authors here, so that all clean them alike: what is no name is dropped, and
a collaboration that an author wrote for is a name of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.text.clean import clean, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
#: "Doe for the X Collaboration" is an author, and a collaboration.
_ON_BEHALF = re.compile(
    r"[\s,]+\(?(?:(?P<sure>on behalf of(?:\s+the)?|representing(?:\s+the)?|for the)"
    r"|for|from the)\s+(?P<whom>.*?)\)?$",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"collaborations?|consorti(?:um|a)|group|team|project|network|committee|initiative|experiment",
    re.IGNORECASE,
)
#: "Institute for the X Project" is one name.
_ORGANISATION = re.compile(
    r"\b(?:institut\w*|cent(?:er|re)|foundation|society|association|laborator\w*|university"
    r"|department|alliance|council|school|partnership|agency|fund)\b",
    re.IGNORECASE,
)
_ET_AL = re.compile(r"\s+et al\.?$", re.IGNORECASE)
#: Footnote marks around a name, and the "and" before the last name of a list.
_MARKS = re.compile(r"^(?:and|&)\s+|^[\s*†‡§¶.]+|(?<=[^\W\d_.])[\d*†‡§¶\s,]+$|[*†‡§¶]+$|\s*:$")
#: "(Lamp Collaboration)"
_ENCLOSED = re.compile(r"\(([^()]*)\)")


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a source that sends each by itself, cleaned, without what is no name."""
    return tuple(_names(names))


def split_creators(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas, such as those in arXiv's feeds.

    Affiliations stand in parentheses and are left out: `Ada Doe (Univ. X, Dept. Y), Bo Roe (1)
    ((1) Univ. Z)`. A parenthesis that is never closed reaches to the end of the list. In
    `The X Collaboration: A. Doe` the collaboration is the first name.
    """
    pieces: list[str] = []
    for piece in _split_outside_parentheses(_unescape(text)):
        if pieces and _SUFFIX.fullmatch(_clean_name(piece)):
            pieces[-1] = f"{pieces[-1][:_MAX_RAW_NAME_LENGTH]} {_clean_name(piece)}"
        else:
            pieces.append(piece)
    return tuple(_names(pieces))


def split_semicolons(text: str) -> tuple[str, ...]:
    """Return the names in a list with semicolons, such as bioRxiv's `Doe, J.; Roe, R.`.

    The names come back with the first name first: `J. Doe`, `R. Roe`.
    """
    return tuple(_names(_first_name_first(piece) for piece in _unescape(text).split(";")))


def _names(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the names in pieces that hold one each, and the collaborations they were written for.

    A collaboration that is in the list by itself is not added.
    """
    names: list[str] = []
    groups: list[tuple[int, str]] = []
    for piece in pieces:
        text = clean(piece[:_MAX_RAW_NAME_LENGTH])
        behalf = _ON_BEHALF.search(text)
        if behalf and _is_group(text, behalf):
            groups.append((len(names) + 1, _clean_name(behalf["whom"])))
        else:
            behalf = None
        name = _clean_name(text[: behalf.start()] if behalf else text)
        if not _NO_NAME.fullmatch(name):
            names.append(name)
    for at, group in reversed(groups):
        if group.casefold() not in map(str.casefold, names):
            names.insert(at, group)
    yield from names


def _is_group(text: str, behalf: re.Match[str]) -> bool:
    """Whether a piece is of an author who wrote for a group, and no organisation's name."""
    if _ORGANISATION.search(text, 0, behalf.start()):
        return False
    return bool(behalf["whom"] and (behalf["sure"] or _GROUP.search(behalf["whom"])))


def _unescape(text: str) -> str:
    """Resolve HTML entities, because the semicolon of `&uuml;` separates no names."""
    return unescape(text[:MAX_LENGTH])


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
    enclosed = _ENCLOSED.fullmatch(name)
    name = _ET_AL.sub("", enclosed[1] if enclosed else name)
    return clean(_MARKS.sub("", name))[:MAX_NAME_LENGTH].strip()


def _first_name_first(piece: str) -> str:
    """Return `Jane Doe Jr.` for `Doe, Jane, Jr.`."""
    last, _, first = clean(piece[:_MAX_RAW_NAME_LENGTH]).partition(",")
    first, _, suffix = first.partition(",")
    return _clean_name(" ".join(filter(None, (first.strip(), last.strip(), suffix.strip()))))
