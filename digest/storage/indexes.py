"""Which index a statement uses, where SQLite guesses wrong."""

from __future__ import annotations

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

_Value = TypeVar("_Value")


def without_index(column: sa.ColumnElement[_Value]) -> sa.ColumnElement[_Value]:
    """Return the value of a column of numbers, by which no rows are looked up.

    A `+` before it has no other effect (https://sqlite.org/optoverview.html, "Disqualifying WHERE
    Clause Terms using Unary-\"+\"").
    """
    return sa.UnaryExpression(column, operator=custom_op("+"), type_=column.type)
