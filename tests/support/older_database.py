"""Databases of older versions, to be filled and then opened by this one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

import digest.storage.migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A whole installation of schema 0004, as `sqlite3 digest.db .dump` writes it.
SCHEMA_0004 = Path(__file__).parent.parent / "integration/storage/migrations/schema_0004.sql"


def database(folder: Path, revision: str) -> sqlite3.Connection:
    """Return a new digest.db with a revision's tables; each statement is its own transaction."""
    engine = sa.create_engine(f"sqlite:///{folder}/digest.db")
    settings = Config()
    settings.set_main_option("script_location", str(*digest.storage.migrations.__path__))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        alembic.command.upgrade(settings, revision)
    engine.dispose()
    return sqlite3.connect(folder / "digest.db", isolation_level=None)


def restore(folder: Path, dump: Path) -> dict[str, list[dict[str, object]]]:
    """Write digest.db from a dump; return its rows by table, in the order of their values."""
    db = sqlite3.connect(folder / "digest.db")
    db.executescript(dump.read_text(encoding="utf-8"))
    rows = dict(_rows(db))
    db.close()
    return rows


def rows_of(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Return the rows of digest.db by table, in the order of their values."""
    db = sqlite3.connect(folder / "digest.db")
    rows = dict(_rows(db))
    db.close()
    return rows


def _rows(db: sqlite3.Connection) -> Iterator[tuple[str, list[dict[str, object]]]]:
    db.row_factory = sqlite3.Row
    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        found = db.execute(f"SELECT * FROM {table}")  # noqa: S608 (our own table's name)
        yield table, sorted(map(dict, found), key=lambda row: str(row.values()))
