"""Tables: framed on a terminal, plain lines elsewhere; no address, id, time or number is ever cut.

On a terminal that is too narrow for a table, prose is folded between words. Where that is not
enough, each row is a block of lines.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Literal, TypeVar

import typer

from digest.text.controls import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.table import Table

#: The rows that are laid out together; more are not kept in memory.
_ROWS = 500
#: Prose is not folded into columns narrower than this.
_PROSE = 12
#: The longest prose of a table is not folded into a narrower column either; blocks read better.
_LONGEST_PROSE = 30

Row = tuple[str, ...]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    #: whether it holds numbers, which are aligned right
    is_number: bool
    #: whether it holds prose, which may be folded between words
    is_prose: bool
    #: whether it may be left out where rows would need more lines for it
    is_optional: bool = False


def read_column(text: str) -> Column:
    """Read a column's name: `votes#` holds numbers, `title~` prose; `new#?` may be left out."""
    kind = text.rstrip("?")
    return Column(
        name=kind.rstrip("#~"),
        is_number=kind.endswith("#"),
        is_prose=kind.endswith("~"),
        is_optional=text.endswith("?"),
    )


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, err: bool = False
) -> bool:
    """Print a table, and nothing if it has no rows; return whether it has any.

    See `read_column` for the names of columns. The rows may be an iterator of any length. They are
    read as they are printed.
    """
    named = [read_column(column) for column in columns]
    read = (tuple(_cell(value) for value in row) for row in rows)
    first = next(read, None)
    if first is None:
        return False
    cells = chain([first], read)
    if (sys.stderr if err else sys.stdout).isatty():
        _print_on_terminal(title, named, cells, err=err)
    else:
        for chunk in _chunks(plain_lines(named, cells)):
            typer.echo("\n".join(chunk), err=err)
    return True


def plain_lines(columns: Sequence[Column], rows: Iterator[Row]) -> Iterator[str]:
    """Yield the lines of a table, aligned by the first rows."""
    first = list(islice(rows, _ROWS))
    names = tuple(column.name for column in columns)
    widths = [max(map(len, column)) for column in zip(names, *first, strict=True)]
    for row in chain((names,), first, rows):
        line = "  ".join(
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, width, column in zip(row, widths, columns, strict=True)
        )
        yield line.rstrip()


def table_widths(columns: Sequence[Column], rows: Sequence[Row], *, room: int) -> list[int] | None:
    """Return the width of each column of a table, or None where they have no room.

    Cells have the width of the longest one, and prose has at least that of its longest word.
    Names of columns may be folded between words.
    """
    from rich.cells import cell_len

    all_cells = [[row[index] for row in rows] for index in range(len(columns))]
    full = [
        max(map(cell_len, (column.name, *cells)))
        for column, cells in zip(columns, all_cells, strict=True)
    ]
    longest = max(
        (size for size, column in zip(full, columns, strict=True) if column.is_prose), default=0
    )
    least = []
    for column, cells, size in zip(columns, all_cells, full, strict=True):
        whole = [*column.name.split(), *(cells if not column.is_prose else ())]
        words = [word for cell in cells for word in cell.split()] if column.is_prose else []
        narrow = min(size, _LONGEST_PROSE if size == longest else _PROSE) if column.is_prose else 0
        least.append(max(narrow, *map(cell_len, (*whole, *words))))
    left = room - sum(least)
    if left < 0:
        return None
    widths = list(least)
    by_need = sorted(range(len(columns)), key=lambda index: full[index] - least[index])
    for done, index in enumerate(by_need):
        more = min(full[index] - least[index], left // (len(columns) - done))
        widths[index] += more
        left -= more
    return widths


def compact_rows(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, room: int | None
) -> list[list[str]]:
    """Return the lines of a table without a frame: those of its header, then those of each row.

    Columns without a value are left out. Of the optional ones, so many are kept, from the left, as
    need no more lines than fewer would. With no limit to the `room`, all are kept and no line is
    folded.
    """
    named = [read_column(column) for column in columns]
    cells = [tuple(map(_cell, row)) for row in rows]
    if room is None:
        return [[line] for line in plain_lines(named, iter(cells))]
    filled = [index for index in range(len(named)) if any(row[index] for row in cells)]
    optional = [index for index in filled if named[index].is_optional]
    ways = [
        _laid_out(named, cells, [index for index in filled if index not in optional[kept:]], room)
        for kept in range(len(optional), -1, -1)
    ]
    return min(ways, key=lambda way: sum(map(len, way)))


def _laid_out(
    columns: Sequence[Column], rows: Sequence[Row], kept: Sequence[int], room: int
) -> list[list[str]]:
    """Return the lines of the header and of each row, with the columns that are kept."""
    columns = [columns[index] for index in kept]
    rows = [tuple(row[index] for index in kept) for row in rows]
    widths = table_widths(columns, rows, room=room - 2 * (len(columns) - 1))
    if widths is None:
        return [[], *(list(block_lines(columns, row, room=room)) for row in rows)]
    names = tuple(column.name for column in columns)
    return [list(_folded_lines(columns, row, widths)) for row in (names, *rows)]


def _folded_lines(columns: Sequence[Column], row: Row, widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of one row, whose cells are folded between words."""
    from rich.cells import cell_len

    folded = [fold(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        padded = []
        for part, width, column in zip(parts, widths, columns, strict=True):
            blanks = " " * (width - cell_len(part))
            padded.append(blanks + part if column.is_number else part + blanks)
        yield "  ".join(padded).rstrip()


def block_lines(columns: Sequence[Column], row: Row, *, room: int) -> Iterator[str]:
    """Yield the lines of one row, a line for each cell that is not empty.

    A value that has no room behind its name stands on the next line.
    """
    from rich.cells import cell_len

    indent = max(len(column.name) for column in columns) + 2
    for column, cell in zip(columns, row, strict=True):
        if not cell:
            continue
        head = column.name.ljust(indent)
        if indent + cell_len(cell) <= room:
            yield head + cell
        elif column.is_prose:
            for line in fold(cell, max(room - indent, _PROSE)):
                yield head + line
                head = " " * indent
        else:
            yield column.name
            yield cell


def fold(text: str, width: int) -> list[str]:
    """Fold a text between words into lines of so many cells, more for a word that is longer."""
    from rich.cells import cell_len

    lines: list[str] = []
    left = 0
    for word in text.split():
        size = cell_len(word)
        if lines and size < left:
            lines[-1] += f" {word}"
            left -= size + 1
        else:
            lines.append(word)
            left = width - size
    return lines


def _print_on_terminal(
    title: str, columns: Sequence[Column], rows: Iterator[Row], *, err: bool
) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=err)
    console.print(Text(title, style="italic"), soft_wrap=True)
    is_block = False
    for chunk in _chunks(rows):
        table = _table(columns, chunk, room=console.width)
        if table is not None:
            console.print(table)
            continue
        for row in chunk:
            if is_block:
                typer.echo("", err=err)
            is_block = True
            typer.echo("\n".join(block_lines(columns, row, room=console.width)), err=err)


def _table(columns: Sequence[Column], rows: Sequence[Row], *, room: int) -> Table | None:
    """Return a table with a frame, else without one, else None: it has no room."""
    from rich.table import Table
    from rich.text import Text

    # A frame takes a line and two blanks for each column, and a line.
    widths = table_widths(columns, rows, room=room - 3 * len(columns) - 1)
    table = Table(header_style="bold")
    if widths is None:
        widths = table_widths(columns, rows, room=room - 2 * (len(columns) - 1))
        table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    if widths is None:
        return None
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(column.name, justify=justify, width=width)
    for row in rows:
        # Folded here: rich cuts a line of wide characters that ends in a blank.
        folded = (
            "\n".join(fold(cell, width)) if column.is_prose else cell
            for column, cell, width in zip(columns, row, widths, strict=True)
        )
        table.add_row(*map(Text, folded))
    return table


def _cell(value: object) -> str:
    """Return a value on one line, without characters that would move the cursor."""
    text = "" if value is None else " ".join(str(value).splitlines())
    return without_controls(text.expandtabs(1))


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(items, _ROWS)):
        yield chunk
