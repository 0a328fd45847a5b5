"""CSL-JSON: a list of items, as Zotero, Pandoc, Crossref and citation.js write it.

Processors stop at `[[null]]` for a date and at a number for an id, both of which real exports have
(docs.citationstyles.org asks for neither). Only the few fields that are needed are read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from digest.errors import LibraryError
from digest.sources.library.ids import Clues
from digest.sources.library.json_items import items
from digest.sources.library.seeds import Entry, Rejected, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK = re.compile(r"[\s\ufeff]*")
#: the list of a wrapped library, such as `{"items": […]}`
_LIST = re.compile(r'\{\s*"(?:items|references|data|results)"\s*:\s*(?=\[)')

_VENUES = (
    "container-title", "container-title-short", "publisher", "archive", "source", "institution",
)  # fmt: skip
_NUMBERS = (
    "number", "volume", "issue", "page", "page-first", "archive_location", "archive-location",
    "call-number", "eid",
)  # fmt: skip


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield the items of a file.

    Raises:
        LibraryError: it is no list of items.

    """
    at = _end(_BLANK, text, 0)
    wrapped = _LIST.match(text, at)
    at = wrapped.end() if wrapped else at
    if not text.startswith(("{", "["), at):
        raise LibraryError("it is no CSL-JSON, which is a list of items: [{…}, {…}]")
    for item in items(text, at):
        if item.fault:
            yield Rejected(where=item.where, reason=item.fault)
        else:
            yield from (_entry(one, item.where) for one in _unwrapped(item.value))


def _unwrapped(item: object) -> list[object]:
    """Return an item, or those that an object has by their ids."""
    if isinstance(item, dict) and item and all(isinstance(one, dict) for one in item.values()):
        return list(item.values())
    return [item]


def _entry(item: object, where: str) -> Entry | Rejected:
    if not isinstance(item, dict):
        return Rejected(where=where, reason="it is no item, which is an object: {…}")
    fields = {str(name).lower(): value for name, value in item.items()}

    def texts(*names: str) -> tuple[str, ...]:
        return tuple(text for name in names for text in _texts(fields.get(name)))

    key = next(iter(texts("id", "citation-key")), "")
    return Entry(
        where=where + (f", id {key[:60]}" if key else ""),
        title=next(iter(texts("title", "title-short")), ""),
        abstract=" ".join(texts("abstract")),
        authors=tuple(filter(None, map(_name, _listed(fields.get("author"))))),
        year=_year(fields.get("issued")),
        clues=Clues(
            dois=texts("doi"),
            addresses=texts("url"),
            numbers=texts(*_NUMBERS),
            venues=texts(*_VENUES),
            notes=texts("note", "annote"),
            key=key,
        ),
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: object) -> list[str]:
    """Return the texts of a value, which may be one, a number, a name, or a list of these."""
    found = [_name(one) if isinstance(one, dict) else one for one in _listed(value)]
    return [
        str(one)
        for one in found
        if isinstance(one, str | int | float) and not isinstance(one, bool) and one != ""
    ]


def _name(person: object) -> str:
    """Return the name of a person or an organization."""
    if isinstance(person, str):
        return person
    if not isinstance(person, dict):
        return ""

    def part(*names: str) -> str:
        found = (person[name] for name in names if isinstance(person.get(name), str))
        return next(filter(None, found), "")

    last = f"{part('non-dropping-particle', 'dropping-particle')} {part('family')}".strip()
    return part("literal", "name") or ", ".join(filter(None, (last, part("given"))))


def _year(issued: object) -> int | None:
    """Return the year of a date: in parts, as it was written, or a mere text."""
    if isinstance(issued, dict):
        parts = issued.get("date-parts")
        while isinstance(parts, list):
            parts = parts[0] if parts else None
        for text in (parts, issued.get("raw"), issued.get("literal")):
            if isinstance(text, str | int) and (year := find_year(str(text))):
                return year
        return None
    return find_year(str(issued)) if isinstance(issued, str | int) else None


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
