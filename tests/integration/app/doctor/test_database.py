"""The database, looked at without a change: missing, lost, old, damaged, restored."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.older_database import SCHEMA_0004, restore

from digest.app import config, services
from digest.app.doctor.database import check, read
from digest.storage.mark import write_mark

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config import Config
    from digest.app.doctor.finding import Finding


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config.build({}, folder=tmp_path, where="the tests")


@pytest.fixture
def used(settings: Config) -> Config:
    """With a database."""
    services.open_app(settings).close()
    return settings


def found(settings: Config) -> dict[str, Finding]:
    app, seen = read(settings)
    if app is not None:
        seen = [*seen, *check(app)]
        app.close()
    return {it.check: it for it in seen}


def levels(settings: Config) -> dict[str, str]:
    return {name: str(it.level) for name, it in found(settings).items()}


def test_a_database_in_use_is_well_and_stays_as_it_is(used: Config, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert set(levels(used).values()) == {"ok"}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_one_that_is_not_there_yet_is_a_warning_and_is_not_made(
    settings: Config, tmp_path: Path
) -> None:
    assert levels(settings) == {"database": "warn"}
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_lost_fails_with_what_shows_it(used: Config, tmp_path: Path) -> None:
    (tmp_path / "digest.db").unlink()

    seen = found(used)["database"]

    assert (seen.level, "shows that it was in use" in seen.text) == ("fail", True)


def test_one_of_an_older_version_fails(settings: Config, tmp_path: Path) -> None:
    restore(tmp_path, SCHEMA_0004)

    seen = found(settings)

    assert seen["migrations"].level == "fail"
    assert "(0004)" in seen["migrations"].text
    assert seen["write-ahead log"].level == "warn"


def test_one_of_a_newer_version_fails(used: Config, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "digest.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()

    seen = found(used)["database"]

    assert (seen.level, "a newer version (schema 9999)" in seen.text) == ("fail", True)


def test_one_that_is_damaged_fails(used: Config, tmp_path: Path) -> None:
    file = tmp_path / "digest.db"
    with sqlite3.connect(file) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'papers'").fetchone()
    db.close()
    octets = bytearray(file.read_bytes())
    octets[(page - 1) * 4096 : page * 4096] = b"x" * 4096
    file.write_bytes(octets)

    seen = found(used)["integrity"]

    assert (seen.level, seen.remedy) == ("fail", "restore a backup")


def test_one_that_is_no_database_fails(settings: Config, tmp_path: Path) -> None:
    (tmp_path / "digest.db").write_bytes(b"hello" * 1000)

    assert levels(settings)["database"] == "fail"


def test_one_that_was_restored_from_a_backup_fails(used: Config, tmp_path: Path) -> None:
    write_mark(tmp_path / "digest.db", generation=7, day=None)

    seen = found(used)["backup"]

    assert (seen.level, seen.remedy.startswith("digest run --day D")) == ("fail", True)


def test_one_without_tables_is_a_warning(settings: Config, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/digest.db")
    with engine.connect() as db:
        db.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()

    assert levels(settings)["database"] == "warn"
