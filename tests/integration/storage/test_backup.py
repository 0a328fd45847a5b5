"""A backup is one whole file, for its owner alone, or there is none."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import pytest
from support.database import write_database
from support.killed_restores import back_up_and_die, killed

from digest.errors import StoreError
from digest.storage import backup, files
from digest.storage.backup import back_up, read_backup

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
KEPT = {"digest.key": b"a key\n", "config.toml": b'[site]\nname = "\xc3\xa4"\n'}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    write_database(tmp_path / "home")
    return tmp_path / "home/digest.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "a.backup"


def test_a_backup_holds_the_files_and_says_when_it_was_made(database: Path, target: Path) -> None:
    made = back_up(database, target, kept=KEPT, now=NOW)

    assert (made.files, made.made_at, made.file) == (KEPT, NOW, target)
    assert read_backup(target) == made
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.glob("a.backup*")) == [target]


def test_a_backup_replaces_an_earlier_one_whatever_its_mode(database: Path, target: Path) -> None:
    back_up(database, target, kept={}, now=NOW)
    target.chmod(0o644)

    back_up(database, target, kept=KEPT, now=NOW)

    assert read_backup(target).files == KEPT
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_database_of_an_older_version_is_not_upgraded_by_its_backup(
    database: Path, target: Path
) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0007'")

    assert back_up(database, target, kept={}, now=NOW).revision == "0007"


def test_what_another_program_copied_is_a_backup_without_files(
    database: Path, target: Path
) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute(f"VACUUM INTO '{target}'")

    found = read_backup(target)

    assert (found.files, found.made_at, found.has_checksum) == ({}, None, False)


def test_a_log_beside_a_backup_is_a_change(database: Path, target: Path) -> None:
    back_up(database, target, kept=KEPT, now=NOW)
    target.with_name("a.backup-wal").write_bytes(b"what somebody wrote")

    with pytest.raises(StoreError, match=r"was changed, so use another backup: .*-wal has"):
        read_backup(target)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is neither a backup nor a database"),
        (b"PK\x03\x04 a zip", "is neither a backup nor a database"),
        (b"SQLite format 3\0" + b"x" * 5000, "is damaged, so use another backup"),
    ],
)
def test_another_file_is_no_backup(target: Path, content: bytes, said: str) -> None:
    target.write_bytes(content)

    with pytest.raises(StoreError, match=f"a.backup {said}"):
        read_backup(target)


def test_a_database_of_another_program_is_no_backup(target: Path) -> None:
    with closing(sqlite3.connect(target)) as db, db:
        db.execute("CREATE TABLE papers (id)")

    with pytest.raises(StoreError, match="is no database of Digest"):
        read_backup(target)


def test_a_backup_of_a_newer_version_is_refused(database: Path, target: Path) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match=r"newer version of Digest \(schema 9999\)"):
        read_backup(database)


@pytest.mark.parametrize("how", ["cut off", "a page overwritten"])
def test_a_damaged_backup_is_refused(database: Path, target: Path, how: str) -> None:
    back_up(database, target, kept=KEPT, now=NOW)
    content = target.read_bytes()
    half = len(content) // 2
    target.write_bytes(
        content[:half]
        if how == "cut off"
        else content[:4096] + b"\xff" * half + content[half + 4096 :]
    )

    with pytest.raises(StoreError, match="is damaged, so use another backup"):
        read_backup(target)


@pytest.mark.parametrize("kind", ["text", "database", "folder"])
def test_no_other_file_is_overwritten(database: Path, target: Path, kind: str) -> None:
    target = {"text": target, "database": database, "folder": target.parent}[kind]
    if kind == "text":
        target.write_text("mine")
    before = target.stat()

    with pytest.raises(StoreError, match=r"is no backup; name another|is a folder; name a file"):
        back_up(database, target, kept={}, now=NOW)

    assert target.stat().st_ino == before.st_ino
    assert target.stat().st_size == before.st_size


def test_a_full_disk_leaves_the_earlier_backup_and_nothing_else(
    database: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, target, kept=KEPT, now=NOW)
    before = target.read_bytes()

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)

    with pytest.raises(StoreError, match=r"cannot write .*a\.backup: No space left on device"):
        back_up(database, target, kept={}, now=NOW)
    assert target.read_bytes() == before
    assert list(target.parent.glob("a.backup*")) == [target]


def test_a_copy_that_is_damaged_is_no_backup(
    database: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(_read: object, written: sqlite3.Connection, **_: object) -> None:
        written.execute("CREATE TABLE alembic_version (version_num)")

    monkeypatch.setattr(backup, "copy_pages", torn)

    with pytest.raises(StoreError):
        back_up(database, target, kept={}, now=NOW)
    assert list(target.parent.glob("a.backup*")) == []


@pytest.mark.parametrize("earlier", [True, False])
def test_a_kill_leaves_the_earlier_backup_or_none_and_the_next_goes_well(
    database: Path, target: Path, *, earlier: bool
) -> None:
    if earlier:
        back_up(database, target, kept=KEPT, now=NOW)

    ended = killed(back_up_and_die, str(database), str(target))

    assert ended == -signal.SIGKILL
    assert target.exists() == earlier
    assert not earlier or read_backup(target).files == KEPT
    assert back_up(database, target, kept={}, now=NOW).files == {}
    assert list(target.parent.glob("a.backup*")) == [target]
