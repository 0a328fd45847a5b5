"""The size of a database's file, and making it smaller."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.database import emptied_database

from digest.errors import StoreError
from digest.storage.file_space import file_space, vacuum

if TYPE_CHECKING:
    from pathlib import Path


def with_free_pages(engine: sa.Engine) -> None:
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE large AS SELECT zeroblob(1000000) AS content")
    with engine.begin() as db:
        db.exec_driver_sql("DROP TABLE large")


def test_free_pages_are_given_back(engine: sa.Engine, tmp_path: Path) -> None:
    with_free_pages(engine)
    before = file_space(engine)
    assert before is not None
    assert before.free > 900_000

    vacuum(engine)

    after = file_space(engine)
    assert after is not None
    assert (after.free, after.total < before.total - 900_000) == (0, True)
    assert (tmp_path / "digest.db").stat().st_size == after.total


def test_a_disk_without_room_is_said_before_anything_is_written(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free_pages(engine)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))

    with pytest.raises(StoreError, match="cannot be made smaller: that needs"):
        vacuum(engine)


def test_a_database_that_somebody_uses_is_said(engine: sa.Engine) -> None:
    sa.event.listen(engine, "checkout", lambda driver, *_: driver.execute("PRAGMA busy_timeout=0"))
    with engine.execution_options(writes=True).begin() as db:
        db.execute(sa.text("SELECT 1"))
        with pytest.raises(StoreError, match="try again later"):
            vacuum(engine)


def test_a_database_in_memory_has_no_file() -> None:
    engine = emptied_database()

    vacuum(engine)

    assert file_space(engine) is None
