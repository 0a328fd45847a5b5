"""Files that only their owner may read, and that are replaced whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from digest.storage import files

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    files.create(tmp_path / "key", b"secret")

    assert (tmp_path / "key").read_bytes() == b"secret"
    assert mode(tmp_path / "key") == 0o600


def test_a_file_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"old")

    with pytest.raises(FileExistsError):
        files.create(tmp_path / "key", b"new")

    assert (tmp_path / "key").read_bytes() == b"old"


def test_a_shared_file_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"kept")

    os.close(files.open_shared(tmp_path / "lock"))
    os.close(files.open_shared(tmp_path / "new"))

    assert (tmp_path / "lock").read_bytes() == b"kept"
    assert mode(tmp_path / "new") == 0o600


def test_a_replaced_file_has_the_content_mode_and_time_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    at = datetime(2026, 2, 2, 12, tzinfo=UTC)

    files.replace(path, b"new", mode=0o640, modified_at=at)

    assert path.read_bytes() == b"new"
    assert mode(path) == 0o640
    assert path.stat().st_mtime == at.timestamp()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_cannot_be_replaced_stays_and_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        files.replace(path, b"new", partial=tmp_path / "file.part" if named else None)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")
