"""Statements compiled once and handed straight to the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest.storage.raw_statement import RawStatement

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = sa.Table(
    "numbers",
    sa.MetaData(),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("word", sa.Text),
)


@pytest.fixture
def cursor(engine: sa.Engine) -> Iterator[Any]:
    with engine.begin() as db:
        NUMBERS.create(db)
        db.execute(NUMBERS.insert(), [{"n": n, "word": f"w{n}"} for n in range(5)])
        yield db.connection.cursor()


def test_parameters_go_to_their_places_whatever_the_order_of_the_values(
    engine: sa.Engine, cursor: Any
) -> None:
    update = RawStatement(
        engine,
        NUMBERS.update()
        .where(NUMBERS.c.n == sa.bindparam("number"))
        .values(word=sa.bindparam("new")),
    )

    changed = update.execute_many(
        cursor, [{"number": 1, "new": "one"}, {"new": "two", "number": 2}, {"number": 9, "new": ""}]
    )

    rows = cursor.execute("SELECT word FROM numbers ORDER BY n").fetchall()
    assert changed == 2
    assert [word for (word,) in rows] == ["w0", "one", "two", "w3", "w4"]


def test_constants_of_the_statement_need_no_value(engine: sa.Engine, cursor: Any) -> None:
    query = RawStatement(
        engine,
        sa.select(NUMBERS.c.n)
        .where(NUMBERS.c.n >= sa.bindparam("least", None), NUMBERS.c.n.in_([1, 3, 4]))
        .order_by(NUMBERS.c.n),
    )

    assert query.fetch_all(cursor, {"least": 2}) == [(3,), (4,)]
    with pytest.raises(KeyError, match="least"):
        query.fetch_all(cursor, {})


def test_no_rows_run_no_statement(engine: sa.Engine) -> None:
    assert RawStatement(engine, NUMBERS.delete()).execute_many(None, []) == 0
