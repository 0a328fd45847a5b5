"""A house whose sources are services that tests play; files that want another have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.installation import Installation
from support.scripted_source import Service, serve

from digest.sources import BUILTIN

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    monkeypatch.setitem(BUILTIN, "service", "support.scripted_source")
    return Installation(engine, tmp_path)


@pytest.fixture
def service(installation: Installation) -> Service:
    found = Service()
    serve(installation, found)
    installation.subscribe("ada")
    return found
