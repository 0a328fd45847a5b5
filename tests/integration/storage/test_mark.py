"""A database that is missing or empty where an installation lived is an error, not a new one."""

from __future__ import annotations

import os
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest
from support.database import write_database

from digest.errors import StoreError
from digest.storage.engine import open_database
from digest.storage.mark import create_mark, mark_path, read_mark, write_mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_and_close(folder: Path, url: str = "sqlite:///digest.db") -> None:
    open_database(url, folder=folder).dispose()


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A database that was opened once."""
    write_database(tmp_path)
    open_and_close(tmp_path)
    return tmp_path / "digest.db"


def missing(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def without_tables(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()


@pytest.mark.parametrize(
    ("lose", "what"),
    [(missing, "is missing"), (empty, "is empty"), (without_tables, "has no tables")],
)
def test_a_database_that_is_lost_is_an_error_that_says_what_to_do(
    used: Path, lose: Callable[[Path], None], what: str
) -> None:
    lose(used)

    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            open_and_close(used.parent)

    assert str(caught.value) == (
        f"{used} {what}, but digest.db-generation beside it shows that it was in use: restore a"
        " backup, or check [database] url and that its disk is mounted; only to begin anew,"
        " without readers, remove digest.db-generation"
    )


def test_a_lost_database_is_not_made(used: Path) -> None:
    used.unlink()

    with pytest.raises(StoreError):
        open_and_close(used.parent)

    assert not used.exists()


def test_what_is_still_in_the_wal_of_an_emptied_database_stays(used: Path) -> None:
    used.write_bytes(b"")
    wal = used.with_name("digest.db-wal")
    wal.write_bytes(b"the last mails")

    with pytest.raises(StoreError, match="is empty"):
        open_and_close(used.parent)

    assert wal.read_bytes() == b"the last mails"


def test_the_lock_of_a_run_shows_that_an_older_installation_lived_here(tmp_path: Path) -> None:
    (tmp_path / "digest.db-run").touch()

    with pytest.raises(StoreError, match=r"but digest\.db-run beside it shows"):
        open_and_close(tmp_path)


def test_without_the_files_that_are_named_a_new_database_is_made(used: Path) -> None:
    used.unlink()
    mark_path(used).unlink()

    open_and_close(used.parent)

    assert used.stat().st_size > 0
    assert mark_path(used).exists()


def test_several_files_beside_it_show_it(used: Path) -> None:
    used.unlink()
    (used.parent / "digest.db-run").touch()

    with pytest.raises(StoreError) as caught:
        open_and_close(used.parent)

    assert (
        "is missing, but digest.db-generation and digest.db-run beside it show that it was in use"
    ) in str(caught.value)


@pytest.mark.parametrize("lose", [missing, empty, without_tables])
@pytest.mark.parametrize("url", ["digest.db", "data/digest.db"])
def test_files_elsewhere_show_it_too(
    tmp_path: Path, url: str, lose: Callable[[Path], None]
) -> None:
    key, mails = tmp_path / "the key", tmp_path / "mails"
    file = tmp_path / url
    file.parent.mkdir(exist_ok=True)
    file.touch()
    lose(file)
    where = "the key and mails beside it" if url == "digest.db" else f"{key} and {mails}"

    with pytest.raises(StoreError, match=f"but {where} show that it was in use") as caught:
        open_database(
            f"sqlite:///{url}",
            folder=tmp_path,
            traces=lambda: {key: "old links need it", mails: ""},
        )

    assert "move " in str(caught.value)
    assert "elsewhere, but keep the key (old links need it)" in str(caught.value)
    assert str(caught.value).endswith("it)")


def test_files_elsewhere_are_not_looked_for_while_there_is_a_database(used: Path) -> None:
    def never() -> dict[Path, str]:
        raise AssertionError

    open_database("sqlite:///digest.db", folder=used.parent, traces=never).dispose()


def test_a_database_in_memory_is_always_new(tmp_path: Path) -> None:
    open_database("sqlite://", folder=tmp_path, traces=lambda: {tmp_path: ""}).dispose()


def test_an_empty_file_that_somebody_made_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "digest.db").touch()

    open_and_close(tmp_path)

    assert (tmp_path / "digest.db").stat().st_size > 0


def test_a_link_to_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    target = tmp_path / "a disk that is not mounted.db"
    (tmp_path / "digest.db").symlink_to(target)

    with pytest.raises(StoreError, match=r"is a link to .* which is missing: check that its disk"):
        open_and_close(tmp_path)
    target.touch()
    open_and_close(tmp_path)

    assert target.stat().st_size > 0


def test_a_folder_in_place_of_the_database_is_named(used: Path) -> None:
    used.unlink()
    used.mkdir()

    with pytest.raises(StoreError, match=r"cannot open .*digest\.db: Is a directory; check"):
        open_and_close(used.parent)


def test_a_database_that_was_cut_off_is_named(used: Path) -> None:
    os.truncate(used, 8192)

    with pytest.raises(StoreError, match=r"cannot use .*digest\.db: .*malformed.*restore a backup"):
        open_and_close(used.parent)


def test_a_mark_can_be_read_by_its_owner_only_and_holds_no_address(used: Path) -> None:
    assert stat.S_IMODE(mark_path(used).stat().st_mode) == 0o600
    write_mark(used, generation=3, day=None)
    assert stat.S_IMODE(mark_path(used).stat().st_mode) == 0o600
    assert "@" not in mark_path(used).read_text()


def test_what_a_crash_left_of_a_mark_is_written_over(used: Path) -> None:
    partial = used.with_name("digest.db-generation.part")
    partial.write_text("a longer text than a mark, so that something would stay of it" * 9)

    write_mark(used, generation=3, day=None)

    found = read_mark(used)
    assert found is not None
    assert (found.generation, found.inode) == (3, used.stat().st_ino)
    assert not partial.exists()


def test_a_mark_that_is_there_is_left_alone(used: Path) -> None:
    write_mark(used, generation=3, day=None)

    create_mark(used)

    found = read_mark(used)
    assert found is not None
    assert found.generation == 3


def test_a_mark_that_cannot_be_written_or_read_is_named(used: Path) -> None:
    mark_path(used).unlink()
    mark_path(used).mkdir()

    with pytest.raises(StoreError, match=r"cannot read .*digest\.db-generation: Is a directory"):
        read_mark(used)
    with pytest.raises(StoreError, match=r"cannot write .*digest\.db-generation: Is a directory"):
        write_mark(used, generation=1, day=None)
