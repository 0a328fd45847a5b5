"""Tables as CSV and JSON, which are sent as they are read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from subscribers import json_stream
from subscribers.csv_export import escape_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from subscribers.overview import Table

#: Rows that are sent together.
_ROWS = 500


def exported(
    tables: Mapping[str, Table], name: str, form: str, *, only_head: bool = False
) -> Response:
    """Return a table as a file to download.

    Raises:
        HTTPException: there is no such table, or not in that form.

    """
    table = tables.get(name)
    if table is None or form not in ("csv", "json"):
        raise HTTPException(404)
    content = _csv(table) if form == "csv" else _json(table)
    return StreamingResponse(
        iter(()) if only_head else content,
        media_type="text/csv; charset=utf-8" if form == "csv" else "application/json",
        headers={"Content-Disposition": f'attachment; filename="digest-{name}.{form}"'},
    )


def _csv(table: Table) -> Iterator[str]:
    """Write a table as CSV (RFC 4180); a cell that a spreadsheet would run gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    for number, row in enumerate(table.rows(), start=1):
        writer.writerow([_cell(value) for value in row])
        if number % _ROWS == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else escape_formula(str(value))


def _json(table: Table) -> Iterator[str]:
    return json_stream.chunks(_object(table.columns, row) for row in table.rows())


def _object(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    plain = (it if it is None or isinstance(it, int | float) else str(it) for it in row)
    return dict(zip(columns, plain, strict=True))
