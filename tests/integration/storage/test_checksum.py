"""A checksum finds any changed byte, and is nothing to SQLite."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from digest.errors import StoreError
from digest.storage import checksum

if TYPE_CHECKING:
    from pathlib import Path

#: of the smallest page
PAGE = bytes(range(256)) * 2


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A page with its checksum."""
    path = tmp_path / "file"
    path.write_bytes(PAGE)
    with checksum.appended(path):
        pass
    return path


def test_it_is_the_sha_256_of_all_before_it(file: Path) -> None:
    content = file.read_bytes()

    assert content[:-81] == PAGE
    assert content.decode("latin-1").split()[-1] == hashlib.sha256(PAGE).hexdigest()
    assert checksum.verify(file)


def test_any_changed_byte_is_found(file: Path) -> None:
    content = file.read_bytes()

    for place in range(len(content)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(StoreError, match="file is damaged, so use another backup"):
            checksum.verify(file)


@pytest.mark.parametrize("length", [1, 300, 511, 513, 550, 592, 594, 700])
def test_another_length_is_found(file: Path, length: int) -> None:
    file.write_bytes((file.read_bytes() + bytes(200))[:length])

    with pytest.raises(StoreError, match="is damaged"):
        checksum.verify(file)


def test_whole_pages_alone_have_none(file: Path) -> None:
    file.write_bytes(PAGE)

    assert not checksum.verify(file)


def test_it_is_nothing_to_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "database"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE papers (title)")
        db.execute("INSERT INTO papers VALUES ('Attention')")
    with checksum.appended(path):
        pass

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT title FROM papers").fetchall() == [("Attention",)]
        db.execute(f"VACUUM INTO '{tmp_path / 'copy'}'")
    assert checksum.verify(path)
    assert not checksum.verify(tmp_path / "copy")
