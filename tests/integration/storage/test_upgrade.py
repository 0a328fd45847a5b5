"""Databases of every older version, brought up to date: no row is lost, and the schema is ours."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support import migrations
from support.command import CONFIG, Command
from support.database import new_database, open_and_read_schema
from support.older_database import rows_of

from digest.errors import StoreError
from digest.storage.engine import open_database
from digest.storage.history import DeliveryHistory
from digest.storage.upgrade import MIGRATIONS, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = dict[str, list[dict[str, object]]]
Opened = Callable[[Path], sa.Engine]

OF_EVERY_STATE = pytest.mark.parametrize("dump", migrations.DATABASES, ids=lambda dump: dump.stem)
#: today's names of tables and columns
TABLES = {
    "desks": "editions",
    "desk_papers": "edition_papers",
    "senders": "workers",
    "letters": "transactional_mail",
}
COLUMNS = {
    ("editions", "frozen_at"): "saved_at",
    ("editions", "press_key"): "mail_key",
    ("edition_papers", "desk_id"): "edition_id",
    ("edition_papers", "place"): "position",
    ("deliveries", "desk_id"): "edition_id",
    ("deliveries", "fence"): "fencing_token",
    ("consent", "door"): "channel",
    ("suppressions", "door"): "channel",
    ("fetches", "error"): "reason",
}
#: what became something else: the authority of a paper's source, the papers of a delivery
REPLACED = {
    ("papers", "precedence"),
    ("papers", "origins"),
    ("deliveries", "edition_id"),
    ("reader_schedules", "covered"),
}
#: databases that had a row for each paper of a mail
WITH_DELIVERED_PAPERS = [
    dump for dump in migrations.DATABASES if 'INTO "delivered_papers"' in dump.read_text("utf-8")
]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open a database, and close it after the test."""
    engines: list[sa.Engine] = []

    def open_in(folder: Path) -> sa.Engine:
        engines.append(open_database("sqlite:///digest.db", folder=folder))
        return engines[-1]

    yield open_in
    for engine in engines:
        engine.dispose()


# -- databases of every state in which the migrations ever stood ---------------------------------


@OF_EVERY_STATE
def test_a_database_of_every_state_gets_the_schema_of_a_new_one(
    dump: Path, tmp_path: Path, opened: Opened
) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    old.mkdir()
    new_database(new).dispose()
    migrations.restore(dump, old)

    opened(old).dispose()

    assert schema(old) == schema(new)


def schema(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "digest.db")) as db:
        return sorted(migrations.schema_of(db))


@OF_EVERY_STATE
def test_a_database_of_every_state_keeps_every_row(
    dump: Path, tmp_path: Path, opened: Opened
) -> None:
    migrations.restore(dump, tmp_path)
    before = of_today(rows_of(tmp_path))

    opened(tmp_path).dispose()

    after = rows_of(tmp_path)
    for table, rows in before.items():
        names = rows[0] if rows else ()
        kept = ({name: row[name] for name in names} for row in after[table])
        assert Counter(map(repr, kept)) == Counter(map(repr, rows))
    assert len(before["deliveries"]) > 5
    assert len(before["subscribers"]) > 6


def of_today(rows: Rows) -> Rows:
    """Rows under today's names, without what a migration turns into something else."""
    renamed = {
        TABLES.get(table, table): [
            {COLUMNS.get((TABLES.get(table, table), name), name): row[name] for name in row}
            for row in of_table
        ]
        for table, of_table in rows.items()
        if table not in ("alembic_version", "delivered_papers", "sqlite_sequence")
    }
    return {
        table: [
            {name: value for name, value in row.items() if (table, name) not in REPLACED}
            for row in of_table
        ]
        for table, of_table in renamed.items()
    }


@pytest.mark.parametrize("dump", WITH_DELIVERED_PAPERS, ids=lambda dump: dump.stem)
def test_what_every_mail_of_old_showed_is_still_known(
    dump: Path, tmp_path: Path, opened: Opened
) -> None:
    file = migrations.restore(dump, tmp_path)
    query = "SELECT delivery_id, topic, paper_id FROM delivered_papers ORDER BY 1, position"
    with closing(sqlite3.connect(file)) as db:
        before = db.execute(query).fetchall()

    engine = opened(tmp_path)

    history = DeliveryHistory(engine)
    after = [
        (record.id, paper.topic, paper.paper_id)
        for record in sorted(history.records(), key=lambda record: record.id)
        for paper in history.contents(record)
    ]
    assert after == before
    assert len(after) > 8


@OF_EVERY_STATE
def test_an_installation_of_every_state_goes_on(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "papers.jsonl").write_text("")
    migrations.restore(dump, tmp_path)
    monkeypatch.chdir(tmp_path)
    command = Command(monkeypatch, capsys)

    backup = command("backup", "before.backup")
    of_old = command("status", "--day", "2026-02-02", "--json")
    run = command("run", "--day", "2026-02-03")
    done = command("status", "--day", "2026-02-03")
    doctor = command("doctor", "--json")
    planned, pruned = command("prune", "--dry-run", "--json"), command("prune", "--json")
    restored = command("restore", "before.backup", "--replace")
    again = command("status", "--day", "2026-02-02", "--json")
    refused, named = command("run"), command("run", "--day", "2026-02-03")

    assert of_old.code == 0
    assert {"sent", "failed"} <= set(of_old.json["deliveries"])
    assert run.code == 0, run.err
    assert "closed" in done.out
    assert [it for it in doctor.json if "upgrade" in str(it) or "damaged" in str(it)] == []
    assert pruned.code == 0
    assert planned.json["rows"] == pruned.json["rows"]
    assert backup.code == restored.code == 0, backup.err + restored.err
    assert again.json["deliveries"] == of_old.json["deliveries"]
    assert "`digest restore` put it there" in refused.err
    assert named.code == 0, named.err


# -- landed migrations do not change --------------------------------------------------------------


def test_a_landed_migration_is_as_it_landed() -> None:
    """Databases have had it already, and would never get what is changed in it now."""
    now = {file.name: migrations.hash_of(file) for file in migrations.migrations()}

    changed = [name for name, landed in migrations.landed().items() if now.get(name) != landed]

    assert changed == [], (
        f"{', '.join(changed)} has landed and must stay as it is: undo the change, and write a new"
        " migration for it. landed.txt only gets new lines"
    )


def test_every_migration_is_recorded() -> None:
    missing = {file.name for file in migrations.migrations()} - set(migrations.landed())

    assert missing == set(), "record it: PYTHONPATH=tests python -m support.migrations"


def test_every_landed_migration_has_a_database_of_its_schema() -> None:
    missing = migrations.without_database()

    assert missing == [], "make it: PYTHONPATH=tests python -m support.migrations"


@pytest.mark.parametrize("schema", migrations.used_schemas())
def test_the_databases_of_a_schema_have_rows_in_every_table(schema: str, tmp_path: Path) -> None:
    filled: set[str] = set()
    tables: set[str] = set()
    for dump in migrations.DATABASES:
        if migrations.number(dump) == schema:
            (tmp_path / dump.stem).mkdir()
            migrations.restore(dump, tmp_path / dump.stem)
            rows = rows_of(tmp_path / dump.stem)
            tables |= set(rows)
            filled |= {table for table in rows if rows[table]}

    assert filled == tables


@pytest.mark.parametrize("migration", migrations.migrations(), ids=lambda file: file.stem)
def test_a_migration_changes_what_it_says_and_no_other_row_or_column(migration: Path) -> None:
    expected = migrations.CHANGES / f"{migrations.number(migration)}.txt"

    assert migrations.changes(migration) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("b REFERENCES a ON DELETE CASCADE", "b REFERENCES a"),
        ("b REFERENCES a ON UPDATE CASCADE", "b REFERENCES a"),
        ("b TEXT COLLATE NOCASE", "b TEXT"),
        ("b TEXT NOT NULL", "b TEXT"),
        ("b TEXT DEFAULT 'x'", "b TEXT"),
        ("b TEXT UNIQUE", "b TEXT"),
        ("b TEXT, CHECK (b <> '')", "b TEXT"),
        ("b INTEGER", "b TEXT"),
        ("b INTEGER PRIMARY KEY AUTOINCREMENT", "b INTEGER PRIMARY KEY"),
        ("b INTEGER PRIMARY KEY) WITHOUT ROWID --", "b INTEGER PRIMARY KEY) --"),
        ("b TEXT); CREATE INDEX i ON t (b DESC", "b TEXT); CREATE INDEX i ON t (b"),
        ("b TEXT); CREATE INDEX i ON t (b) WHERE (b > 1", "b TEXT); CREATE INDEX i ON t (b"),
        ("b); CREATE TRIGGER r DELETE ON t BEGIN SELECT (1); END; --", "b) --"),
    ],
)
def test_the_comparison_sees_what_making_a_table_anew_can_lose(before: str, after: str) -> None:
    assert described(f"CREATE TABLE t ({before}\n)") != described(f"CREATE TABLE t ({after}\n)")


def described(script: str) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(f"CREATE TABLE a (id INTEGER PRIMARY KEY);{script}".replace("--\n)", ""))
        return sorted(migrations.schema_of(db))


# -- how the migrations run -----------------------------------------------------------------------

NEWEST = migrations.number(migrations.migrations()[-1])
REBUILD = """from alembic import op
import sqlalchemy as sa

revision, down_revision = "9998", "{newest}"


def upgrade():
    for table in ("subscribers", "editions", "papers", "deliveries"):
        with op.batch_alter_table(table, recreate="always") as batch:
            batch.add_column(sa.Column("added", sa.Integer))
"""
ORPHANS = """from alembic import op

revision, down_revision = "9998", "{newest}"


def upgrade():
    op.execute("DELETE FROM papers WHERE id IN (SELECT paper_id FROM edition_papers)")
"""
KILLED = """import os
import signal

from alembic import op

revision, down_revision = "9998", "{newest}"


def upgrade():
    op.execute("DROP TABLE consent")
    os.kill(os.getpid(), signal.SIGKILL)
"""
OLD = migrations.DATABASES[0]


@pytest.fixture
def add_migration(tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of the migrations with one more."""

    def add(text: str) -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions/9998_another.py").write_text(text.format(newest=NEWEST))
        return folder

    return add


def test_a_table_that_is_made_anew_keeps_the_rows_that_refer_to_it(
    tmp_path: Path, opened: Opened, add_migration: Callable[[str], Path]
) -> None:
    migrations.restore(migrations.DATABASES[-1], tmp_path)
    engine = opened(tmp_path)
    before = {table: len(rows) for table, rows in rows_of(tmp_path).items()}

    upgrade(engine, add_migration(REBUILD))

    assert {table: len(rows) for table, rows in rows_of(tmp_path).items()} == before
    assert before["consent"] > 5
    assert before["edition_papers"] > 5
    with engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert db.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_migration_that_leaves_rows_without_their_parents_changes_nothing(
    tmp_path: Path, opened: Opened, add_migration: Callable[[str], Path]
) -> None:
    migrations.restore(migrations.DATABASES[-1], tmp_path)
    engine = opened(tmp_path)
    before = rows_of(tmp_path)

    with pytest.raises(
        StoreError, match=r"digest\.db was not upgraded .* of \w+ refer to rows of papers that are"
    ):
        upgrade(engine, add_migration(ORPHANS))

    assert rows_of(tmp_path) == before
    with engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def _upgraded(file: str, folder: str) -> None:
    """Apply one more migration, in a process of its own."""
    engine = open_database(f"sqlite:///{file}", folder=Path())
    upgrade(engine, Path(folder))


def test_a_kill_in_the_middle_leaves_the_database_of_before(
    tmp_path: Path, opened: Opened, add_migration: Callable[[str], Path]
) -> None:
    file = migrations.restore(OLD, tmp_path)
    opened(tmp_path).dispose()
    before = rows_of(tmp_path)
    process = get_context("spawn").Process(
        target=_upgraded, args=(str(file), str(add_migration(KILLED)))
    )

    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    assert rows_of(tmp_path) == before


def test_processes_that_upgrade_one_database_at_once_all_find_it_ready(tmp_path: Path) -> None:
    migrations.restore(OLD, tmp_path)

    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        found = list(processes.map(open_and_read_schema, [str(tmp_path)] * 3))

    assert found == [NEWEST] * 3
