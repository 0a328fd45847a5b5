"""Disks without room for what an installation writes."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.doctor import installation

from digest.app.doctor.disk import check

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.doctor.finding import Finding


def found(folder: Path, free: int, patch: pytest.MonkeyPatch, **tables: Any) -> Finding:
    patch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    (seen,) = check(installation(folder, tables))
    return seen


@pytest.mark.parametrize(
    ("free", "level"), [(290_000_000, "fail"), (550_000_000, "warn"), (10**10, "ok")]
)
def test_what_is_free_is_compared_with_what_all_folders_on_a_disk_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    seen = found(tmp_path, free, monkeypatch)

    assert seen.level == level
    assert "the database, the outbox and the cache may need 300.0 MB" in seen.text


def test_a_database_needs_as_much_as_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "digest.db").open("wb") as file:
        file.truncate(10**9)

    seen = found(tmp_path, 9 * 10**8, monkeypatch, mail={"transport": "smtp"})

    assert (seen.level, "1.1 GB" in seen.text) == ("fail", True)


def test_only_folders_that_are_written_to_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [{"name": "one", "kind": "jsonl", "path": "papers.jsonl"}]

    seen = found(tmp_path, 10**9, monkeypatch, sources=sources, mail={"transport": "smtp"})

    assert seen.text == "1.0 GB are free; the database may need 100.0 MB soon"
