"""Databases that we may read and not write; `e2e/test_cli_read_only.py` has real permissions."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.storage import engine as engine_module
from digest.storage.engine import open_database, open_for_reading
from digest.storage.read_only import may_write, read_only_creator

if TYPE_CHECKING:
    from pathlib import Path

URL = "sqlite:///digest.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database that nobody uses, in a folder whose name has characters of a URI."""
    folder = tmp_path / "a folder?with#100%"
    folder.mkdir()
    open_database(URL, folder=folder).dispose()
    return folder / "digest.db"


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have us find that nothing may be written; root finds otherwise."""
    monkeypatch.setattr(engine_module, "may_write", lambda _file: False)


def names(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir()}


def leave_a_log(file: Path) -> None:
    """Change a database and die before the change is in its file."""
    pid = os.fork()
    if pid == 0:
        db = sqlite3.connect(file)
        db.execute("INSERT INTO days (day, planned) VALUES ('2026-02-02', 7)")
        db.commit()
        os._exit(0)
    os.waitpid(pid, 0)


def days(engine: sa.Engine) -> list[int]:
    with engine.connect() as db:
        return list(db.execute(sa.text("SELECT planned FROM days")).scalars())


@pytest.mark.usefixtures("unwritable")
def test_reading_makes_no_file(file: Path) -> None:
    before = names(file)

    engine = open_for_reading(URL, folder=file.parent)

    assert days(engine) == []
    assert names(file) == before
    engine.dispose()


@pytest.mark.usefixtures("unwritable")
def test_nothing_can_be_written(file: Path) -> None:
    engine = open_for_reading(URL, folder=file.parent)

    with (
        pytest.raises(StoreError, match="readonly database"),
        engine.execution_options(writes=True).begin() as db,
    ):
        db.execute(sa.text("DELETE FROM days"))

    engine.dispose()


@pytest.mark.usefixtures("unwritable")
def test_what_is_in_the_log_is_read_too(file: Path) -> None:
    leave_a_log(file)

    engine = open_for_reading(URL, folder=file.parent)

    assert days(engine) == [7]
    engine.dispose()


@pytest.mark.usefixtures("unwritable")
def test_a_log_that_cannot_be_read_without_writing_is_said(file: Path) -> None:
    leave_a_log(file)
    (file.parent / "digest.db-shm").unlink()

    with pytest.raises(StoreError, match=r"digest\.db-wal.*as the user who owns the database"):
        open_for_reading(URL, folder=file.parent)


@pytest.mark.usefixtures("unwritable")
def test_a_database_of_an_older_version_is_said(file: Path) -> None:
    db = sqlite3.connect(file)
    db.execute("UPDATE alembic_version SET version_num = '0001'")
    db.commit()
    db.close()

    with pytest.raises(StoreError, match="of an older version of Digest"):
        open_for_reading(URL, folder=file.parent)


def test_where_we_may_write_it_is_opened_as_usual(tmp_path: Path) -> None:
    engine = open_for_reading(URL, folder=tmp_path)

    assert days(engine) == []
    assert may_write(tmp_path / "digest.db")
    engine.dispose()


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"digest\.db: Permission denied; run this as the user"):
        read_only_creator(tmp_path / "digest.db")
