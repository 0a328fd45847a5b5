"""Opens the database: pragmas, file mode, upgrade.

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
from digest.storage import files, mark
from digest.storage.read_only import may_write, read_only_creator
from digest.storage.schema import generation
from digest.storage.upgrade import is_newest, upgrade

if TYPE_CHECKING:
    from collections.abc import Sequence


_PRAGMAS_FOR_READING = ("foreign_keys=ON", "busy_timeout=10000")
#: KiB of pages; SQLite's own default is 2,000.
_FEW_PAGES = 256
_NO_URL = (
    "[database] url: is no address like sqlite:///digest.db or postgresql://me@localhost/digest"
)
_PRAGMAS = ("journal_mode=WAL", *_PRAGMAS_FOR_READING, "synchronous=FULL", "secure_delete=ON")


def open_database(url: str, *, folder: Path, traces: mark.Traces = dict) -> sa.Engine:
    """Open the database of a URL, creating it and bringing it up to date as needed.

    A new SQLite file is created with mode 0600, since it holds addresses.

    Args:
        url: as SQLAlchemy writes it.
        folder: where the path of a SQLite file starts.
        traces: what else shows that the database was in use, if it holds nothing.

    Raises:
        ConfigError: the URL is not one.
        StoreError: the database cannot be opened, was written by a newer version, or is missing or
            empty although it was in use.

    """
    engine = _create_engine(url, folder)
    file = database_file(engine.url)
    if file:
        mark.refuse_lost(file, traces)
        _create_private(file)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        _refuse_emptied(engine, file, traces)
        upgrade(engine)
        if file and mark.read_mark(file) is None:
            _mark_unused(engine, file)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise StoreError(f"cannot open {engine.url.render_as_string()}: {error.orig}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def open_for_reading(url: str, *, folder: Path, traces: mark.Traces = dict) -> sa.Engine:
    """Open the database of a URL for a command that only reads.

    Where we may write, it is opened as usual, which creates and upgrades it. Else nothing is
    written, not even the files that SQLite keeps beside a database.

    Args:
        url: as SQLAlchemy writes it.
        folder: where the path of a SQLite file starts.
        traces: see `open_database`.

    Raises:
        ConfigError: the URL is not one.
        StoreError: see `open_database`; or it cannot be read without being changed.

    """
    engine = _create_engine(url, folder)
    file = database_file(engine.url)
    if file is None or not file.is_file() or may_write(file):
        return open_database(url, folder=folder, traces=traces)
    mark.refuse_lost(file, traces)
    engine = sa.create_engine(engine.url, creator=read_only_creator(file), hide_parameters=True)
    _prepare_sqlite(engine, pragmas=_PRAGMAS_FOR_READING)
    try:
        with engine.connect() as connection:
            _require_newest(connection, file)
    except StoreError:
        engine.dispose()
        raise
    return engine


def keep_few_pages(engine: sa.Engine) -> None:
    """Let SQLite keep few pages in memory, for a command that reads through a database once."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{_FEW_PAGES}")


def open_unchanged(url: str, *, folder: Path, traces: mark.Traces = dict) -> sa.Engine | None:
    """Open the database of a URL to look at it: nothing is created, upgraded or written.

    Its tables may be those of another version. None if there is no file of it yet.

    Raises:
        ConfigError: the URL is not one.
        StoreError: it is missing although it was in use, or cannot be read without being changed.

    """
    engine = _create_engine(url, folder)
    file = database_file(engine.url)
    if file is not None:
        mark.refuse_lost(file, traces)
        if not file.exists():
            return None
        engine = sa.create_engine(engine.url, creator=read_only_creator(file))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, pragmas=_PRAGMAS_FOR_READING)
    return engine


def bring_up_to_date(file: Path) -> None:
    """Bring a SQLite database up to date that is not in its place yet; it gets no mark.

    Raises:
        StoreError: it is of a newer version, or cannot be upgraded.

    """
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)), hide_parameters=True)
    _prepare_sqlite(engine)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _require_newest(connection: sa.Connection, file: Path) -> None:
    if not is_newest(connection):
        raise StoreError(
            f"{file} is of an older version of Digest, and may not be upgraded here; run any"
            " command once as the user who owns it"
        )


def _create_engine(url: str, folder: Path) -> sa.Engine:
    """Return an engine, not connected yet; the path of a SQLite file starts from the folder."""
    database_url = _database_url(url, folder)
    try:
        # An error is logged, and the parameters of its statement may be addresses.
        return sa.create_engine(database_url, hide_parameters=True)
    except sa.exc.ArgumentError as error:
        raise ConfigError(_NO_URL) from error
    except ModuleNotFoundError as error:
        raise ConfigError(f"[database] url: the driver {error.name} is not installed") from error


def _database_url(url: str, folder: Path) -> sa.URL:
    """Return a URL; the path of a SQLite file starts from the folder."""
    try:
        database_url = sa.make_url(url)
        file = database_file(database_url)
        return database_url.set(database=str(folder / file.expanduser())) if file else database_url
    except sa.exc.ArgumentError as error:
        raise ConfigError(_NO_URL) from error
    except ValueError as error:  # from SQLAlchemy, for a port
        raise ConfigError("[database] url: the port is no number") from error
    except RuntimeError as error:  # from pathlib
        reason = "there is no such home folder; write the whole path"
        raise ConfigError(f"[database] url: {file}: {reason}") from error


def database_file(url: sa.URL) -> Path | None:
    """Return the file of a SQLite database, or None for one in memory or on a server."""
    database = url.database
    if url.get_backend_name() != "sqlite" or not database or database == ":memory:":
        return None
    return Path(database)


def database_path(url: str, *, folder: Path) -> Path | None:
    """Return the file of the database of a URL, or None for one in memory or on a server.

    Raises:
        ConfigError: the URL is not one.

    """
    return database_file(_database_url(url, folder))


def _create_private(path: Path) -> None:
    if path.is_file() and os.access(path, os.R_OK | os.W_OK):
        # To close a descriptor of it would release the locks that other connections of this
        # process hold (sqlite.org/howtocorrupt.html, 2.2).
        return
    try:
        # SQLite gives its -wal and -shm files the mode of the database.
        os.close(files.open_shared(path))
    except OSError as error:
        raise StoreError(f"cannot open {path}: {error.strerror}; check [database] url") from error


def _refuse_emptied(engine: sa.Engine, file: Path | None, traces: mark.Traces) -> None:
    if file is None and engine.dialect.name == "sqlite":
        return  # in memory, always new
    with engine.connect() as connection:
        if not sa.inspect(connection).get_table_names():
            database = file or Path(engine.url.database or "the database")
            mark.refuse_if_used(database, traces, what="has no tables")


def _mark_unused(engine: sa.Engine, file: Path) -> None:
    """Mark a database from which no mail was sent; one that lost its mark gets none here."""
    with engine.connect() as connection:
        if connection.execute(sa.select(generation.c.number)).scalar() == 0:
            mark.create_mark(file)


def _prepare_sqlite(engine: sa.Engine, *, pragmas: Sequence[str] = _PRAGMAS) -> None:
    def connected(connection: Any, _record: object) -> None:
        # pysqlite begins transactions late and by itself. SQLAlchemy does it instead
        # (docs.sqlalchemy.org, "Serializable isolation / Savepoints / Transactional DDL").
        connection.isolation_level = None
        for pragma in pragmas:
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
            # The low byte is the kind of error; errors of the driver itself have no code.
            kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
            is_damaged = kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            remedy = "; restore a backup, or check [database] url" if is_damaged else ""
            raise StoreError(f"cannot use {engine.url.database}: {error}{remedy}") from error

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "handle_error", failed)
