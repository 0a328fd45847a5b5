"""The command line in this process, and folders for it to work on."""

from __future__ import annotations

import json
import logging
import shutil
from itertools import count
from typing import TYPE_CHECKING

import pytest
from support.builders import PEPPER, evidence
from support.command import CONFIG, DAY, PAPERS, Command
from support.processes import NAMES, Processes

from digest.app import config, services
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def digest(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Undo what a command does to the loggers, whose streams end with its test."""
    loggers = [
        logging.getLogger(name)
        for name in ("digest", "subscribers", "apscheduler", "asyncio", "uvicorn")
    ]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        for opened in set(logger.handlers) - set(handlers):
            opened.close()
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a configuration and two papers, nothing fetched, no readers."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").touch(mode=0o600)
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    lines = "".join(json.dumps(record) + "\n" for record in PAPERS)
    (tmp_path / "papers.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def furnished_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs a furnished folder leaves a copy for the others."""
    return tmp_path_factory.mktemp("furnished") / "home"


@pytest.fixture
def furnished(home: Path, digest: Command, furnished_once: Path) -> Path:
    """The same with the papers fetched and one reader of each topic."""
    if furnished_once.exists():
        return shutil.copytree(furnished_once, home, dirs_exist_ok=True)
    digest("fetch", *DAY)
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    digest("subscribers", "add", "ben@example.org", "--topic", "robots", "--confirmed")
    shutil.copytree(home, furnished_once)
    return home


@pytest.fixture
def two(home: Path, digest: Command) -> Path:
    """Papers fetched, readers with numbers in a row, and two processes."""
    (home / "config.toml").write_text(CONFIG + "\n[delivery]\nsenders = 2\n", encoding="utf-8")
    digest("fetch", *DAY)
    app = services.open_app(config.load(home / "config.toml"))
    book = Book(app.engine, new_id=count(2).__next__, pepper=PEPPER)
    for name in NAMES:
        book.add(f"{name}@example.org", ["agents"], confirmed=True, evidence=evidence())
    app.engine.dispose()
    return home


@pytest.fixture
def processes(two: Path) -> Iterator[Processes]:
    started = Processes(two)
    yield started
    started.close()
