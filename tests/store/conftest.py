"""A house whose sources are services that tests play; files that want another have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from store.house import House
from store.service import Service, serve

from digest import sources

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setitem(sources.BUILTIN, "service", "store.service")
    return House(engine, tmp_path)


@pytest.fixture
def service(house: House) -> Service:
    found = Service()
    serve(house, found)
    house.reader("ada")
    return found
