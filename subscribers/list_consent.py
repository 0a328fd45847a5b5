"""What the row of another system's list says about consent.

Each system has its own columns and words. `consent_columns` knows the columns, `consent_words` the
words. This module returns the strongest word of a row. A word it does not know is never a yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from subscribers.consent_columns import Meaning, columns_of, is_long_no
from subscribers.consent_words import (
    EMPTY,
    NEGATION,
    NEVER_WORDS,
    NO,
    NOES,
    PLAIN_NOES,
    STATUS_WORDS,
    STEMS,
    YES,
    Listed,
    folded,
    names_of,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from subscribers.consent_columns import Column


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a row says, where it says so, and since when if it tells."""

    listed: Listed = Listed.SILENT
    #: the column and its cell, for the report
    column: str = ""
    cell: str = ""
    at: datetime | None = None

    @property
    def words(self) -> str:
        """The column and its cell in the words of the list."""
        return f"{self.column} is {self.cell!r}"


_SILENT = Stated()
#: With what the names of files of noes begin.
_FILE_WORDS = PLAIN_NOES | names_of(
    "unsubscribes optouts blacklist blocklist bounces complaints suppression suppressions"
)
#: What a time has in any notation: a year, three numbers, or a count of seconds or milliseconds.
_TIME = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|^(?:19|20)\d{12}$|^\d{1,2}([./-])\d{1,2}\1\d{2}\b"
    r"|^1\d{9}(\d{3})?$"
)
#: The zero of databases, of Unix and of Go, which stands for no time.
_NO_TIME = re.compile(
    r"0{4}([-/.]?)00\1?00|(1970|0001)([-/.]?)01\3?01(?!\d)|0?1([/.])0?1\4(1970|0001)\b|0+(:0+)*$"
    r"|\\N$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+([.,]\d+)?%?")
#: How tables of numbers write yes and no.
_FLOAT = re.compile(r"([01])[.,]0+")
#: A name that counts how often mail was refused.
_COUNT = re.compile(r"bounces|count|number|rate")
_SEPARATORS = re.compile(r"[,;|/\n]+")
#: The columns that say since when somebody reads, the surest first.
_SINCE = (
    "since", "confirmtime", "optintime", "confirmedat", "subscribedat", "subscribeddate",
    "subscribedon", "subscribed", "subscribetime", "datesubscribed", "subscriptiondate",
    "signupdate", "signedupat", "signupat", "optindate", "optinat", "dateadded", "addedtime",
    "addedat", "joined", "joinedat", "datejoined", "createdat", "created", "creationdate",
    "createddate", "entered", "added",
)  # fmt: skip


@lru_cache(maxsize=64)
def folded_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folded names of columns."""
    return tuple(folded(name) for name in names)


def read_consent(
    names: tuple[str, ...], cells: Sequence[str], columns: Sequence[Column] | None = None
) -> Stated:
    """Return the strongest word of a row about consent.

    `columns` are those of the list, read with all their cells. Without them, names alone decide.
    """
    stated, since = _SILENT, None
    for column, cell in zip(columns or columns_of(names), cells, strict=False):
        found, at = _listed(column, cell.strip())
        if found is Listed.SILENT:  # nearly all cells of a list
            continue
        if found in NOES:
            since = since or at
        if found > stated.listed:
            stated = Stated(listed=found, column=column.name, cell=cell.strip())
    return replace(stated, at=since) if stated.listed in NOES else stated


def is_file_of_noes(name: str, columns: Iterable[str]) -> bool:
    """Return whether a file is named as a list of people who said no, and no column says so.

    Many systems write them into a file of their own, such as `unsubscribed_….csv` (Mailchimp) or
    `suppression_bounces.csv` (SendGrid).
    """
    if any(column.is_certain for column in columns_of(tuple(columns))):
        return False
    first, *_ = re.split(r"[\W\d_]+", name)
    return folded(first) in _FILE_WORDS


def is_plain_no(cell: str) -> bool:
    """Return whether a cell is a word that means a no, or no yes, in whatever column it stands."""
    return folded(cell) in PLAIN_NOES


def read_since(names: tuple[str, ...], cells: Sequence[str]) -> datetime | None:
    """Return since when somebody reads, or None if no column tells."""
    times = (parse_time(cells[index]) for index in _since_columns(names) if index < len(cells))
    return next(filter(None, times), None)


@lru_cache(maxsize=64)
def _since_columns(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the indexes of the columns that say since when somebody reads, the surest first."""
    last_first = list(enumerate(folded_names(names)))[::-1]
    return tuple(index for wanted in _SINCE for index, name in last_first if name == wanted)


def parse_time(text: str) -> datetime | None:
    """Return a time in ISO 8601, in UTC unless it says otherwise; None for any other text."""
    text = text.strip().removesuffix(" UTC").removesuffix(" GMT").replace(" +", "+")
    if len(text) < len("2026-01-01") or text.isdigit():
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _listed(column: Column, cell: str) -> tuple[Listed, datetime | None]:
    """Return what a cell says in a column, and since when."""
    if column.meaning is Meaning.OWN:
        return Listed.SILENT, None
    if column.meaning is Meaning.OTHER and not column.no:  # most columns of a long list
        return _other(column, folded(cell)), None
    cell = _FLOAT.sub(r"\1", cell) if _FLOAT.fullmatch(cell) else cell
    word = folded(cell)
    if word in EMPTY or _NO_TIME.match(cell):
        no = column.meaning in (Meaning.YES_NO, Meaning.STATUS, Meaning.NAMES) and word == "0"
        if not no:
            return column.empty, None
    match column.meaning:
        case Meaning.LEAVING:
            return _leaving(column, word, cell)
        case Meaning.YES_NO:
            return _yes_or_no(column, word, cell)
        case Meaning.STATUS:
            return word_of(cell), None
        case Meaning.NAMES:
            return _named(column, word, cell), None
        case Meaning.MAYBE:
            return _maybe(column, word), None
    return _other(column, word), None


def _maybe(column: Column, word: str) -> Listed:
    """Read a cell of a column that may be about something else."""
    if column.yes and word in YES:
        return column.yes
    return STATUS_WORDS[word] if is_long_no(word) else Listed.SILENT


def _other(column: Column, word: str) -> Listed:
    """Read a cell of any other column."""
    if column.no and word in NO and word != "0":
        return column.no
    return STATUS_WORDS[word] if word in PLAIN_NOES else Listed.SILENT


def _leaving(column: Column, word: str, cell: str) -> tuple[Listed, datetime | None]:
    """Read a cell of a column that says a no: `Unsubscribed`, `Opt-out date`, `Bounce reason`."""
    if word in NO or word in NEVER_WORDS:
        return Listed.SILENT, None
    said = STATUS_WORDS.get(word, Listed.SILENT)
    if column.status and word not in YES and said is Listed.CONFIRMED:
        return said, None
    name = folded(column.name)
    counts = column.yes is Listed.BOUNCED and "hard" not in name and _COUNT.search(name)
    if counts and _NUMBER.fullmatch(cell):
        # Mail may have been refused for a day only, which proves nothing.
        return Listed.UNKNOWN, None
    if column.yes is Listed.PAUSED and word == "b":  # Mailman's [B], for bounces
        return Listed.BOUNCED, None
    return max(column.yes, said if said in NOES else column.yes), parse_time(cell)


def _yes_or_no(column: Column, word: str, cell: str) -> tuple[Listed, datetime | None]:
    if word in YES:
        return column.yes, None
    if word in NO or word in NEVER_WORDS:
        return column.no, None
    if _TIME.search(cell):
        return column.yes, parse_time(cell)
    return word_of(cell), None


def _named(column: Column, word: str, cell: str) -> Listed:
    """Read a cell of names, of which one may be a no: `vip; unsubscribed`."""
    if column.no and (word in NO or word in NEVER_WORDS):
        return column.no
    found = Listed.SILENT
    for part in _SEPARATORS.split(cell):
        said = word_of(part)
        one = folded(part)
        if NEGATION.match(one):
            said = Listed.LEFT
        begins = (NEGATION, *STEMS.values())
        strong = one in PLAIN_NOES or any(begin.match(one) for begin in begins)
        if (strong or (column.no and is_long_no(one))) and said is not Listed.UNKNOWN:
            found = max(found, said)
    return found
