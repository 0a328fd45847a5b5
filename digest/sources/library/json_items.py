"""The items of a JSON list, each by itself, so that a fault costs the item that it is in.

A JSON reader gives up at the first fault. Where the faulty item ends is then found in two ways.
Most faults leave strings and brackets whole, and the brackets say it. If a quotation mark or
bracket is lost, the next object that looks like an item begins one, if it is no value of another.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from digest.sources.library.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER = json.JSONDecoder(strict=False)
#: lists in lists are one list
_SEPARATOR = re.compile(r"[\s,\[]*")
#: the end of a list behind which more items stand
_BETWEEN_LISTS = re.compile(r"\](?=[\]\s,]*[\[{])[\]\s,]*")
#: what may stand behind an item that is whole
_BEHIND = re.compile(r'\s*(?:\Z|[\[{\]]|,(?!\s*"(?:[^"\\]|\\.)*+"\s*:))', re.DOTALL)
_END = re.compile(r"[\s\]}]*\Z")
#: the end of a text without that of a list
_OPEN_END = re.compile(r"[\s}]*\Z")
#: what stands behind a value of an object
_BEHIND_VALUE = re.compile(r'\s*(?:\}|,\s*")')
#: A string with something odd behind it lacks a quotation mark, or another does.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?P<odd>"(?!\s*[:,\]}"]))?|[\[\]{}]', re.DOTALL)
_BRACKET = re.compile(r"(?P<is_value>:\s*+)?(?:\[|\{(?=\s*[\"}]))")
_OPENING = {"}": "{", "]": "["}
#: by these an item is known, whose names and dates are objects too
_TITLES = ("title", "title-short")
_NAMED = re.compile(
    r'"(?P<name>id|citation-key|title)"\s*:\s*\[?\s*(?:"(?P<text>(?:[^"\\\n]|\\.){1,200})"?|(?P<number>\d{1,20}))'
)

#: after as many faults a file is no library
_MOST_FAULTS = 200
#: characters among which the end of an item is looked for by its brackets; long ones have 20,000
_LONGEST_ITEM = 100_000


class Item(NamedTuple):
    """An item, or why it could not be read."""

    where: str
    value: Any
    #: empty for what could be read
    fault: str = ""


def items(text: str, at: int) -> Iterator[Item]:
    """Yield the items from a position on, which is in a list or before items without one.

    Commas between them may be missing. The work is linear in the length of the text: what is read
    in vain is counted, and behind too many faults the rest is not read.
    """
    lines, faults, number = Lines(text), 0, 0
    search = _Search(text)
    while (at := _next(text, at)) < len(text):
        if text[at] == "]":  # an item may have lost the bracket that this one belongs to
            later = None if _END.match(text, at) else search.item_after(at)
            if later is None:
                return
            at, faults = later, faults + 1
            yield Item(
                f"line {lines.at(at)}, item {number}",
                None,
                "a bracket too many, or text behind its end",
            )
        number += 1
        value, end, fault = _decoded(text, at)
        found: int | None = end
        if not fault and not _BEHIND.match(text, end):
            found = search.item_after(end)
            if _is_followed_by_another(value, text[end : found or end + _LONGEST_ITEM]):
                yield Item(f"line {lines.at(at)}, item {number}", value)
                number, at, fault = number + 1, end, "no bracket before it"
            else:
                fault = "a bracket too many, or text behind its end"
        elif fault:
            found = _end_of_item(text, at) or search.item_after(end)
        elif _OPEN_END.match(text, end) and (within := search.item_after(at + 1)):
            found, fault = within, "a bracket that is not closed"
        where = f"line {lines.at(at)}, item {number}"
        if not fault:
            yield Item(where, value)
            at = end
            continue
        faults += 1
        yield Item(where + _name(text, at, found), None, fault)
        if search.is_exhausted or (found and faults >= _MOST_FAULTS):
            yield Item(where, None, "the rest is not read: too many faults")
            return
        at = found or len(text)


def _is_followed_by_another(value: object, behind: str) -> bool:
    """Whether what stands behind an item is a second one that lacks its bracket."""
    names = (found["name"] for found in _NAMED.finditer(behind))
    return isinstance(value, dict) and any(name in value for name in names)


def _next(text: str, at: int) -> int:
    """Return the position of the next item, of the end of the list, or of the text."""
    while True:
        found = _SEPARATOR.match(text, at)
        at = found.end() if found else at
        between = _BETWEEN_LISTS.match(text, at)
        if between is None:
            return at
        at = between.end()


def _decoded(text: str, at: int) -> tuple[Any, int, str]:
    """Return a value and its end; or None, where to look on, and the fault."""
    try:
        return *_DECODER.raw_decode(text, at), ""
    except json.JSONDecodeError as error:
        return None, at + 1, f"it is no JSON: {error.msg}"
    except ValueError:  # a number of more digits than Python reads
        return None, at + 1, "it is no JSON: a number is too long"
    except RecursionError:
        return None, at + 1, "it is no JSON: nested too deeply"


def _end_of_item(text: str, at: int) -> int | None:
    """Return where an item ends by its brackets, or None if these are not whole."""
    if text[at] != "{":
        return None
    opened: list[str] = []
    for token in _TOKEN.finditer(text, at, at + _LONGEST_ITEM):
        if token[0] in "[{":
            opened.append(token[0])
        elif token["odd"]:
            return None
        elif token[0] in "]}":
            if opened.pop() != _OPENING[token[0]]:
                return None
            if not opened:
                return token.end() if _BEHIND.match(text, token.end()) else None
    return None


class _Search:
    """Looks for the next item behind a fault that has left no order of brackets."""

    def __init__(self, text: str) -> None:
        self._text = text
        #: characters that may still be read in vain
        self._left = 2 * len(text) + _LONGEST_ITEM

    @property
    def is_exhausted(self) -> bool:
        return self._left < 0

    def item_after(self, at: int) -> int | None:
        """Return where the next item behind a position begins, or None."""
        while (bracket := _BRACKET.search(self._text, at)) and not self.is_exhausted:
            start = bracket.end() - 1
            value, end = self._read(start)
            is_value = bracket["is_value"] is not None
            if is_value and end and _BEHIND_VALUE.match(self._text, end) and not _holds(value):
                at = end
            elif not is_value and _is_item(value):
                return start
            else:
                self._left -= max((end or start) - start, 1)
                at = start + 1
        return None

    def _read(self, start: int) -> tuple[Any, int]:
        """Return the value at a bracket and its end, which is 0 if there is none."""
        try:
            return _DECODER.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            self._left -= error.pos - start + error.pos // 100  # it has counted lines up to there
        except (ValueError, RecursionError):
            self._left -= _LONGEST_ITEM
        return None, 0


def _is_item(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return any(name in value for name in _TITLES) or ("id" in value and "type" in value)


def _holds(value: Any) -> bool:
    """Whether a value has items within, which it swallowed since a bracket is lost."""
    within = value.values() if isinstance(value, dict) else value
    return any(_is_item(one) or _holds(one) for one in within if isinstance(one, dict | list))


def _name(text: str, at: int, end: int | None) -> str:
    """Return what an item that cannot be read says of itself: its id, or its title."""
    until = min(end or len(text), at + _LONGEST_ITEM)
    named = {found["name"]: found for found in reversed([*_NAMED.finditer(text, at, until)])}
    for name in ("id", "citation-key", "title"):
        if found := named.get(name):
            word = "title" if name == "title" else "id"
            return f", {word} {(found['text'] or found['number'])[:60]}"
    return ""
