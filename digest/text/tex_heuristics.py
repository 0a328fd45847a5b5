"""Decisions on what in a text is TeX, and what only looks like it.

A dollar may be a price, a brace may be a set or JSON, a backslash may be part of a path. No rule
can always be right here. In doubt a function decides for "not TeX", and the text stays as it is.
Positions are indexes into the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

#: Two words in a row, or a number and a word: that is a sentence and not a formula.
_SENTENCE = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,},?\s+[A-Za-z]{2,}|^\s*\d\S*\s+[a-z]{2,}\s")
#: A macro or an innermost group.
_MACRO_OR_GROUP = re.compile(r"\\[A-Za-z]+\*?|\{[^{}]*\}")
#: The content of a group that only keeps BibTeX from changing capitals: `{B}ayes`, `{cAMP}`,
#: `{(RNA,}`, `{T4 DNA}`.
_KEPT_CAPITALS = re.compile(
    r"[\w~/.+'(“‘–—-]*[A-Z][\w~/.+'()”’–—-]*[.,;:]*|[(]?[A-Z][\w~-]*(?: [\w~-]+)+[).,;:]*"
)
#: The most characters of such a content: it is a word or a few.
_MAX_KEPT_CAPITALS = 100
#: An apostrophe that a program escaped, as in it\'s and O\'Neil.
_APOSTROPHE = re.compile(r"\w?[A-Za-z]\\'s\b|(?:^|\W)[DLO]\\'[A-Z]")
#: A macro that ends where the search ends.
_MACRO_BEFORE = re.compile(r"\\([A-Za-z]+)\*?$")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
#: A dot accent with a letter that has one in some language; another `\.` is that of `\.zip`.
_DOTTED = re.compile(r"\\.(?:\s*\{|[ZI]|z(?!ip))")
#: A backslash and a quotation mark without a letter to put an accent on.
_JSON_QUOTE = re.compile(r"\\\"(?!\s*[A-Za-z{\\])")
_PATH_SEPARATORS = ("\\", "/")


def find_groups(text: str, max_depth: int) -> dict[int, int]:
    """Return the position of each group's closing brace, by that of its opening brace.

    A group with more than `max_depth` levels of groups, itself included, is left out together with
    all groups in it. The time is proportional to the length of the text.
    """
    ends: dict[int, int] = {}
    # Of each open group: its position, its levels so far, and how many groups closed before it.
    still_open: list[tuple[int, int, int]] = []
    # The positions of the groups that are closed and not left out, in the order they closed.
    closed: list[int] = []
    for match in _BRACES.finditer(text):
        if match[0] == "{":
            still_open.append((match.start(), 1, len(closed)))
        elif match[0] == "}" and still_open:
            start, levels, closed_before = still_open.pop()
            closed.append(start)
            ends[start] = match.start()
            if levels > max_depth:
                for inner in closed[closed_before:]:
                    ends.pop(inner, None)
                del closed[closed_before:]
            if still_open:
                outer, outer_levels, number = still_open[-1]
                still_open[-1] = outer, max(outer_levels, levels + 1), number
    return ends


def is_math(inside: str, after: str) -> bool:
    """Whether the text between two dollars is a formula; `after` is the character behind them."""
    bare = inside
    for _ in range(3):
        bare = _MACRO_OR_GROUP.sub("·", bare)
    if _SENTENCE.search(bare):
        return False
    if re.search(r"\\[A-Za-z]|\^", inside):
        return True
    # Without a macro it could be the text between two prices, or between two shell variables.
    bare = inside.lstrip()
    if bare != inside and not re.fullmatch(r"[A-Za-z]\S*", bare):
        return False
    if bare != bare.rstrip() or after.isdigit() or re.search('[`;"]', bare):
        return False
    is_price = re.match(r"\d[^\s]*\s.*[A-Za-z]", inside, re.DOTALL)
    if is_price:
        return False
    is_variable = re.match(r"[A-Z_]{3,}", inside) and (after == "{" or after.isupper())
    if is_variable:
        return False
    return sum(map(inside.count, "([")) == sum(map(inside.count, ")]"))


def is_path(
    text: str, start: int, end: int, known: Container[str], symbols: Container[str]
) -> bool:
    """Whether a macro without arguments may be part of a path or of a regular expression.

    Args:
        text: The whole text.
        start: The position of the macro's backslash.
        end: The position behind the macro.
        known: The names of all macros that are converted.
        symbols: The names of those that stand for a symbol.

    """
    name, after = text[start + 1 : end].rstrip("*"), text[end : end + 2]
    before = text[start - 1 : start] if start else ""
    if (macro := _MACRO_BEFORE.search(text, max(start - 30, 0), start)) and macro[1] in known:
        before = ""
    if name in symbols:
        return before.isalpha() or before in _PATH_SEPARATORS
    is_regex = after[:1] == "\\" and after[1:].strip() != "" and name not in known
    is_glued = before.isascii() and before.isalnum()
    return is_glued or is_regex or before in _PATH_SEPARATORS or len(name) == 1


def is_redundant_group(text: str, start: int, close: int, known: Container[str]) -> bool:
    """Whether the braces at two positions mean nothing, so that only their content is kept.

    `known` has the names of all macros that are converted.
    """
    inside = text[start + 1 : close]
    before, after = text[start - 1 : start], text[close + 1 : close + 2]
    if before == "$" or before + after in ('""', "''"):
        return False
    if len(inside) == 1 and not inside.isalnum():
        return before.isalnum() and (inside != "," or after.isdigit())
    if macro := re.match(r"\\([A-Za-z]+)", inside):
        return macro[1] in known or re.match(r"[cvuHkrdb]\W", inside[1:3]) is not None
    if re.match(r"\\[\"'`^~=.]|\$.*\$$", inside, re.DOTALL):
        return not escapes_quotes(inside)
    return _keeps_capitals(inside) or _is_paragraph(inside) or _is_title(text, start, close)


def _keeps_capitals(inside: str) -> bool:
    return len(inside) <= _MAX_KEPT_CAPITALS and _KEPT_CAPITALS.fullmatch(inside) is not None


def _is_paragraph(inside: str) -> bool:
    """Whether a group holds a whole paragraph, as abstracts in BibTeX files do."""
    stripped = inside.strip()
    first = stripped.lstrip("\"“‘'(")[:1]
    is_long = stripped.count(" ") > 5 and stripped[-1:] in '.!?…"”'
    return is_long and first.isupper() and '":' not in inside


def _is_title(text: str, start: int, close: int) -> bool:
    """Whether the whole text is one group, as titles in BibTeX files are."""
    inside = text[start + 1 : close].strip()
    return (
        start == 0
        and not text[close + 1 :].strip(" .")
        and inside[:1].isupper()
        and " " in inside
        and '"' not in inside
    )


def escapes_quotes(text: str) -> bool:
    """Whether backslashes before quotation marks are no accents, as in JSON inside of JSON."""
    return _JSON_QUOTE.search(text) is not None


def is_extension(text: str, at: int) -> bool:
    """Whether the `\\.` at a position belongs to a regex such as `\\.txt` and is no accent."""
    return _DOTTED.match(text, at) is None


def is_apostrophe(text: str, at: int) -> bool:
    """Whether the `\\'` at a position is an apostrophe that a program escaped and is no accent."""
    return _APOSTROPHE.match(text, max(at - 2, 0)) is not None
