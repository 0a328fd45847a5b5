"""Imports subscribers from a CSV file: one of Digest's own, or another system's.

An import starts with a plan that says what happens to each row; `apply` then carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from subscribers import addresses, csv_table
from subscribers.book import TRANSACTION, ask_nobody
from subscribers.changes import ListEntry
from subscribers.consent_columns import read_columns
from subscribers.csv_export import unescape_formula
from subscribers.errors import AddressError, CSVImportError, StoppedError
from subscribers.export_columns import ADDED, COLUMNS, PREFERENCES
from subscribers.import_rules import CHANGES, ImportAction, ImportRow, Known, Line, judge, reject
from subscribers.list_consent import is_file_of_noes, parse_time, read_consent, read_since
from subscribers.models import FORGET_UNCONFIRMED_AFTER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from subscribers.book import Ask, Book, Evidence
    from subscribers.consent_columns import Column
    from subscribers.csv_table import Table
    from subscribers.import_rules import Step
    from subscribers.list_consent import Stated

#: Goes through items, and may show how far it is.
Track = Callable[[Iterable[Any]], Iterable[Any]]
#: What an import leaves to a pending reader, at least, to get the letter and to confirm.
_TIME_TO_ANSWER = timedelta(days=2)
#: The hour that exports of earlier versions have for readers who chose none.
_UNCHOSEN_HOUR = "18"
#: The actions after which a reader wants no topics.
_NOES = (ImportAction.LEAVE, ImportAction.SUPPRESS)


def plan(
    text: str,
    book: Book,
    *,
    known_topics: Iterable[str],
    confirmed: bool,
    file_name: str = "",
    track: Track = iter,
) -> list[ImportRow]:
    """Decide what an import does with each row of a CSV file; change nothing.

    The first line names the columns: those of an export of Digest, or those of other systems.
    Topics are separated by spaces or semicolons. `confirmed` says that the operator vouches for
    the consent of all rows that do not say otherwise. `track` goes through the rows, and may show
    how far it is.

    Raises:
        CSVImportError: the file is not CSV, has no column of addresses, or is named as a list of
            people who said no although no column says so.

    """
    table = csv_table.read(text)
    if is_file_of_noes(file_name, table.names):
        raise CSVImportError(
            f"{file_name} is named as a list of people who said no, but no column says so;"
            " add a column `status` with the word unsubscribed or bounced, or rename the file"
        )
    reader = _Reader.of(table, known_topics)
    read = [reader.read(number, cells) for number, cells in track(table.rows)]
    lines = [line for line in read if isinstance(line, Line)]
    known = _look_up(book, lines)
    strongest = _strongest(lines)
    rows: list[ImportRow] = []
    seen: set[str] = set()
    for line in read:
        if isinstance(line, ImportRow):
            rows.append(line)
            continue
        key = line.parsed.key
        if key in seen:
            rows.append(reject(line.number, line.address, "the address is in the list twice"))
            continue
        row = judge(
            line._replace(stated=strongest[key]), known, confirmed=confirmed, exact=reader.exact
        )
        # Of two lines, the one that can be used counts.
        seen |= set() if row.action is ImportAction.REJECT else {key}
        rows.append(row)
    return rows


def apply(
    rows: Sequence[ImportRow],
    book: Book,
    *,
    default_topics: Sequence[str],
    evidence: Evidence,
    ask: Ask = ask_nobody,
    track: Track = iter,
) -> list[ImportRow]:
    """Carry out a plan; return the rows that added or changed a subscriber.

    `ask` queues the letters to those who are to confirm, in the transaction that brings them in.
    An import that ended early can be repeated: what is stored does not change again.

    Raises:
        StoppedError: Ctrl-C; the message says how many rows are stored.

    """
    due = [(row, row.parsed) for row in rows if row.parsed and row.action in CHANGES]
    changed: set[str] = set()
    stored = 0
    try:
        for start in track(range(0, len(due), TRANSACTION)):
            some = due[start : start + TRANSACTION]
            entries = [
                ListEntry(
                    address=parsed,
                    topics=row.topics if row.topics or row.exact else None,
                    default_topics=() if row.action in _NOES else tuple(default_topics),
                    preferences=row.preferences,
                    since=min(row.since or evidence.at, evidence.at),
                    imported=_imported(row, evidence),
                    steps=tuple((step.event, _evidence(step, evidence)) for step in row.steps),
                    asks=row.action is ImportAction.ADD,
                )
                for row, parsed in some
            ]
            changed |= book.bring_in(entries, evidence=evidence, ask=ask)
            stored += len(some)
    except KeyboardInterrupt as stop:
        raise StoppedError(
            f"stopped: {stored:,} of {len(due):,} new or changed readers are stored;"
            " the same command again goes on"
        ) from stop
    return [row for row, parsed in due if parsed.key in changed]


def _imported(row: ImportRow, evidence: Evidence) -> Evidence | None:
    """Return since when a reader is asked to confirm: since the list says so, if that can be.

    The time until they are forgotten does not begin anew, unless too little of it is left for the
    letter that the import sends, and their answer.
    """
    asked = row.pending_since
    if asked is None or evidence.at - asked > FORGET_UNCONFIRMED_AFTER - _TIME_TO_ANSWER:
        return None
    return replace(evidence, channel="import", at=min(asked, evidence.at))


def _evidence(step: Step, evidence: Evidence) -> Evidence:
    if not step.listed:
        return evidence
    return replace(evidence, channel="import", at=min(step.at or evidence.at, evidence.at))


# -- reading a line -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads the rows of a table."""

    table: Table
    columns: Sequence[Column]
    known_topics: Collection[str]
    #: the indexes of the columns of an export of Digest that the table has
    index: Mapping[str, int]

    @classmethod
    def of(cls, table: Table, known_topics: Iterable[str]) -> _Reader:
        """Return the reader of a table."""
        places = {name: table.column(name) for name in COLUMNS}
        return cls(
            table=table,
            columns=read_columns(table.names, [cells for _, cells in table.rows]),
            known_topics=set(known_topics),
            index={name: place for name, place in places.items() if place is not None},
        )

    @cached_property
    def exact(self) -> bool:
        """Whether the table has every column of an export of Digest, or of an earlier version."""
        return set(self.index) >= {*COLUMNS} - {*ADDED}

    @cached_property
    def is_earlier(self) -> bool:
        """Whether the table is an export of a version in which nothing heeded the hour."""
        return self.exact and set(ADDED).isdisjoint(self.index)

    def read(self, number: int, cells: list[str]) -> Line | ImportRow:
        """Read a row, given the number of its line."""
        cells = [unescape_formula(cell.strip()) for cell in cells]
        given = {name: cells[at] for name, at in self.index.items() if at < len(cells)}
        if self.is_earlier and given.get("hour") == _UNCHOSEN_HOUR:
            given["hour"] = ""
        address = cells[self.table.address] if self.table.address < len(cells) else ""
        try:
            parsed = addresses.parse(address)
        except AddressError as error:
            return reject(number, address, str(error))
        wanted = tuple(dict.fromkeys(given.get("topics", "").replace(";", " ").split()))
        unknown = [topic for topic in wanted if topic not in self.known_topics]
        known = tuple(topic for topic in wanted if topic in self.known_topics)
        stated = read_consent(self.table.names, cells, self.columns)
        since = parse_time(given.get("status_since", ""))
        return Line(
            number=number,
            address=address,
            parsed=parsed,
            topics=known if wanted or self.exact else None,
            unknown_topic=unknown[0] if unknown else "",
            stated=replace(stated, at=since) if since else stated,
            since=read_since(self.table.names, cells),
            had_left=parse_time(given.get("had_left", "")),
            preferences={
                name: given.get(name, "")
                for name in PREFERENCES
                if name in self.index and (given.get(name) or self.exact)
            },
        )


def _strongest(lines: Iterable[Line]) -> dict[str, Stated]:
    """Return the strongest word about each address: a list can have several lines for one."""
    found: dict[str, Stated] = {}
    for line in lines:
        before = found.setdefault(line.parsed.key, line.stated)
        if line.stated.listed > before.listed:
            found[line.parsed.key] = line.stated
    return found


def _look_up(book: Book, lines: Sequence[Line]) -> Known:
    keys = [line.parsed.key for line in lines]
    subscribers = book.find_all(keys)
    return Known(
        subscribers=subscribers,
        times=book.consent_times([one.id for one in subscribers.values()]),
        erased=book.erased_among(keys),
        refusals=book.refusals({line.parsed.mailbox for line in lines}),
    )
