"""What is TeX in a text, and what only looks like it.

A dollar may be a price, a brace a set or JSON, a backslash a path. In doubt it is not TeX.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

#: Two words one after the other are a sentence and not a formula.
_SENTENCE = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,},?\s+[A-Za-z]{2,}|^\s*\d\S*\s+[a-z]{2,}\s")
_MACROS = re.compile(r"\\[A-Za-z]+\*?|\{[^{}]*\}")
#: A group that only keeps BibTeX from changing capitals: `{B}ayes`, `{cAMP}`, `{(RNA,}`, `{T4 DNA}`
_KEPT_CAPITALS = re.compile(
    r"[\w~/.+'(“‘–—-]*[A-Z][\w~/.+'()”’–—-]*[.,;:]*|[(]?[A-Z][\w~-]*(?: [\w~-]+)+[).,;:]*"
)
#: it\'s and O\'Neil: an apostrophe that some program escaped
_APOSTROPHE = re.compile(r"\w?[A-Za-z]\\'s\b|(?:^|\W)[DLO]\\'[A-Z]")
_MACRO_BEFORE = re.compile(r"\\([A-Za-z]+)\*?$")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
#: Only a few languages have dotted letters; `\.zip` is a file.
_DOTTED = re.compile(r"\\.(?:\s*\{|[ZI]|z(?!ip))")
_JSON_QUOTE = re.compile(r"\\\"(?!\s*[A-Za-z{\\])")
_OF_PATHS = ("\\", "/")
#: Characters; what only keeps capitals is a word or a few.
_FEW = 100


def groups(text: str, deepest: int) -> dict[int, int]:
    """Find where each group closes; those in a nest that is deeper than `deepest` are none."""
    ends: dict[int, int] = {}
    #: of the groups that are open: where, how high what they hold is, how many groups came before
    still_open: list[tuple[int, int, int]] = []
    nests: list[int] = []
    for match in _BRACES.finditer(text):
        if match[0] == "{":
            still_open.append((match.start(), 1, len(nests)))
        elif match[0] == "}" and still_open:
            start, height, before = still_open.pop()
            nests.append(start)
            ends[start] = match.start()
            if height > deepest:
                for inner in nests[before:]:
                    ends.pop(inner, None)
                del nests[before:]
            if still_open:
                outer, tallest, number = still_open[-1]
                still_open[-1] = outer, max(tallest, height + 1), number
    return ends


def is_math(inside: str, after: str) -> bool:
    """Whether what stands between two dollars is a formula; `after` follows the second."""
    bare = inside
    for _ in range(3):
        bare = _MACROS.sub("·", bare)
    if _SENTENCE.search(bare):
        return False
    if re.search(r"\\[A-Za-z]|\^", inside):
        return True
    # Without a macro it could be two prices, or two variables of a shell.
    bare = inside.lstrip()
    if bare != inside and not re.fullmatch(r"[A-Za-z]\S*", bare):
        return False
    if bare != bare.rstrip() or after.isdigit() or re.search('[`;"]', bare):
        return False
    is_price = re.match(r"\d[^\s]*\s.*[A-Za-z]", inside, re.DOTALL)
    if is_price:
        return False
    if re.match(r"[A-Z_]{3,}", inside) and (after == "{" or after.isupper()):
        return False
    return sum(map(inside.count, "([")) == sum(map(inside.count, ")]"))


def is_path(
    text: str, start: int, end: int, known: Container[str], symbols: Container[str]
) -> bool:
    """Whether what looks like a macro without arguments may as well be of a path or a regex."""
    name, after = text[start + 1 : end].rstrip("*"), text[end : end + 2]
    before = text[start - 1 : start] if start else ""
    if (macro := _MACRO_BEFORE.search(text, max(start - 30, 0), start)) and macro[1] in known:
        before = ""
    if name in symbols:
        return before.isalpha() or before in _OF_PATHS
    is_regex = after[:1] == "\\" and after[1:].strip() != "" and name not in known
    is_glued = before.isascii() and before.isalnum()
    return is_glued or is_regex or before in _OF_PATHS or len(name) == 1


def is_wrapping(text: str, start: int, close: int, known: Container[str]) -> bool:
    """Whether the braces at two places of a text say nothing to a reader."""
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
    return len(inside) <= _FEW and _KEPT_CAPITALS.fullmatch(inside) is not None


def _is_paragraph(inside: str) -> bool:
    """Whether a group is a whole paragraph, as BibTeX likes abstracts."""
    edges = inside.strip()
    first = edges.lstrip("\"“‘'(")[:1]
    is_long = edges.count(" ") > 5 and edges[-1:] in '.!?…"”'
    return is_long and first.isupper() and '":' not in inside


def _is_title(text: str, start: int, close: int) -> bool:
    """Whether all of a text stands in braces, as BibTeX likes titles."""
    inside = text[start + 1 : close].strip()
    return (
        start == 0
        and not text[close + 1 :].strip(" .")
        and inside[:1].isupper()
        and " " in inside
        and '"' not in inside
    )


def escapes_quotes(text: str) -> bool:
    """Whether a backslash before a quotation mark is no accent, as in JSON within JSON."""
    return _JSON_QUOTE.search(text) is not None


def is_extension(text: str, at: int) -> bool:
    """Whether the \\. at a place is of a regex, such as `\\.txt`, and no dotted letter."""
    return _DOTTED.match(text, at) is None


def is_apostrophe(text: str, at: int) -> bool:
    """Whether the \\' at a place is an apostrophe that some program escaped, and no accent."""
    return _APOSTROPHE.match(text, max(at - 2, 0)) is not None
