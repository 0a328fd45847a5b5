"""A website for every test, with the mailed editions of two days and no subscribers."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from support.site import PAPERS, Site, configuration, fetch, mail

from digest.app.services import App
from digest.storage.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class BuildSite(Protocol):
    """Opens a site; the arguments change tables of its configuration."""

    def __call__(self, **tables: Mapping[str, Any]) -> Site: ...


@pytest.fixture(scope="session")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of papers and editions; tests use copies of it."""
    folder = tmp_path_factory.mktemp("template")
    lines = "".join(json.dumps(record) + "\n" for record in PAPERS)
    (folder / "papers.jsonl").write_text(lines, encoding="utf-8")
    engine = open_database("sqlite:///digest.db", folder=folder)
    app = App(config=configuration(folder), engine=engine)
    fetch(app)
    mail(app)
    engine.dispose()
    return folder


@pytest.fixture
def build_site(template_folder: Path, tmp_path: Path) -> Iterator[BuildSite]:
    """Opens sites and closes them after the test."""
    opened: list[Site] = []

    def make(**tables: Mapping[str, Any]) -> Site:
        folder = tmp_path / f"site{len(opened)}"
        shutil.copytree(template_folder, folder)
        engine = open_database("sqlite:///digest.db", folder=folder)
        opened.append(Site(folder, engine, **tables))
        return opened[-1]

    yield make
    for site in opened:
        site.close()


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    return build_site()
