"""IN lists may be longer than a statement of SQLite allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.in_lists import rows_where_in

if TYPE_CHECKING:
    import pytest

NUMBERS = sa.Table("numbers", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))
QUERY = sa.select(NUMBERS.c.n)


def found(engine: sa.Engine, values: list[int]) -> list[int]:
    with engine.begin() as db:
        NUMBERS.create(db, checkfirst=True)
        db.execute(NUMBERS.delete())
        db.execute(NUMBERS.insert(), [{"n": n} for n in range(2000)])
        return [row.n for row in rows_where_in(db, QUERY, NUMBERS.c.n, values)]


def test_every_value_is_found_once_in_ascending_order(engine: sa.Engine) -> None:
    assert found(engine, [*range(1999, -1, -1), 7, 7, -1]) == list(range(2000))


def test_no_values_find_nothing_and_run_no_statement(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.connect() as db:
        monkeypatch.setattr(db, "execute", None)

        assert list(rows_where_in(db, QUERY, NUMBERS.c.n, [])) == []
