"""Exports the tables of an installation as CSV or JSON Lines, line by line.

The columns are in `digest.storage.exported_tables`, and told in docs/export.md.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from digest.app.serializers import plain
from digest.errors import ConfigError
from digest.storage import files
from digest.storage.exported_tables import TABLES, ExportedTable, rows_of
from digest.text.wording import suggestion
from subscribers.csv_export import escape_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from digest.app.services import App


def find(name: str) -> ExportedTable:
    """Return a table by its name.

    Raises:
        ConfigError: there is none.

    """
    found = {table.name: table for table in TABLES}
    if name not in found:
        raise ConfigError(
            f"the tables are {', '.join(found)}; there is no {name}{suggestion(name, found)}"
        )
    return found[name]


def lines(app: App, table: ExportedTable, *, as_lines: bool = False) -> Iterator[str]:
    """Yield the lines of a table: `as_lines` of JSON, else CSV, which begins with the columns."""
    rows = ([plain(value) for value in row] for row in rows_of(app.engine, table))
    if as_lines:
        for row in rows:
            values = dict(zip(table.columns, row, strict=True))
            yield f"{json.dumps(values, ensure_ascii=False)}\n"
    else:
        yield _csv(table.columns)
        yield from map(_csv, rows)


def write(
    app: App,
    tables: Iterable[ExportedTable],
    folder: Path,
    *,
    as_lines: bool = False,
    advance: Callable[[int], None] = lambda _tables: None,
) -> dict[Path, int]:
    """Write each table to a file in a folder, for its owner alone; return how many rows each has.

    Raises:
        ConfigError: a file cannot be written.

    """
    written = {}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for table in tables:
            path = folder / f"{table.name}.{'jsonl' if as_lines else 'csv'}"
            with files.unfinished(path) as (partial, put_in_place):
                with partial.open("w", encoding="utf-8", newline="") as file:
                    number = sum(
                        file.write(line) > 0 for line in lines(app, table, as_lines=as_lines)
                    )
                put_in_place()
            written[path] = number - (not as_lines)
            advance(1)
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    return written


def _csv(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(_cell, values))
    return line.getvalue()


def _cell(value: Any) -> str:
    """Return a value as text; what a spreadsheet would run as a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return escape_formula(value)
    return json.dumps(value, ensure_ascii=False)
