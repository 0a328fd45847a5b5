"""What the folder of written mails shows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from digest.delivery.outbox import newest_day, newest_folder
from digest.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_newest_day_is_the_last_with_a_digest(tmp_path: Path) -> None:
    for name in (
        "2026-02-02/ada@example.org.eml",
        "2026-02-03/ada@example.org.eml",
        "2026-02-04/ada@example.org.confirm.eml",
        "2026-02-05/ada@example.org.part",
        "not a day/ada@example.org.eml",
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()

    assert newest_day(tmp_path) == date(2026, 2, 3)
    assert newest_folder(tmp_path) == tmp_path / "2026-02-04"


def test_a_folder_that_is_not_there_has_no_day(tmp_path: Path) -> None:
    assert newest_day(tmp_path / "outbox") is None
    assert newest_day(None) is None
    assert newest_folder(tmp_path / "outbox") is None


def test_what_is_no_folder_has_no_day(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "2026-02-02").touch()
    (tmp_path / "link").symlink_to(tmp_path / "gone")

    for outbox in (tmp_path, tmp_path / "file", tmp_path / "link"):
        assert newest_day(outbox) is None
        assert newest_folder(outbox) is None


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)

    with pytest.raises(StoreError, match=f"cannot read {tmp_path}: Permission denied"):
        newest_day(tmp_path)
