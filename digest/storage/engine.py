"""Opens the database: pragmas, file mode, migrations.

The tables are in `storage.schema` and `subscribers.tables`.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from digest.errors import ConfigError, StoreError
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str, *, folder: Path) -> sa.Engine:
    """Open the database of a URL, creating it and bringing it up to date as needed.

    A new SQLite file is created with mode 0600, since it holds addresses.

    Raises:
        ConfigError: the URL is not one.
        StoreError: the database cannot be opened or was written by a newer version.

    """
    try:
        database_url = sa.make_url(url)
        if file := database_file(database_url):
            database_url = database_url.set(database=str(folder / file.expanduser()))
        engine = sa.create_engine(database_url)
    except sa.exc.ArgumentError as error:
        raise ConfigError(f"[database] url: {error}") from error
    except ValueError as error:  # from SQLAlchemy, for a port
        raise ConfigError(f"[database] url: the port is no number: {error}") from error
    except RuntimeError as error:  # from pathlib
        raise ConfigError(f"[database] url: ~ names no user with a home: {error}") from error
    except ModuleNotFoundError as error:
        raise ConfigError(f"[database] url: the driver {error.name} is not installed") from error
    if file := database_file(database_url):
        _create_private(file)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        _migrate(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise StoreError(f"cannot open {database_url.render_as_string()}: {error.orig}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def database_file(url: sa.URL) -> Path | None:
    """Return the file of a SQLite database, or None for one in memory or on a server."""
    database = url.database
    if url.get_backend_name() != "sqlite" or not database or database == ":memory:":
        return None
    return Path(database)


def _create_private(path: Path) -> None:
    try:
        # SQLite gives its -wal and -shm files the mode of the database.
        os.close(files.open_shared(path))
    except OSError as error:
        raise StoreError(f"cannot open {path}: {error.strerror}; check [database] url") from error


def _prepare_sqlite(engine: sa.Engine) -> None:
    def connected(connection: Any, _record: object) -> None:
        # pysqlite begins transactions late and by itself. SQLAlchemy does it instead
        # (docs.sqlalchemy.org, "Serializable isolation / Savepoints / Transactional DDL").
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def failed(context: sa.ExceptionContext) -> None:
        # A person can mend a full disk, a lock or a damaged file, so these get a clear message.
        error = context.original_exception
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.IntegrityError | sqlite3.ProgrammingError
        ):
            raise StoreError(f"cannot use {engine.url.database}: {error}") from error

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "handle_error", failed)


def _revisions() -> Iterator[str]:
    yield from sorted(file.stem.split("_")[0] for file in _MIGRATIONS.glob("versions/[0-9]*.py"))


def _migrate(engine: sa.Engine) -> None:
    """Bring the tables up to date; it costs one query when they already are."""
    *_, newest = _revisions()
    with engine.connect() as connection:
        current = None
        if sa.inspect(connection).has_table("alembic_version"):
            current = connection.execute(
                sa.text("SELECT version_num FROM alembic_version")
            ).scalar()
    if current == newest:
        return
    if current is not None and current not in _revisions():
        raise StoreError(
            f"the database was written by a newer version (schema {current});"
            " install that version, or restore a backup"
        )
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    # The write lock makes a second process wait; it then finds the migration done.
    with engine.execution_options(writes=True).begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
