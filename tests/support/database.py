"""New databases for tests, without migrating each of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from digest.storage.engine import open_database

URL = "sqlite:///digest.db"


def new_database(folder: Path) -> sa.Engine:
    """Open a database in a folder: all tables of the newest version, and no rows.

    It is a copy of one that was migrated once in this process, which takes a twentieth of the time.
    """
    write_database(folder)
    return open_database(URL, folder=folder)


def write_database(folder: Path) -> None:
    """Put such a database into a folder, open to its owner alone."""
    file = folder / "digest.db"
    file.touch(mode=0o600)
    file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        open_database(URL, folder=Path(folder)).dispose()
        return (Path(folder) / "digest.db").read_bytes()


def emptied_database() -> sa.Engine:
    """The one database in this process's memory, without rows: for examples by the dozen."""
    engine = _in_memory()
    with engine.begin() as db:
        db.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in set(sa.inspect(db).get_table_names()) - {"alembic_version"}:
            db.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
    return engine


@cache
def _in_memory() -> sa.Engine:
    return open_database("sqlite://", folder=Path())


def open_and_read_schema(folder: str) -> str:
    """Open a database, in a process of its own; return the schema it then has."""
    engine = open_database("sqlite:///digest.db", folder=Path(folder))
    with engine.connect() as db:
        found = str(db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())
    engine.dispose()
    return found
