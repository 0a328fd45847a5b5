"""Reads a CSV file as other programs write it: its encoding, its delimiter, its columns.

A file is understood or refused as a whole, never in part: a row that is lost could be a "no".
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from subscribers.consent_words import folded
from subscribers.errors import CSVImportError
from subscribers.list_consent import folded_names, is_plain_no

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Names of the column of addresses, the surest first, without case, blanks and signs.
_ADDRESS = (
    "address", "email", "emailaddress", "mail", "mailaddress", "emailaddresses", "subscriber",
    "subscriberemail", "subscriberemailaddress", "emailid", "useremail", "memberemail",
    "contactemail", "primaryemail", "defaultemail", "email1", "email1value", "emailprimary",
    "emailadresse", "emailadress", "mailadresse", "eadresse", "courriel", "adresseemail",
    "adressemail", "correo", "correoelectronico", "email1address", "indirizzoemail", "epost",
    "epostadress", "mailadres", "emailadres", "recipient", "member", "username", "adresse",
)  # fmt: skip
_DELIMITERS = (",", ";", "\t", "|")
#: What Excel writes into a first line to name the delimiter.
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_LOOKS_LIKE_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
#: The rows by which the column of addresses is found.
_SAMPLE = 1000
#: Within how many lines the names of columns are looked for, below a title or a comment.
_TITLE_LINES = 10
#: The most characters of a file's first line that an error shows.
_SHOWN = 120


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows of a CSV file, each with the number of its first line."""

    names: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]
    #: the index of the column that holds addresses
    address: int

    def column(self, name: str) -> int | None:
        """Return the index of a column by its name in any spelling, or None."""
        names, wanted = folded_names(self.names), folded(name)
        return names.index(wanted) if wanted in names else None


def decode(octets: bytes) -> tuple[str, str]:
    """Return the text of a file, and a remark for the operator; empty if it is plain UTF-8.

    UTF-16 and UTF-32 are recognised by their byte order marks or zeros. What is not UTF-8 is
    read as Windows-1252, as most programs that do not write UTF-8 mean.

    Raises:
        CSVImportError: the file is none of text.

    """
    if octets.startswith(b"PK\x03\x04"):
        raise CSVImportError(
            "the file is a zip archive or a workbook; unpack it, or save the sheet as CSV"
        )
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe\x00\x00", "utf-32"),  # before UTF-16, with whose mark it begins
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if octets.startswith(mark):
            return _decoded(octets, encoding).removeprefix("\ufeff"), ""
    for zeros, encoding in (
        (octets[1:40:4] + octets[2:40:4] + octets[3:40:4], "utf-32-le"),
        (octets[0:40:4] + octets[1:40:4] + octets[2:40:4], "utf-32-be"),
        (octets[1:40:2], "utf-16-le"),
        (octets[:40:2], "utf-16-be"),
    ):
        if zeros and not any(zeros):
            return _decoded(octets, encoding), ""
    try:
        return octets.decode("utf-8"), ""
    except UnicodeDecodeError:
        text = octets.decode("cp1252", errors="replace")
        return text, "the file is not UTF-8; it was read as Windows-1252, so look at its names"


def _decoded(octets: bytes, encoding: str) -> str:
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError as error:
        raise CSVImportError(
            f"the file begins as {encoding.upper()}, but byte {error.start} is not;"
            " save it as UTF-8"
        ) from error


def read(text: str) -> Table:
    """Read a CSV file: find its delimiter, its column names, and its column of addresses.

    The first line names the columns. A file without that line may hold addresses only.

    Raises:
        CSVImportError: it is not CSV, or no column holds the addresses, or several may.

    """
    # Old Macs end lines with a bare CR.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise CSVImportError("the file is empty; its first line must name a column `address`")
    delimiter = None
    if named := _SEP.fullmatch(lines[first].strip(" ")):
        delimiter, first = named[1], first + 1
    first = _header(lines, first)
    head = "\n".join(lines[first:])
    delimiter = delimiter or _delimiter(head)
    rows = _rows(head, delimiter, skipped=first)
    if not rows:
        raise CSVImportError("the file is empty; its first line must name a column `address`")
    _, names = rows[0]
    if any(_LOOKS_LIKE_ADDRESS.fullmatch(cell.strip()) for cell in names):
        return _without_names(rows)
    stripped = tuple(name.strip() for name in names)
    return Table(names=stripped, rows=rows[1:], address=_address_column(stripped, rows[1:]))


def title_remark(text: str) -> str:
    """Return a remark on the lines that come before the names of columns; empty if there are none.

    Programs put a title there, such as `Members for group lamps`, or a comment.
    """
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first += _SEP.fullmatch(lines[first].strip(" ")) is not None
    header = _header(lines, first)
    if header == first:
        return ""
    title = _shortened(lines[first].strip())
    return f"line {header + 1} names the columns; what stands above it was skipped: {title!r}"


def _header(lines: Sequence[str], first: int) -> int:
    """Return the index of the line that names the columns, at or a few lines after the first."""
    for index, line in enumerate(lines[first : first + _TITLE_LINES], start=first):
        if _LOOKS_LIKE_ADDRESS.search(line):
            break
        cells = re.split(r"[,;\t|]", line)
        if any(folded(cell) in _ADDRESS for cell in cells):
            above = lines[first:index]
            return index if all(_is_title(title, len(cells)) for title in above) else first
    return first


def _is_title(line: str, width: int) -> bool:
    """Return whether a line above one with so many names is no row: a title, or a comment."""
    filled = [cell for cell in re.split(r"[,;\t|]", line) if cell.strip(' "')]
    whole = line.count('"') % 2 == 0
    return whole and (line.lstrip(' "').startswith("#") or len(filled) < max(width, 2))


def _delimiter(text: str) -> str:
    """Return the delimiter by which the first line has a column of addresses, or most cells."""

    def worth(delimiter: str) -> tuple[bool, int]:
        try:
            cells = next(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            return False, 0
        named = any(
            folded(cell) in _ADDRESS or _LOOKS_LIKE_ADDRESS.fullmatch(cell.strip())
            for cell in cells
        )
        return named, len(cells)

    return max(_DELIMITERS, key=worth)


def _rows(text: str, delimiter: str, *, skipped: int) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank; `skipped` lines come before the text."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows, begin = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begin + skipped, cells))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise CSVImportError(
            f"line {begin + skipped} is not CSV: {error}; look at the quotes in it"
        ) from error
    return rows


def _address_column(names: tuple[str, ...], rows: Sequence[tuple[int, list[str]]]) -> int:
    """Return the column of addresses: named so, with the most addresses, or else the only one."""
    share = [_share_of_addresses(rows, index) for index in range(len(names))]
    known = [
        (share[index], -_ADDRESS.index(name), index)
        for index, name in enumerate(folded_names(names))
        if name in _ADDRESS
    ]
    if known:
        # A column `address` may be where somebody lives.
        return max((found > 0.5, rank, index) for found, rank, index in known)[2]
    full = [index for index, found in enumerate(share) if found > 0.5]
    if len(full) == 1:
        return full[0]
    listed = ", ".join(f"`{name}`" for name in names)
    if full:
        several = " and ".join(f"`{names[index]}`" for index in full)
        raise CSVImportError(
            f"the columns {several} all hold addresses; name the one to use `address`"
        )
    raise CSVImportError(
        f"the first line must name a column `address` or `email`; it names {_shortened(listed)}"
    )


def _share_of_addresses(rows: Sequence[tuple[int, list[str]]], index: int) -> float:
    cells = [cells[index].strip() for _, cells in rows[:_SAMPLE] if index < len(cells)]
    filled = [cell for cell in cells if cell]
    found = sum(_LOOKS_LIKE_ADDRESS.fullmatch(cell.lstrip("'")) is not None for cell in filled)
    return found / len(filled) if filled else 0.0


def _without_names(rows: Sequence[tuple[int, list[str]]]) -> Table:
    """Return a table whose first line names no columns."""
    for number, cells in rows:
        if words := [cell.strip() for cell in cells if is_plain_no(cell)]:
            raise CSVImportError(
                f"line {number} says {words[0]!r}, but no first line names the columns;"
                " put one above it, such as `address,status`"
            )
    width = max(len(cells) for _, cells in rows)
    full = [index for index in range(width) if _share_of_addresses(rows, index) > 0.5]
    if len(full) != 1:
        raise CSVImportError(
            "the first line must name a column `address`; it is"
            f" {_shortened(' '.join(rows[0][1]))!r}"
        )
    names = tuple("address" if index == full[0] else "" for index in range(width))
    return Table(names=names, rows=rows, address=full[0])


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
