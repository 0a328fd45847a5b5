"""RIS: lines of a tag and a value, a record from TY to ER.

rispy reads a record. What it leaves to others is done before: it loses a record behind a byte order
mark, one without ER and every one whose tags have one blank, and joins two without ER between.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rispy import RisParser

from digest.sources.library.ids import Clues
from digest.sources.library.seeds import Entry, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_START = re.compile(r"[\s\ufeff]*TY(?P<blanks>[ \t]*)-(?:\s+(?P<type>.*))?", re.IGNORECASE)
#: an ER is one in any spelling; no text has such a line
_END = re.compile(r"\s*ER[ \t]*-\s*", re.IGNORECASE)
#: Some files have one blank behind a tag, or none. No word at the beginning of a line is a tag.
_TAG = re.compile(r"\s*(?P<tag>[A-Za-z][A-Za-z0-9])(?P<blanks>[ \t]*)-(?:\s+(?P<value>.*))?")
#: of a record; the longest list of authors known has five thousand
_MOST_LINES = 10_000
#: tags of which the first counts, and whose value may go on in the next line
_TEXTS = ("TI", "T1", "CT", "AB", "N2")
_AUTHORS = ("AU", "A1")
_DATES = ("PY", "Y1", "DA")
_DOIS = ("DO", "DI")
_ADDRESSES = ("UR", "L1", "L2", "L3", "L4", "LK")
_FILES = ("L1", "L2", "L4")
_VENUES = ("JO", "JF", "JA", "J1", "J2", "T2", "PB", "DB", "DP", "AR")
_NUMBERS = (
    "AN", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "CN", "EP", "IS", "M1", "M2", "M3",
    "SE", "SN", "SP", "VL",
)  # fmt: skip
_NOTES = ("N1", "RN", "U1", "U2", "U3", "U4", "U5")
_LISTS = (*_AUTHORS, *_DATES, *_DOIS, *_ADDRESSES, *_VENUES, *_NUMBERS, *_NOTES, "ID")
#: those that mean something to us or to rispy
_TAGS = {*RisParser.DEFAULT_MAPPING, *_TEXTS, *_LISTS}
_PARSER = RisParser(
    mapping={tag: tag for tag in ("TY", "ER", *_TEXTS, *_LISTS)},
    list_tags=list(_LISTS),
    delimiter_tags_mapping={},
    skip_unknown_tags=True,
)


def entries(text: str) -> Iterator[Entry]:
    """Yield the records of a file; text before the first and between them is left out."""
    record: list[str] = []
    blanks = began = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if start := _START.fullmatch(line):
            if record:
                yield _entry(record, began)
            blanks, began = len(start["blanks"]), number
            record = [f"TY  - {start['type'] or ''}"]
        elif record and _END.fullmatch(line):
            yield _entry(record, began)
            record = []
        elif record and len(record) < _MOST_LINES:
            record.append(_with_two_blanks(line, blanks))
    if record:
        yield _entry(record, began)


def _with_two_blanks(line: str, blanks: int) -> str:
    """Return a line as the format wants it, `AU  - …`; TY says how many blanks a record has."""
    found = _TAG.fullmatch(line)
    if found is None or found["tag"].upper() not in _TAGS:
        return line
    has_blanks = len(found["blanks"]) in (1, 2, blanks)
    return f"{found['tag'].upper()}  - {(found['value'] or '').strip()}" if has_blanks else line


def _entry(record: Sequence[str], line: int) -> Entry:
    read: dict[str, Any] = _PARSER.parse_lines(iter([*record, "ER  - "]))[0]

    def values(tags: Sequence[str]) -> tuple[str, ...]:
        return tuple(value for tag in tags for value in read.get(tag, ()) if value)

    def first(*tags: str) -> str:
        return next((read[tag] for tag in tags if read.get(tag)), "")

    key = next(iter(values(["ID"])), "")
    return Entry(
        where=f"line {line}" + (f", id {key[:60]}" if key else ""),
        title=first("TI", "T1", "CT"),
        abstract=first("AB", "N2"),
        authors=values(_AUTHORS),
        year=next(filter(None, map(find_year, values(_DATES))), None),
        clues=Clues(
            dois=values(_DOIS),
            addresses=values(_ADDRESSES),
            numbers=values(_NUMBERS),
            venues=values(_VENUES),
            notes=values(_NOTES),
            files=values(_FILES),
            key=key,
        ),
    )
