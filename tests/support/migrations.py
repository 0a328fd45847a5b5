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
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from support.builders import NOON
from support.command import CONFIG, PAPERS

import digest.storage.migrations
from digest.models.delivery import MailKind
from digest.models.feedback import Feedback, Verdict
from digest.models.issue import WordCounts
from digest.models.profile import Interest, Profile
from digest.storage.alert_log import AlertLog
from digest.storage.answers import AnswerQueue
from digest.storage.arrivals import Arrivals, ArrivalState, Settlement
from digest.storage.bounces import Bounce, Bounces
from digest.storage.delivery_sums import keep_sums
from digest.storage.engine import open_database
from digest.storage.feedback import FeedbackStore
from digest.storage.lookups import LookupLog
from digest.storage.mailboxes import Mailboxes, Position
from digest.storage.migrations import edited
from digest.storage.profiles import ProfileStore
from digest.storage.schema import paper_vectors, papers
from digest.storage.trained_priors import TrainedPrior, TrainedPriors
from digest.storage.word_counts import WordCountsStore
from subscribers.book import Book
from subscribers.login_limits import LoginLimiter
from subscribers.rate_limits import Rates, SignupLimiter

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = Path(*digest.storage.migrations.__path__) / "versions"
_HERE = Path(__file__).parent.parent / "integration/storage/migrations"
_FOLDER = _HERE / "databases"
#: Databases as `sqlite3 digest.db .dump` writes them, one for every state in which the migrations
#: ever stood on main: the schema, and the commit whose code made and filled it. `upgraded` are
#: those that the migrations alone made from the one before.
DATABASES = sorted(_FOLDER.glob("*.sql"))
#: Of those that some code filled, the ones that were made by the migrations as they are now.
UNEDITED = ("0001_6c4d5e5", "0002_f02610e", "0003_f28fa33", "0004_b80392e", "0005_2ab3838")
_UPGRADED = "_upgraded"
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
        file = restore(_newest_of(earlier), Path(folder))
        _migrate(file, str(before))
        old = list(lines_of(file))
        _migrate(file, number(migration))
        new = list(lines_of(file))
    found = difflib.ndiff(sorted(old), sorted(new))
    return "".join(f"{line}\n" for line in found if line[0] in "+-")


def _newest_of(schemas: set[str]) -> Path:
    """Return the newest database of some schemas that the migrations as they are now made."""
    return max(
        dump
        for dump in _FOLDER.glob("*.sql")
        if number(dump) in schemas and (dump.stem in UNEDITED or dump.stem.endswith(_UPGRADED))
    )


def without_database() -> list[str]:
    """Return the schemas of landed migrations that no recorded database has."""
    recorded = {number(dump) for dump in DATABASES}
    return [number(file) for file in migrations() if number(file) not in recorded]


def used_schemas() -> list[str]:
    """Return the schemas that some code used; of migrations that landed together it is the last."""
    return sorted({number(dump) for dump in DATABASES if not dump.stem.endswith(_UPGRADED)})


def _record_databases(schema: str) -> None:
    """Record a database that was brought to a schema, and one that the present code used after."""
    earlier = {number(file) for file in migrations() if number(file) < schema}
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = restore(_newest_of(earlier), folder)
        _migrate(file, schema)
        _dump(file, _FOLDER / f"{schema}{_UPGRADED}.sql")
        if schema == number(migrations()[-1]):
            _use(folder)
            _dump(file, _FOLDER / f"{schema}_{_commit()}.sql")


def _use(folder: Path) -> None:
    """Let the present code add a reader, run and prune a day, sign up, and restore a database."""
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    papers = [
        paper | {"day": "2026-02-04", "aliases": [f"openreview:note{number}"]}
        for number, paper in enumerate(PAPERS)
    ]
    lines = (json.dumps(paper) + "\n" for paper in papers)
    (folder / "papers.jsonl").write_text("".join(lines), encoding="utf-8")
    _digest(folder, "subscribers", "add", "hal@example.org", "--topic", "agents", "--confirmed")
    _digest(folder, "run", "--day", "2026-02-04")
    engine = open_database("sqlite:///digest.db", folder=folder)
    SignupLimiter(engine, Rates(), key="a key").allow(
        ip="192.0.2.7", mailbox="ivo@example.org", now=NOON
    )
    learned = {"authors_record": 0.7, "words_record": 0.3, "author_count": 0.2, "newness": 0.2}
    TrainedPriors(engine).save(TrainedPrior(trained_at=NOON, days=40, papers=800, content=learned))
    _give_feedback(engine)
    _receive_mail(engine)
    _watch(engine)
    engine.dispose()
    with closing(sqlite3.connect(folder / "digest.db")) as db, db:
        db.execute("UPDATE days SET closed_at = '2026-02-05 12:00:00' WHERE day = '2026-02-04'")
    _digest(folder, "prune")
    (folder / "digest.db-generation").unlink()
    _digest(folder, "run", "--day", "2026-02-05")


def _give_feedback(engine: sa.Engine) -> None:
    """Let a reader like a paper, and store what is learned from it."""
    reader = Book(engine, new_id=int, pepper="").confirmed()[0].id
    like = Feedback(paper_id="2401.00001", verdict=Verdict.LIKE, at=NOON, channel="cli", title="A")
    FeedbackStore(engine).give(reader, [like])
    interest = Interest(terms={"graph": 0.7, "graph network": 0.5}, words=("graph",), likes=1)
    ProfileStore(engine).save({reader: Profile(interests=(interest,), likes=1)}, at=NOON)
    counts = WordCounts(papers=9, papers_with={"graph": 3})
    WordCountsStore(engine).save(date(2026, 2, 4), counts)
    LookupLog(engine).record({"2401.00002"}, wanted={"2401.00002"}, now=NOON)
    with engine.begin() as db:
        paper = db.execute(sa.select(papers.c.id).order_by("id")).scalars().first()
        row = {"paper_id": paper, "model": "m", "text_key": "k", "vector": b"v"}
        db.execute(paper_vectors.insert(), row)


def _receive_mail(engine: sa.Engine) -> None:
    """Let a mail come in and be settled, another bounce, and a stranger be answered."""
    now = datetime.now(UTC)  # else the next run prunes it
    reader = Book(engine, new_id=int, pepper="").confirmed()[0].id
    arrivals, bounces = Arrivals(engine), Bounces(engine)
    arrivals.store(b"x", sender="", recipients=["help@example.org"], channel="imap", now=now)
    bounce = Bounce(subscriber_id=reader, day=date(2026, 2, 4), bounce_class="soft", at=now)
    settled = Settlement(
        state=ArrivalState.KEPT,
        kind="not-understood",
        why="odd",
        result="kept",
        subscriber_id=reader,
    )
    answers = AnswerQueue(key="a key")
    with engine.begin() as db:
        bounces.record(db, [bounce])
        arrivals.settle(db, {1: settled}, now=now)
        answers.answer_in(db, MailKind.HELP, address="jo@example.org", now=now)
    Mailboxes(engine).set("INBOX", Position(7, 9))


def _watch(engine: sa.Engine) -> None:
    """Tell the operator of trouble, let them log in, and count mails as if a reader were erased."""
    LoginLimiter(engine, key="a key").begin(ip="192.0.2.7", now=NOON)
    AlertLog(engine).record({"silence"}, now=NOON)
    reader = Book(engine, new_id=int, pepper="").confirmed()[0].id
    with engine.begin() as db:
        keep_sums(db, reader)


def _digest(folder: Path, *arguments: str) -> None:
    command = Path(sys.executable).with_name("digest")
    subprocess.run([command, "-c", folder / "config.toml", *arguments], check=True)


def _commit() -> str:
    command = ["git", "rev-parse", "--short=7", "HEAD"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return found.stdout.strip()


def _dump(file: Path, dump: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        dump.write_text("".join(f"{line}\n" for line in db.iterdump()), encoding="utf-8")


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
    """Record every migration that is not recorded yet, and a database of its schema."""
    known = landed() if LANDED.exists() else {}
    for schema in without_database():
        _record_databases(schema)
    for migration in migrations():
        known.setdefault(migration.name, hash_of(migration))
        file = CHANGES / f"{number(migration)}.txt"
        if not file.exists():
            file.write_text(changes(migration), encoding="utf-8")
    lines = (f"{known[name]}  {name}\n" for name in sorted(known))
    LANDED.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    record()
