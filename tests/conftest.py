"""What every ring of tests shares."""

from __future__ import annotations

import gc
import os
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import settings
from support.builders import PEPPER
from support.compilations import sharing
from support.database import new_database
from support.paths import REAL_DATA

from digest.app import message_settings
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The same examples in every run: a test that fails now and then helps nobody.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=100)
# `make test-fast` tries fewer; what it misses, `make test` finds.
settings.register_profile("fast", derandomize=True, deadline=None, max_examples=20)
# `make test-long` tries more.
settings.register_profile("long", derandomize=True, deadline=None, max_examples=400)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests: of several processes none is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Leave modules and collected tests, which stay to the end, out of garbage collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own DIGEST_ variables out of the tests."""
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    """Compile the templates of a folder once in a process, and not for each test's installation."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DigestTemplates", "Templates"):
            patch.setattr(message_settings, name, cache(getattr(message_settings, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Compile each statement once in a process, and not for each test's database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", sharing(sa.create_engine))
        yield


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """A database of this test's own, brought up to date."""
    engine = new_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: sa.Engine) -> Book:
    """An empty book, whose readers get the ids 100, 101, and so on."""
    return Book(engine, new_id=count(100).__next__, pepper=PEPPER)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real captures and lists, which stand beside a checkout but are not part of it."""
    if not REAL_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{REAL_DATA} is missing, and CI must not skip the tests that read it")
        pytest.skip(f"{REAL_DATA} is not there")
    return REAL_DATA
