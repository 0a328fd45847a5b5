"""Copies of databases are of one moment, whatever others write meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from digest.errors import StoreError
from digest.storage import page_copy
from digest.storage.page_copy import copy_pages, open_copy, open_live, open_private

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two rows that always have the same number, and pages for many steps between them."""
    monkeypatch.setattr(page_copy, "_STEP", 10)
    file = tmp_path / "live.db"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE first (number)")
        db.execute("CREATE TABLE large AS SELECT zeroblob(1000000) AS content")
        db.execute("CREATE TABLE last (number)")
        db.execute("INSERT INTO first VALUES (0)")
        db.execute("INSERT INTO last VALUES (0)")
        db.commit()
    return file


def numbers(file: Path) -> list[int]:
    with open_copy(file) as db:
        return list(db.execute("SELECT first.number, last.number FROM first, last").fetchone())


def copied(database: Path, told: list[int], *, write: bool = True) -> Path:
    target = database.with_name("copy.db")
    target.touch()

    def progress(done: int, _total: int) -> None:
        told.append(done)
        if not write:
            return
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE first SET number = number + 1")
            db.execute("UPDATE last SET number = number + 1")

    with open_live(database) as read, open_private(target) as written:
        copy_pages(read, written, progress=progress)
    return target


def test_a_copy_does_not_begin_anew_when_others_write_and_is_of_the_moment_it_began(
    database: Path,
) -> None:
    told: list[int] = []

    copy = copied(database, told)

    assert len(told) > 20
    assert told == sorted(set(told))
    assert numbers(copy) == [0, 0]
    assert numbers(database) == [len(told)] * 2


def test_what_was_read_without_locks_is_refused_if_somebody_wrote(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_copy, "may_write", lambda _file: False)
    assert numbers(copied(database, [], write=False)) == [0, 0]

    with closing(sqlite3.connect(database)) as others:
        others.execute("SELECT * FROM first")
        with pytest.raises(StoreError, match="somebody began to write"):
            copied(database, [])


def test_a_target_that_stays_locked_is_given_up(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_copy, "_PATIENCE", 0)
    target = database.with_name("other.db")
    with closing(sqlite3.connect(target)) as db, db:
        db.execute("CREATE TABLE t (a)")

    with (
        closing(sqlite3.connect(target, isolation_level=None)) as holder,
        closing(sqlite3.connect(target, timeout=0)) as written,
        open_live(database) as read,
    ):
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="keeps the database locked"):
            copy_pages(read, written)
