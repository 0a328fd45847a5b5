"""Whether an installation can work."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import sqlalchemy as sa
from support.builders import DAY
from support.installation import Installation

from digest.app.readiness import Readiness, readiness_of
from digest.errors import RestoredError

if TYPE_CHECKING:
    from pathlib import Path


class Usage(NamedTuple):
    """What `shutil.disk_usage` returns."""

    total: int
    used: int
    free: int


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


def failed(installation: Installation, *, sends: bool = True) -> tuple[str, ...]:
    return readiness_of(installation.app, sends=sends).failed


def test_an_installation_that_was_just_made_is_ready(installation: Installation) -> None:
    assert readiness_of(installation.app, sends=True) == Readiness()
    assert (Readiness().is_ready, Readiness().text) == (True, "ready\n")


def test_a_database_that_cannot_be_read_is_named(
    installation: Installation, tmp_path: Path
) -> None:
    installation.app.engine.dispose()
    (tmp_path / "digest.db").write_bytes(b"no database" * 100)

    assert failed(installation) == ("database",)


def test_a_migration_that_is_missing_is_named(installation: Installation) -> None:
    with installation.app.engine.begin() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = '0018'"))

    assert failed(installation) == ("migrations",)


def test_a_restored_database_stops_what_sends_and_not_the_site(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.send(day=DAY)
    (installation.folder / "digest.db-generation").unlink()

    with pytest.raises(RestoredError):
        installation.app.generation.refuse(None, named=False)
    assert failed(installation) == ("restored",)
    assert failed(installation, sends=False) == ()


def test_a_disk_that_is_nearly_full_is_named(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_path: Any) -> Usage:
        return Usage(10**9, 10**9, 1000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)

    found = readiness_of(installation.app, sends=True)
    assert (found.is_ready, found.text) == (False, "not ready: disk\n")
