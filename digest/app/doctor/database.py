"""The database: whether it opens, is up to date, undamaged, and the one that the last run used."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.app.services import App
from digest.app.traces import traces_of_use
from digest.errors import ConfigError, StoreError
from digest.storage.condition import faults_of, has_log, schema_of
from digest.storage.engine import database_file, database_path, open_unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from digest.app.config import Config

DATABASE, SCHEMA, INTEGRITY = "database", "migrations", "integrity"
BACKUP, LOG = "backup", "write-ahead log"
#: Bytes of a log that is not looked at, whatever the size of the database.
_SMALL_LOG = 100_000_000


def read(config: Config) -> tuple[App | None, list[Finding]]:
    """Open the database without changing it; return the installation if it can be used."""
    try:
        journal = _journal(config)
        engine = open_unchanged(
            config.database.url, folder=config.folder, traces=partial(traces_of_use, config)
        )
    except (ConfigError, StoreError) as error:
        return None, [failed(DATABASE, error)]
    except OSError as error:
        unreadable = StoreError(f"cannot read {error.filename}: {error.strerror}")
        remedy = "run this as the user who owns it"
        return None, [failed(DATABASE, unreadable, remedy=remedy)]
    if engine is None:
        missing = warn(
            DATABASE,
            "there is none yet; the first command that writes makes it",
            "digest subscribers add you@your-domain --confirmed",
        )
        return None, [missing]
    try:
        schema = schema_of(engine)
    except StoreError as error:
        engine.dispose()
        return None, [failed(DATABASE, error)]
    if schema.revision is None:
        engine.dispose()
        empty = warn(DATABASE, "it has no tables yet", "digest status")
        return None, [empty]
    found = [ok(DATABASE, f"{_name(engine)} can be read"), *journal]
    if schema.is_newest:
        app = App(config=config, engine=engine, only_reads=True)
        return app, [*found, ok(SCHEMA, f"its tables are up to date ({schema.revision})")]
    engine.dispose()
    old = fail(
        SCHEMA,
        f"its tables are of an older version ({schema.revision}), and no command has upgraded them",
        "make a backup, then run `digest status` as the user who owns it, which upgrades them",
    )
    return None, [*found, old]


def check(app: App) -> Iterator[Finding]:
    """Look at a database whose tables are up to date."""
    if faults := faults_of(app.engine):
        yield fail(INTEGRITY, f"it is damaged: {faults[0]}", "restore a backup")
    else:
        yield ok(INTEGRITY, "SQLite finds no damage" if _file(app) else "its server looks after it")
    sign = app.generation.sign()
    if sign is None:
        yield ok(BACKUP, "it is the one that the last run used")
    else:
        yield fail(
            BACKUP,
            f"it was restored from a backup, or moved: {sign}; nothing is sent until you say what",
            "digest run --day D, for each day whose mails have not left",
        )
    yield from _log(app)


def _journal(config: Config) -> list[Finding]:
    """Look whether readers and writers hold each other up."""
    file = database_path(config.database.url, folder=config.folder)
    if file is None or not file.is_file() or not file.stat().st_size or has_log(file):
        return []
    text = "the database has none, so readers and writers wait for each other"
    return [warn(LOG, text, "digest status, as the user who owns it, which begins one")]


def _log(app: App) -> Iterator[Finding]:
    file = _file(app)
    if file is None:
        yield not_checked(LOG, "only SQLite has one")
        return
    log = Path(f"{file}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > max(_SMALL_LOG, file.stat().st_size):
        yield warn(
            LOG,
            f"{log.name} has {size / 1e6:.0f} MB: a program has been reading for very long",
            f"fuser {log}, and end who reads",
        )
    else:
        yield ok(LOG, f"it has {size / 1e6:.1f} MB")


def _file(app: App) -> Path | None:
    return database_file(app.engine.url)


def _name(engine: sa.Engine) -> str:
    file = database_file(engine.url)
    return file.name if file else engine.url.render_as_string()
