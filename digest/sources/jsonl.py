"""JSON Lines, one paper a line: the format for papers of any other program.

The fields are those of `digest papers list --json`; its output, a JSON array, can be read as well,
so one installation can read the papers of another. Only `title` is required. A key or value that is
not understood is left out with a warning. docs/operating.md lists the fields.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.days import as_utc
from digest.models.identity import canonical_id, is_understood, known_id
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, read_files
from digest.sources.notes import LINKS, SIGNALS, Notes
from digest.sources.withdrawal import is_notice, is_withdrawn
from digest.text.authors import clean_names
from digest.text.clean import clean, safe_url
from digest.text.keywords import MOST, clean_keywords

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(source: Source, _request: FetchRequest) -> list[RawDocument]:
    """Read the files that match the path."""
    return read_files(source)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse one file; a line that is not a paper is rejected with its number and the reason.

    A key or value that is not understood costs no paper; the batch's warnings name it. Of several
    records of one paper the last says whether it is withdrawn.
    """
    found: list[Paper] = []
    withdrawn: dict[str, Paper] = {}
    rejected: list[Rejected] = []
    notes = Notes(where=document.where)
    for number, line in _records(document.text):
        try:
            paper = _paper(_Record(line=number, value=_object(line), notes=notes), day, now)
        except _BadRecordError as error:
            rejected.append(Rejected(where=f"{document.where}:{number}", reason=str(error)))
            continue
        found.append(paper)
        if paper.withdrawn_on:
            withdrawn[paper.id] = paper
        elif paper.restored_on:
            withdrawn.pop(paper.id, None)
    return Batch(
        papers=tuple(paper for paper in found if paper.withdrawn_on is None),
        updates=tuple(withdrawn.values()),
        rejected=tuple(rejected),
        declared=len(found) + len(rejected),
        warnings=notes.warnings,
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


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadRecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise _BadRecordError("not a JSON object")
    return record


def _paper(record: _Record, day: date, now: datetime) -> Paper:
    record.notes.see_keys(record.value)
    title = record.value.get("title")
    if title is not None and not isinstance(title, str):
        raise _BadRecordError("title is not text")
    if not (title := clean(title or "")):
        raise _BadRecordError("no title")
    abstract, comment = record.text("abstract"), record.text("comment")
    authors = clean_names(record.texts("authors"))
    # Not cleaned as text: the id of an address is no TeX, and has no entities.
    identifier, others = record.raw_text("id"), record.raw_texts("aliases")
    record.notes.see_ids(
        one for one in (identifier, *others) if one.strip() and not is_understood(one)
    )
    given = record.inside("signals")
    signals = Signals(**{name: given.number(name) for name in SIGNALS})
    version, own_day = record.number("version"), record.date("day")
    withdrawn_on, restored_on = record.date("withdrawn_on"), record.date("restored_on")
    if record.value.get("withdrawn_on") or _is_gone(record, comment, abstract):
        # A withdrawal whose day cannot be read is one all the same.
        withdrawn_on = withdrawn_on or own_day or day
    elif "restored_on" not in record.value and (
        "withdrawn_on" in record.value or (version or 1) > 1
    ):
        restored_on = own_day or day
    return Paper(
        id=canonical_id(identifier, title, authors[0] if authors else ""),
        aliases=tuple(filter(None, map(known_id, others))),
        title=title,
        abstract=abstract,
        authors=authors,
        author_count=record.number("author_count"),
        categories=record.texts("categories"),
        keywords=record.keywords("keywords"),
        published_at=record.moment("published_at"),
        version=version,
        comment=comment,
        venue=record.text("venue"),
        tldr=record.text("tldr"),
        organization=record.text("organization"),
        withdrawn_on=withdrawn_on,
        restored_on=restored_on,
        day=own_day or day,
        links=_links(record.inside("links")),
        signals=signals,
        observed_at=min(record.moment("observed_at") or now, now) if signals.known else None,
    )


def _is_gone(record: _Record, comment: str, abstract: str) -> bool:
    """Whether the paper's own words withdraw it, where the record does not say that it stands."""
    says_more = "withdrawn_on" in record.value or record.value.get("restored_on")
    return not says_more and (is_withdrawn(comment) or is_notice(abstract))


def _links(record: _Record) -> Links:
    return Links(**{name: record.url(name) for name in LINKS})


@dataclass(frozen=True, kw_only=True)
class _Record:
    """A JSON object. A value that is not what it should be is left out, with a note."""

    line: int
    value: dict[str, Any]
    notes: Notes
    #: "signals." or "links." for an object within the record
    prefix: str = ""

    def inside(self, key: str) -> _Record:
        """Return an object within this one, or an empty one."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, dict):
            self._leave_out(key, "is not a JSON object")
            value = None
        return replace(self, value=value or {}, prefix=f"{key}.")

    def text(self, key: str) -> str:
        return clean(self.raw_text(key))

    def raw_text(self, key: str) -> str:
        value = self.value.get(key)
        if value is not None and not isinstance(value, str):
            self._leave_out(key, "is not text")
            value = None
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(filter(None, map(clean, self.raw_texts(key))))

    def keywords(self, key: str) -> tuple[str, ...]:
        texts = self.raw_texts(key)
        if len(texts) > MOST:
            self._leave_out(key, f"holds more than {MOST}")
        return clean_keywords(texts)

    def raw_texts(self, key: str) -> list[str]:
        value = self.value.get(key)
        if value is not None and not isinstance(value, list):
            self._leave_out(key, "is not a list of texts")
            value = None
        texts = [item for item in value or () if isinstance(item, str)]
        if len(texts) < len(value or ()):
            self._leave_out(key, "holds what is not text")
        return texts

    def number(self, key: str) -> int | None:
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            self._leave_out(key, "is not a whole number of at least 0")
            return None
        return value

    def url(self, key: str) -> str | None:
        value = self.value.get(key)
        if not value:
            return None
        url = safe_url(value)
        if url is None:
            self._leave_out(key, "is not an http or https address")
        return url

    def moment(self, key: str) -> datetime | None:
        value = self.value.get(key)
        if value is None:
            return None
        try:
            return as_utc(datetime.fromisoformat(value))
        except (TypeError, ValueError, OverflowError):
            self._leave_out(key, "is not a time like 2026-02-02T09:30:00Z")
            return None

    def date(self, key: str) -> date | None:
        value = self.value.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self._leave_out(key, "is not a date like 2026-02-02")
            return None

    def _leave_out(self, key: str, reason: str) -> None:
        self.notes.leave_out(self.line, f"{self.prefix}{key} {reason}")


KIND = Kind(read=read, parse=parse, rank=90, revision=1)
