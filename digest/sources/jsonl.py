"""JSON Lines, one paper a line: the format for papers of any other program.

The fields are those of `digest papers list --json`; its output, a JSON array, can be read as well,
so one installation can read the papers of another. Only `title` is required; unknown keys are
ignored. docs/operating.md lists the fields.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.days import as_utc
from digest.models.identity import canonical_id, is_understood, known_id
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, read_files
from digest.text.clean import clean, safe_url
from digest.text.wording import count, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: so many of the ids that are not understood are named in a warning
_SHOWN = 3


def read(source: Source, _request: FetchRequest) -> list[RawDocument]:
    """Read the files that match the path."""
    return read_files(source)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse one file; a line that is not a paper is rejected with its number and the reason."""
    found: list[Paper] = []
    rejected: list[Rejected] = []
    unknown: list[str] = []
    for number, line in _records(document.text):
        try:
            found.append(_paper(line, day=day, now=now, unknown=unknown))
        except _BadRecordError as error:
            rejected.append(Rejected(where=f"{document.where}:{number}", reason=str(error)))
    return Batch(
        papers=tuple(paper for paper in found if paper.withdrawn_on is None),
        updates=tuple(paper for paper in found if paper.withdrawn_on is not None),
        rejected=tuple(rejected),
        declared=len(found) + len(rejected),
        warnings=_about_ids(document.where, unknown),
    )


class _BadRecordError(ValueError):
    """A line is not a paper; the message says why."""


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Yield the records with their line numbers, or an array's elements with their positions."""
    try:
        elements = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        elements = None  # read as lines instead; each is rejected with its own reason
    if isinstance(elements, list) and all(isinstance(element, dict) for element in elements):
        yield from enumerate(map(json.dumps, elements), start=1)
        return
    # Not splitlines(): a JSON string may hold U+2028, which does not end a line.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _about_ids(where: str, unknown: list[str]) -> tuple[str, ...]:
    """Return a warning of the ids of a file that are not understood, with the first of them."""
    if not unknown:
        return ()
    shown = ", ".join(f"“{squeeze(one)[:60]}”" for one in unknown[:_SHOWN])
    more = ", …" if len(unknown) > _SHOWN else ""
    return (f"{where}: {count(len(unknown), 'id')} not understood: {shown}{more}",)


def _paper(line: str, *, day: date, now: datetime, unknown: list[str]) -> Paper:
    """Return the paper of a line; ids that are not understood are added to `unknown`."""
    record = _object(line)
    title = clean(_text(record, "title"))
    abstract = clean(_text(record, "abstract"))
    if not title:
        raise _BadRecordError("no title")
    authors = tuple(filter(None, (clean(name) for name in _texts(record, "authors"))))
    # Not cleaned as text: the id of an address is no TeX, and has no entities.
    identifier, others = _text(record, "id"), list(_texts(record, "aliases"))
    paper_id = canonical_id(identifier, title, authors[0] if authors else "")
    unknown += [one for one in (identifier, *others) if one.strip() and not is_understood(one)]
    signals = Signals(**_numbers(record, "signals", ("upvotes", "comments", "stars", "citations")))
    withdrawn_on = _day(record, "withdrawn_on")
    return Paper(
        id=paper_id,
        aliases=tuple(filter(None, map(known_id, others))),
        title=title,
        abstract=abstract,
        authors=authors,
        author_count=_number(record, "author_count"),
        categories=tuple(filter(None, (clean(name) for name in _texts(record, "categories")))),
        published_at=_moment(record, "published_at"),
        version=_number(record, "version"),
        comment=clean(_text(record, "comment")),
        venue=clean(_text(record, "venue")),
        tldr=clean(_text(record, "tldr")),
        organization=clean(_text(record, "organization")),
        withdrawn_on=withdrawn_on,
        day=_day(record, "day") or day,
        links=_links(record),
        signals=signals,
        observed_at=min(_moment(record, "observed_at") or now, now) if signals.known else None,
    )


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadRecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise _BadRecordError("not a JSON object")
    return record


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _BadRecordError(f"{key} is not text")
    return value


def _texts(record: dict[str, Any], key: str) -> Iterable[str]:
    value = record.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _BadRecordError(f"{key} is not a list of texts")
    return value


def _number(record: dict[str, Any], key: str) -> int | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise _BadRecordError(f"{key} is not a whole number of at least 0")
    return value


def _numbers(record: dict[str, Any], key: str, names: tuple[str, ...]) -> dict[str, int | None]:
    value = record.get(key) or {}
    if not isinstance(value, dict):
        raise _BadRecordError(f"{key} is not a JSON object")
    return {name: _number(value, name) for name in names}


def _links(record: dict[str, Any]) -> Links:
    value = record.get("links") or {}
    if not isinstance(value, dict):
        raise _BadRecordError("links is not a JSON object")
    found = {name: safe_url(value.get(name)) for name in ("abs", "pdf", "code", "project", "page")}
    return Links(**found)


def _moment(record: dict[str, Any], key: str) -> datetime | None:
    value = record.get(key)
    if value is None:
        return None
    try:
        return as_utc(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise _BadRecordError(f"{key} is not a time like 2026-02-02T09:30:00Z") from error


def _day(record: dict[str, Any], key: str) -> date | None:
    value = record.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _BadRecordError(f"{key} is not a date like 2026-02-02") from error


KIND = Kind(read=read, parse=parse, rank=90)
