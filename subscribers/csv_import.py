"""The address book as a CSV file: bringing readers in, and taking all of them along.

An import is first a plan, line by line, that can be looked at; carrying it out says the same.
It never revives somebody who left, is suppressed, or was erased.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from subscribers import addresses
from subscribers.errors import AddressError, CSVImportError
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from subscribers.book import Book, Evidence
    from subscribers.models import Subscriber

COLUMNS = ("address", "status", "topics", "since")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ImportAction(StrEnum):
    """What an import makes of a line."""

    #: a new reader, who is asked to confirm
    ADD = "add"
    #: a new or pending reader, confirmed because the operator vouches
    CONFIRM = "confirm"
    #: a known reader, who gets the line's topics if it has any
    UPDATE = "update"
    #: a known reader to whom the line says nothing new
    KEEP = "keep"
    #: left, suppressed or erased: stays so
    REFUSE = "refuse"
    #: not a reader at all
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One line of a list, and what becomes of it."""

    number: int
    address: str
    topics: tuple[str, ...]
    action: ImportAction
    reason: str = ""


def plan(text: str, book: Book, *, known_topics: Iterable[str], confirmed: bool) -> list[ImportRow]:
    """Say what an import will do with each line of a CSV file; changes nothing.

    The first line names the columns: `address` (or `email`), and `topics`, separated by blanks
    or semicolons. Other columns are ignored.

    Raises:
        RosterError: the file has no column of addresses.

    """
    slugs = set(known_topics)
    lines: list[ImportRow] = []
    seen: set[str] = set()
    for number, cells in _rows(text):
        line = _judge(number, cells, book, slugs, confirmed=confirmed)
        if line.action is not ImportAction.REJECT:
            key = addresses.parse(line.address).key
            if key in seen:
                line = _reject(number, line.address, "the address is in the list twice")
            seen.add(key)
        lines.append(line)
    return lines


def apply(
    lines: Sequence[ImportRow], book: Book, *, default_topics: Sequence[str], confirmed: bool,
    evidence: Evidence,
) -> list[Subscriber]:  # fmt: skip
    """Do what a plan says; return the readers who were added or changed."""
    changed = []
    for line in lines:
        if line.action not in (ImportAction.ADD, ImportAction.CONFIRM, ImportAction.UPDATE):
            continue
        found = book.find(line.address)
        topics = line.topics or (found.topics if found else tuple(default_topics))
        reader = book.add(
            line.address, topics, confirmed=confirmed, evidence=evidence, event=Event.IMPORT
        )
        if reader is not None:
            changed.append(reader)
    return changed


def export(readers: Iterable[Subscriber]) -> str:
    """Write readers as CSV, in a form that `plan` reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for reader in readers:
        row = (reader.address, reader.status, " ".join(reader.topics), reader.since.isoformat())
        writer.writerow([_harmless(str(cell)) for cell in row])
    return out.getvalue()


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield the lines after the first, each with its number: where it begins, if it is several."""
    lines = text.removeprefix("\ufeff")
    reader = csv.DictReader(io.StringIO(lines), restval="", delimiter=_delimiter(lines))
    try:
        names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
        column = names.get("address") or names.get("email")
        if column is None:
            raise CSVImportError(
                "the first line must name a column `address`; others may be `topics`"
            )
        for row in reader:
            breaks = "".join(map("".join, row.values())).count("\n")
            topics = row.get(names.get("topics") or "") or ""
            yield reader.line_num - breaks, {"address": _written(row[column]), "topics": topics}
    except csv.Error as error:
        raise CSVImportError(f"line {reader.reader.line_num} is not CSV: {error}") from error


def _delimiter(text: str) -> str:
    """Tell the lists of countries that write 0,5 for a half, whose spreadsheets use semicolons."""
    first, _, _ = text.partition("\n")
    return ";" if ";" in first and "," not in first else ","


def _judge(
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
    say: Callable[[ImportAction, str], ImportRow] = lambda fate, reason: ImportRow(  # noqa: E731
        number=number, address=address, topics=topics, action=fate, reason=reason
    )
    if erased:
        return say(ImportAction.REFUSE, "was erased")
    if found is not None and found.status is Status.PENDING and book.had_left(found.id):
        return say(ImportAction.REFUSE, "had left, and has not confirmed to come back")
    if found is not None and found.status in (Status.LEFT, Status.SUPPRESSED):
        return say(ImportAction.REFUSE, f"is {found.status}")
    if confirmed and (found is None or found.status is Status.PENDING):
        return say(ImportAction.CONFIRM, "you vouch for it")
    if found is None:
        return say(ImportAction.ADD, "will be asked to confirm")
    if topics and topics != found.topics:
        return say(ImportAction.UPDATE, f"is {found.status}, gets new topics")
    return say(ImportAction.KEEP, f"is {found.status}")


def _reject(number: int, address: str, reason: str) -> ImportRow:
    return ImportRow(
        number=number, address=address, topics=(), action=ImportAction.REJECT, reason=reason
    )


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula; `_written` takes this back."""
    return "'" + cell if cell.startswith(("'", *_FORMULA)) else cell


def _written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *_FORMULA)) else cell
