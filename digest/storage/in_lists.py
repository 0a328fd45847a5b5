"""IN lists of any length: SQLite bounds the number of parameters of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa

#: values per statement; builds of SQLite before 3.32 allow 999 parameters in all
_PER_STATEMENT = 500


def rows_where_in(
    db: sa.Connection, query: sa.Select[Any], column: sa.Column[Any], values: Iterable[Any]
) -> Iterator[sa.Row[Any]]:
    """Yield the rows of a query whose column has one of many values, in pieces.

    Each value is asked for once, in ascending order; an order of the query holds within a piece.
    """
    for some in pieces(values):
        yield from db.execute(query.where(column.in_(some)))


def pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield many values as lists that fit into a statement, each value once, ascending."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), _PER_STATEMENT):
        yield distinct[start : start + _PER_STATEMENT]
