"""Brings the tables of a database up to date with Alembic's migrations.

All missing migrations run in one transaction, on a connection that checks no foreign keys. SQLite
can change some things about a table only by making it anew, and dropping the old one would delete
or refuse the rows that refer to it (sqlite.org/lang_altertable.html, section 7). The keys are
checked at the end, before the commit.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

MIGRATIONS = Path(__file__).parent / "migrations"

#: Seconds to wait for another process that is upgrading; a large database takes its time.
_WAIT = 120


def upgrade(engine: sa.Engine, folder: Path = MIGRATIONS) -> None:
    """Bring the tables up to date; it costs one query when they already are.

    Raises:
        StoreError: the database was written by a newer version, or it cannot be upgraded. It is
            then as it was before.

    """
    with engine.connect() as connection:
        if is_newest(connection, folder):
            return
    with _unchecked(engine) as connection, connection.begin():
        # Another process may have upgraded it until the lock was ours.
        if not is_newest(connection, folder):
            _apply(connection, folder)
            _check_foreign_keys(connection)


def revision(connection: sa.Connection) -> str | None:
    """Return the newest migration that a database has had, or None if it has no tables."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar()
    return found


def known_revisions(folder: Path = MIGRATIONS) -> list[str]:
    """Return the migrations that there are, the newest last."""
    return sorted(file.stem.split("_")[0] for file in folder.glob("versions/[0-9]*.py"))


def is_newest(connection: sa.Connection, folder: Path = MIGRATIONS) -> bool:
    """Whether the tables are up to date.

    Raises:
        StoreError: they are of a newer version.

    """
    known = known_revisions(folder)
    current = revision(connection)
    if current is not None and current not in known:
        raise StoreError(
            f"the database was written by a newer version (schema {current});"
            " install that version, or restore a backup"
        )
    return current == known[-1]


@contextmanager
def _unchecked(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection for writing that does not check foreign keys until it is given back."""
    with engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        # SQLite ignores this pragma inside a transaction, so the driver is asked directly.
        driver = connection.connection.cursor()
        wait = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute(f"PRAGMA busy_timeout={_WAIT * 1000}")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
            driver.execute(f"PRAGMA busy_timeout={wait}")
            driver.close()


def _apply(connection: sa.Connection, folder: Path) -> None:
    # Imported here, since a database is rarely out of date.
    from alembic import command
    from alembic.config import Config

    from digest.storage.migrations import edited

    edited.add_missing(connection)
    settings = Config()
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def _check_foreign_keys(connection: sa.Connection) -> None:
    """Refuse to commit rows that refer to rows which are not there.

    Raises:
        StoreError: there are some.

    """
    if connection.dialect.name != "sqlite":
        return  # such a server checks them all the time
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(
            f"{connection.engine.url.database} was not upgraded and is as it was: rows of"
            f" {broken[0]} refer to rows of {broken[2]} that are missing; restore a backup, or"
            " remove the rows that `PRAGMA foreign_key_check` lists, and start again"
        )
