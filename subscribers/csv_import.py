"""The address book as a CSV file: import and export.

An import starts with a plan that says what happens to each row; `apply` then carries it out.
It never changes the status of a subscriber who left, is suppressed, or was erased.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from subscribers import addresses
from subscribers.errors import AddressError, CSVImportError
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from subscribers.book import Book, Evidence
    from subscribers.models import Subscriber

COLUMNS = ("address", "status", "topics", "since")
#: Spreadsheets run a cell that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ImportAction(StrEnum):
    """What an import does with a row."""

    #: a new subscriber, who is asked by mail to confirm
    ADD = "add"
    #: a new or pending subscriber; the operator vouches for the consent
    CONFIRM = "confirm"
    #: a known subscriber, who gets the topics of the row
    UPDATE = "update"
    #: a known subscriber, for whom the row has nothing new
    KEEP = "keep"
    #: a subscriber who left, is suppressed or was erased; nothing changes
    REFUSE = "refuse"
    #: the row has no valid address, or an unknown topic
    REJECT = "reject"


_CHANGES = (ImportAction.ADD, ImportAction.CONFIRM, ImportAction.UPDATE)


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One row of a CSV file, and what the import does with it."""

    #: the number of its line in the file
    number: int
    address: str
    topics: tuple[str, ...]
    action: ImportAction
    reason: str = ""


def plan(text: str, book: Book, *, known_topics: Iterable[str], confirmed: bool) -> list[ImportRow]:
    """Decide what an import does with each row of a CSV file; change nothing.

    The first line names the columns: `address` (or `email`), and `topics`, separated by spaces
    or semicolons. Other columns are ignored. `confirmed` says that the operator vouches for the
    consent of all rows.

    Raises:
        CSVImportError: the file is not CSV, or has no column of addresses.

    """
    slugs = set(known_topics)
    rows: list[ImportRow] = []
    seen: set[str] = set()
    for number, cells in _rows(text):
        row = _plan_row(number, cells, book, slugs, confirmed=confirmed)
        if row.action is not ImportAction.REJECT:
            key = addresses.parse(row.address).key
            if key in seen:
                row = _reject(number, row.address, "the address is in the list twice")
            seen.add(key)
        rows.append(row)
    return rows


def apply(
    rows: Sequence[ImportRow], book: Book, *, default_topics: Sequence[str], confirmed: bool,
    evidence: Evidence,
) -> list[Subscriber]:  # fmt: skip
    """Carry out a plan; return the subscribers that were added or changed."""
    changed = []
    for row in rows:
        if row.action not in _CHANGES:
            continue
        found = book.find(row.address)
        topics = row.topics or (found.topics if found else tuple(default_topics))
        subscriber = book.add(
            row.address, topics, confirmed=confirmed, evidence=evidence, event=Event.IMPORT
        )
        if subscriber is not None:
            changed.append(subscriber)
    return changed


def export(subscribers: Iterable[Subscriber]) -> str:
    """Write subscribers as CSV, in a form that `plan` can read."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in subscribers:
        cells = (one.address, one.status, " ".join(one.topics), one.since.isoformat())
        writer.writerow([_escape_formula(str(cell)) for cell in cells])
    return out.getvalue()


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield the rows after the header, each with the number of its first line."""
    text = text.removeprefix("\ufeff")
    reader = csv.DictReader(io.StringIO(text), restval="", delimiter=_delimiter(text))
    try:
        names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
        column = names.get("address") or names.get("email")
        if column is None:
            raise CSVImportError(
                "the first line must name a column `address`; others may be `topics`"
            )
        for row in reader:
            line_breaks = "".join(map("".join, row.values())).count("\n")
            topics = row.get(names.get("topics") or "") or ""
            address = _unescape_formula(row[column])
            yield reader.line_num - line_breaks, {"address": address, "topics": topics}
    except csv.Error as error:
        raise CSVImportError(f"line {reader.reader.line_num} is not CSV: {error}") from error


def _delimiter(text: str) -> str:
    """Return the delimiter: a semicolon where the spreadsheet's locale has decimal commas."""
    first, _, _ = text.partition("\n")
    return ";" if ";" in first and "," not in first else ","


def _plan_row(
    number: int, cells: dict[str, str], book: Book, slugs: set[str], *, confirmed: bool
) -> ImportRow:
    address = cells["address"].strip()
    topics = tuple(dict.fromkeys(cells["topics"].replace(";", " ").split()))
    unknown = [topic for topic in topics if topic not in slugs]
    if unknown:
        return _reject(number, address, f"there is no topic {unknown[0]!r}")
    try:
        found = book.find(address)
        erased = book.is_erased(address)
    except AddressError as error:
        return _reject(number, address, str(error))
    row = partial(ImportRow, number=number, address=address, topics=topics)
    if erased:
        return row(action=ImportAction.REFUSE, reason="was erased")
    if found is not None and found.status is Status.PENDING and book.had_left(found.id):
        reason = "had left, and has not confirmed to come back"
        return row(action=ImportAction.REFUSE, reason=reason)
    if found is not None and found.status in (Status.LEFT, Status.SUPPRESSED):
        return row(action=ImportAction.REFUSE, reason=f"is {found.status}")
    if confirmed and (found is None or found.status is Status.PENDING):
        return row(action=ImportAction.CONFIRM, reason="you vouch for it")
    if found is None:
        return row(action=ImportAction.ADD, reason="will be asked to confirm")
    if topics and topics != found.topics:
        return row(action=ImportAction.UPDATE, reason=f"is {found.status}, gets new topics")
    return row(action=ImportAction.KEEP, reason=f"is {found.status}")


def _reject(number: int, address: str, reason: str) -> ImportRow:
    return ImportRow(
        number=number, address=address, topics=(), action=ImportAction.REJECT, reason=reason
    )


def _escape_formula(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula."""
    return "'" + cell if cell.startswith(("'", *_FORMULA)) else cell


def _unescape_formula(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *_FORMULA)) else cell
