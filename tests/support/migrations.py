"""The landed migrations, databases that old code wrote, and what each migration changes.

Run as a program after adding a migration (`PYTHONPATH=tests python -m support.migrations`): it
records what is not recorded yet, and leaves alone what is.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

import digest.storage.migrations
from digest.storage.migrations import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = Path(*digest.storage.migrations.__path__) / "versions"
_HERE = Path(__file__).parent.parent / "integration/storage/migrations"
#: Databases as `sqlite3 digest.db .dump` writes them, one for every state in which the migrations
#: ever stood on main: the schema, and the commit whose code made and filled it.
DATABASES = sorted((_HERE / "databases").glob("*.sql"))
#: Of those, the ones that were made by the migrations as they are now.
UNEDITED = ("0001_6c4d5e5", "0002_f02610e", "0003_f28fa33", "0004_b80392e", "0005_2ab3838")
#: The SHA-256 of each landed migration.
LANDED = _HERE / "landed.txt"
#: What each migration changes in the newest database of an older schema: lines gone and new ones.
CHANGES = _HERE / "changes"


def landed() -> dict[str, str]:
    """Return the recorded hash of each landed migration, by the name of its file."""
    lines = LANDED.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def hash_of(migration: Path) -> str:
    return hashlib.sha256(migration.read_bytes()).hexdigest()


def migrations() -> list[Path]:
    return sorted(VERSIONS.glob("[0-9]*.py"))


def number(path: Path) -> str:
    """Return the schema that a migration leads to, or that a database has."""
    return path.stem.partition("_")[0]


def restore(dump: Path, folder: Path) -> Path:
    """Write a database from a dump; return its file."""
    file = folder / "digest.db"
    with closing(sqlite3.connect(file)) as db:
        db.executescript(dump.read_text(encoding="utf-8"))
    return file


def changes(migration: Path) -> str:
    """Return what a migration changes, in a database that has rows in every table."""
    scripts = ScriptDirectory(str(VERSIONS.parent))
    before = scripts.get_revision(number(migration)).down_revision
    if before is None:
        return ""
    earlier = {script.revision for script in scripts.iterate_revisions(str(before), "base")}
    with TemporaryDirectory() as folder:
        usable = (dump for dump in DATABASES if dump.stem in UNEDITED and number(dump) in earlier)
        file = restore(max(usable), Path(folder))
        _migrate(file, str(before))
        old = list(lines_of(file))
        _migrate(file, number(migration))
        new = list(lines_of(file))
    found = difflib.ndiff(sorted(old), sorted(new))
    return "".join(f"{line}\n" for line in found if line[0] in "+-")


def _migrate(file: Path, revision: str) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    settings = Config()
    settings.set_main_option("script_location", str(VERSIONS.parent))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        edited.add_missing(connection)
        alembic.command.upgrade(settings, revision)
    engine.dispose()


def lines_of(file: Path) -> Iterator[str]:
    """Describe every table and every row of a database, one line for each thing."""
    with closing(sqlite3.connect(file)) as db:
        yield from schema_of(db)
        db.row_factory = sqlite3.Row
        for table in set(_tables(db)) - {"alembic_version"}:
            for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 (our own table's name)
                values = {name: _short(row[name]) for name in sorted(row.keys())}
                yield f"row of {table}: {json.dumps(values, ensure_ascii=False)}"


def schema_of(db: sqlite3.Connection) -> Iterator[str]:
    """Describe the tables: all that SQLite knows about them, but not the order of columns."""
    for table in _tables(db):
        (sql,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        (without_rowid, strict) = db.execute(
            "SELECT wr, strict FROM pragma_table_list WHERE name = ?", [table]
        ).fetchone()
        words = re.sub(r"\s+", " ", sql.upper())
        yield (
            f"table {table}: without_rowid={without_rowid} strict={strict}"
            f" autoincrement={words.count('AUTOINCREMENT')}"
        )
        for word in ("CHECK", "COLLATE", "GENERATED", "DEFERRABLE", "ON CONFLICT"):
            for found in re.findall(rf"\b{word}\b[^,]*", words):
                yield f"{table}: {found}"
        for _, name, kind, notnull, default, key, hidden in db.execute(
            f"PRAGMA table_xinfo({table})"
        ):
            yield (
                f"column {table}.{name}: {kind} notnull={notnull} default={default}"
                f" key={key} hidden={hidden}"
            )
        for _, _, parent, column, target, update, delete, match in db.execute(
            f"PRAGMA foreign_key_list({table})"
        ):
            yield (
                f"key {table}.{column}: {parent}.{target} on update {update}"
                f" on delete {delete} match {match}"
            )
        for _, name, unique, origin, partial in db.execute(f"PRAGMA index_list({table})"):
            columns = [
                f"{column}{' desc' if descending else ''} {collation}"
                for _, _, column, descending, collation, is_key in db.execute(
                    f"PRAGMA index_xinfo({name})"
                )
                if is_key
            ]
            shown = name if origin == "c" else "of the table"
            yield (
                f"index {table}: {shown} ({', '.join(columns)}) unique={unique}"
                f" origin={origin} partial={partial}"
            )
    for kind, name, sql in db.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"
    ):
        yield f"{kind} {name}: {sql}"


def _tables(db: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    return [name for (name,) in db.execute(query).fetchall() if not name.startswith("sqlite_")]


def _short(value: object) -> object:
    """Return a value that JSON can hold; of long texts and bytes the hash."""
    if isinstance(value, bytes):
        return f"bytes {hashlib.sha256(value).hexdigest()[:16]}"
    if isinstance(value, str) and len(value) > 60:
        return f"{value[:30]}… {hashlib.sha256(value.encode()).hexdigest()[:16]}"
    return value


def record() -> None:
    """Record every migration that is not recorded yet."""
    known = landed() if LANDED.exists() else {}
    for migration in migrations():
        known.setdefault(migration.name, hash_of(migration))
        file = CHANGES / f"{number(migration)}.txt"
        if not file.exists():
            file.write_text(changes(migration), encoding="utf-8")
    lines = (f"{known[name]}  {name}\n" for name in sorted(known))
    LANDED.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    record()
