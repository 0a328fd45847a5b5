"""A restored database is in its place whole, or not at all, and no mail leaves by itself."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

import pytest
from support.killed_restores import AT, killed, restore_and_die
from support.restorations import FRIDAY, MONDAY, SATURDAY, begin, go_on, run

from digest.errors import RestoredError, StoreError
from digest.storage import restore as restoring
from digest.storage.backup import back_up, read_backup
from digest.storage.mark import mark_path, read_mark
from digest.storage.restore import is_unused, restore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that has sent on Monday."""
    return begin(tmp_path / "home")


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """A backup of Monday."""
    back_up(home / "digest.db", tmp_path / "monday", kept={"digest.key": b"k"}, now=AT)
    return tmp_path / "monday"


def put_back(file: Path, home: Path) -> Path | None:
    return restore(read_backup(file), home / "digest.db", now=AT)


def days(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [row[0] for row in db.execute("SELECT day FROM days ORDER BY day")]


def nothing_more(_home: Path) -> None:
    """Send nothing after the backup."""


def lose_the_mark(home: Path) -> None:
    go_on(home)
    mark_path(home / "digest.db").unlink()


def lose_the_database(home: Path) -> None:
    for name in home.glob("digest.db*"):
        name.unlink()


@pytest.mark.parametrize("after", [nothing_more, go_on, lose_the_mark, lose_the_database])
@pytest.mark.parametrize("mark_goes", [True, False])
def test_a_restored_database_sends_nothing_until_a_day_is_named(
    home: Path, file: Path, after: Callable[[Path], None], *, mark_goes: bool
) -> None:
    after(home)

    put_back(file, home)
    if mark_goes:
        mark_path(home / "digest.db").unlink()

    for day in (MONDAY, FRIDAY):
        with pytest.raises(RestoredError):
            run(home, day, on=FRIDAY)
    run(home, FRIDAY, named=True)
    run(home, SATURDAY)


def test_a_backup_from_before_the_first_mail_sends_nothing_either(
    tmp_path: Path, home: Path
) -> None:
    database = home / "digest.db"
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE generation SET number = 0")
    mark_path(database).unlink()
    back_up(database, tmp_path / "first", kept={}, now=AT)

    put_back(tmp_path / "first", home)

    with pytest.raises(RestoredError, match="`digest restore` put it there"):
        run(home, FRIDAY)


def test_the_old_database_stays_beside_it_whole(home: Path, file: Path) -> None:
    go_on(home)
    before = days(home / "digest.db")

    old = put_back(file, home)

    assert old == home / "digest.db.before-20260206T120000Z"
    assert old.stat().st_mode & 0o777 == 0o600
    assert days(old) == before
    assert len(days(home / "digest.db")) < len(before)


def test_who_has_the_database_open_sees_what_was_restored(home: Path, file: Path) -> None:
    """A web server goes on, and writes to the new database."""
    go_on(home)
    with closing(sqlite3.connect(home / "digest.db")) as server:
        server.execute("SELECT * FROM days").fetchall()

        put_back(file, home)

        assert server.execute("SELECT count(*) FROM days").fetchone() == (1,)
        with server:
            server.execute("UPDATE days SET planned = planned")
    assert days(home / "digest.db") == ["2026-02-02"]


def test_the_files_of_the_backup_are_not_in_the_database(home: Path, file: Path) -> None:
    put_back(file, home)

    with closing(sqlite3.connect(home / "digest.db")) as db:
        assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlar'").fetchall()
        assert db.execute("PRAGMA application_id").fetchone() == (0,)


@pytest.mark.parametrize("how", ["no database", "header"])
def test_a_damaged_database_is_moved_away(home: Path, file: Path, how: str) -> None:
    database = home / "digest.db"
    content = database.read_bytes()
    damaged = b"nothing" * 1000 if how == "no database" else content[:100] + b"\xff" * 8000
    database.write_bytes(damaged)

    old = put_back(file, home)

    assert not is_unused(database)
    assert days(database) == ["2026-02-02"]
    assert old is not None
    assert old.read_bytes() == damaged


def test_a_log_that_was_left_without_its_database_is_not_mixed_in(home: Path, file: Path) -> None:
    go_on(home)
    with closing(sqlite3.connect(home / "digest.db")) as db:
        db.execute("UPDATE days SET planned = 99")
        db.commit()
        shutil.copy(home / "digest.db-wal", home / "kept")
    (home / "digest.db").unlink()
    shutil.copy(home / "kept", home / "digest.db-wal")

    put_back(file, home)

    assert days(home / "digest.db") == ["2026-02-02"]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_kill_leaves_the_old_database_or_the_new_one(home: Path, file: Path, step: int) -> None:
    go_on(home)
    before = days(home / "digest.db")

    ended = killed(restore_and_die, str(file), str(home / "digest.db"), step)

    assert ended == -signal.SIGKILL
    assert days(home / "digest.db") == before
    later = AT + timedelta(hours=1)
    restore(read_backup(file), home / "digest.db", now=later)
    assert days(home / "digest.db") == ["2026-02-02"]
    with pytest.raises(RestoredError):
        run(home, FRIDAY)


@pytest.mark.parametrize("where", ["_keep", "_replace_pages"])
def test_an_error_leaves_all_as_it_was(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    go_on(home)
    before = days(home / "digest.db")

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(restoring, where, full)

    with pytest.raises(StoreError, match=r"cannot restore .*: No space left on device"):
        put_back(file, home)
    assert days(home / "digest.db") == before
    assert list(home.glob("*.part*")) == []
    run(home, FRIDAY)  # it was not restored, so nobody need name a day


def test_a_restore_without_a_database_that_fails_leaves_no_trace(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()

    def damaged(*_: object) -> NoReturn:
        raise StoreError("no")

    monkeypatch.setattr(restoring, "remove_beside", damaged)

    with pytest.raises(StoreError):
        put_back(file, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_disk_that_is_full_during_the_upgrade_leaves_no_trace(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()

    def full(database: Path) -> NoReturn:
        database.with_name(f"{database.name}-wal").write_bytes(b"")
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(restoring, "bring_up_to_date", full)

    with pytest.raises(StoreError, match="disk I/O error"):
        put_back(file, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_disk_without_room_is_said_before_anything_is_written(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")  # noqa: PYI024 (that of shutil)
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _path: usage(free=1000))
    before = read_mark(home / "digest.db")

    with pytest.raises(StoreError, match=r"needs \d+ MB of .*, and 0 MB are free"):
        put_back(file, home)
    assert read_mark(home / "digest.db") == before
