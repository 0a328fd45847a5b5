"""A site for every test: papers of two days, no readers yet."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from support.site import PAPERS, House, configuration, fetch

from digest.app.services import App
from digest.storage.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Build(Protocol):
    """Makes a house with a configuration of its own."""

    def __call__(self, **tables: Mapping[str, Any]) -> House: ...


@pytest.fixture(scope="session")
def furniture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that holds the papers; it is copied, never used."""
    folder = tmp_path_factory.mktemp("furniture")
    lines = "".join(json.dumps(record) + "\n" for record in PAPERS)
    (folder / "papers.jsonl").write_text(lines, encoding="utf-8")
    engine = open_database("sqlite:///digest.db", folder=folder)
    fetch(App(config=configuration(folder), engine=engine))
    engine.dispose()
    return folder


@pytest.fixture
def build(furniture: Path, tmp_path: Path) -> Iterator[Build]:
    """Makes the house of this test."""
    built: list[House] = []

    def make(**tables: Mapping[str, Any]) -> House:
        folder = tmp_path / f"house{len(built)}"
        shutil.copytree(furniture, folder)
        engine = open_database("sqlite:///digest.db", folder=folder)
        built.append(House(folder, engine, **tables))
        return built[-1]

    yield make
    for house in built:
        house.close()


@pytest.fixture
def house(build: Build) -> House:
    return build()
