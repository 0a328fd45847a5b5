"""Opening the database: its file, its settings, its tables."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from support.builders import paper
from support.database import open_and_read_schema

import subscribers.tables
from digest.errors import ConfigError, StoreError
from digest.sources import get_kind
from digest.storage import schema
from digest.storage.engine import open_database
from digest.storage.papers import PaperStore
from digest.storage.run_lock import lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = [schema.metadata, subscribers.tables.metadata]


def pragma(engine: sa.Engine, name: str) -> object:
    with engine.connect() as db:
        return db.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database that was opened and closed."""
    open_database("sqlite:///digest.db", folder=tmp_path).dispose()
    return tmp_path / "digest.db"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_database("sqlite://", folder=tmp_path)
    yield engine
    engine.dispose()


def test_a_new_database_can_be_read_by_its_owner_only(engine: sa.Engine, tmp_path: Path) -> None:
    PaperStore(engine).save([paper()], source="hf", authority=get_kind("huggingface").authority)

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    names = ("digest.db", "digest.db-wal", "digest.db-shm", "digest.db-generation")
    assert modes == dict.fromkeys(names, 0o600)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("synchronous", 2),
        ("busy_timeout", 10000),
        ("secure_delete", 1),
    ],
)
def test_every_connection_has_our_settings(engine: sa.Engine, name: str, value: object) -> None:
    assert pragma(engine, name) == value


def test_a_row_cannot_refer_to_a_paper_that_is_not_there(engine: sa.Engine) -> None:
    orphan = schema.signals.insert().values(paper_id="none", source="hf", observed_at=None)

    with pytest.raises(sa.exc.IntegrityError), engine.begin() as db:
        db.execute(orphan)


def test_the_migrations_make_the_tables_the_code_asks_for(engine: sa.Engine) -> None:
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), OURS)  # type: ignore[arg-type]

    assert differences == []


@pytest.mark.parametrize(
    "table", [table for metadata in OURS for table in metadata.sorted_tables], ids=str
)
def test_the_migrations_tie_the_tables_as_the_code_asks_for(
    engine: sa.Engine, table: sa.Table
) -> None:
    made = sa.Table(table.name, sa.MetaData(), autoload_with=engine)

    assert ties(made) == ties(table)
    assert [column.name for column in made.primary_key] == [
        column.name for column in table.primary_key
    ]


def ties(table: sa.Table) -> set[tuple[str, str, str | None, str | None]]:
    return {
        (key.parent.name, key.target_fullname, key.onupdate, key.ondelete)
        for key in table.foreign_keys
    }


@pytest.mark.parametrize(
    ("table", "columns"),
    [("deliveries", ["day", "subscriber_id"]), ("subscribers", ["address_key"])],
)
def test_the_database_itself_refuses_duplicate_rows(
    engine: sa.Engine, table: str, columns: list[str]
) -> None:
    found = sa.inspect(engine).get_unique_constraints(table)

    assert [constraint["column_names"] for constraint in found] == [columns]


def test_a_database_that_is_up_to_date_is_not_migrated_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(alembic.command, "upgrade")

    engine = open_database(f"sqlite:///{file}", folder=file.parent)

    assert sa.inspect(engine).has_table("papers")
    engine.dispose()


def test_what_was_saved_is_there_when_the_database_is_opened_again(file: Path) -> None:
    first = open_database("sqlite:///digest.db", folder=file.parent)
    PaperStore(first).save([paper("1")], source="hf", authority=get_kind("huggingface").authority)
    first.dispose()

    second = open_database("sqlite:///digest.db", folder=file.parent)

    assert PaperStore(second).paper("1") is not None
    second.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    before = file.read_bytes()

    with pytest.raises(StoreError, match=r"newer version \(schema 9999\); install that version"):
        open_database("sqlite:///digest.db", folder=file.parent)

    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "digest.db").write_text("a shopping list, long enough to be no empty file " * 9)

    with pytest.raises(StoreError, match=r"cannot use .*digest\.db: file is not a database"):
        open_database("sqlite:///digest.db", folder=tmp_path)


LOCKED = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:  # SQLite's shared lock: sqlite.org/fileformat2, "lock byte"
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
"""


def test_opening_a_database_twice_leaves_the_locks_of_the_first_connection(file: Path) -> None:
    first = open_database("sqlite:///digest.db", folder=file.parent)
    with first.connect() as db:
        db.execute(sa.text("SELECT * FROM papers"))

        open_database("sqlite:///digest.db", folder=file.parent).dispose()

        other = subprocess.run([sys.executable, "-c", LOCKED, file], capture_output=True, text=True)
    first.dispose()
    assert "BlockingIOError" in other.stderr


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot open .*nowhere.digest\.db: .*\[database\] url"):
        open_database("sqlite:///nowhere/digest.db", folder=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("digest.db", id="a path"),
        pytest.param("oracle9://host/digest", id="unknown database"),
        pytest.param("postgresql://host:port/digest", id="a port that is no number"),
        pytest.param("sqlite:///~no-such-user/digest.db", id="nobody's home"),
        pytest.param("sqlite+nonesuch:///digest.db", id="unknown driver"),
        pytest.param("postgresql+asyncpg://host/digest", id="driver that is not installed"),
    ],
)
def test_a_database_url_that_is_not_one_is_a_configuration_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^\[database\] url: "):
        open_database(url, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_begins_at_the_folder_of_the_configuration(file: Path) -> None:
    assert file.is_file()


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"

    open_database(f"sqlite:///{elsewhere}", folder=tmp_path / "config").dispose()

    assert elsewhere.is_file()


def test_a_database_in_memory_has_the_tables_and_no_file(memory: sa.Engine, tmp_path: Path) -> None:
    assert PaperStore(memory).papers() == []
    assert list(tmp_path.iterdir()) == []
    assert lock_path(memory) is None


def test_the_lock_file_is_beside_the_database(engine: sa.Engine, tmp_path: Path) -> None:
    assert lock_path(engine) == tmp_path / "digest.db-run"


def test_processes_that_open_a_new_database_at_once_all_find_it_ready(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        found = list(processes.map(open_and_read_schema, [str(tmp_path)] * 3))

    assert found == ["0011"] * 3
