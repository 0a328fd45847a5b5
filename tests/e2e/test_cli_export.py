"""`digest export`: tables as files or on standard output, as many rows as the database has."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.command import DAY

from digest.storage.exported_tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


@pytest.fixture
def mailed(furnished: Path, digest: Command) -> Path:
    digest("run", *DAY)
    return furnished


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_every_table_becomes_a_file_for_its_owner(mailed: Path, digest: Command, kind: str) -> None:
    done = digest("export", "--out", "tables", "--format", kind)

    files = sorted((mailed / "tables").iterdir())
    assert (done.code, done.err) == (0, "")
    assert [path.name for path in files] == sorted(f"{table.name}.{kind}" for table in TABLES)
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert "tables/readers." + kind + ": 2 rows" in done.out


def test_both_formats_have_the_rows_of_the_database(mailed: Path, digest: Command) -> None:
    with closing(sqlite3.connect(mailed / "digest.db")) as db:
        number = {
            name: db.execute(f"SELECT count(*) FROM {source}").fetchone()[0]  # noqa: S608
            for name, source in (
                ("readers", "subscribers"),
                ("consent", "consent"),
                ("deliveries", "deliveries"),
                ("papers", "papers"),
                ("featured", "sightings"),
            )
        }

    for name, rows in number.items():
        as_csv = list(csv.DictReader(io.StringIO(digest("export", name).out)))
        lines = digest("export", name, "--format", "jsonl").out.splitlines()
        as_json = [json.loads(line) for line in lines]
        assert len(as_csv) == len(as_json) == rows > 0
        assert list(as_csv[0]) == list(as_json[0])
        for one, other in zip(as_csv, as_json, strict=True):
            assert {key: value or None for key, value in one.items()} == {
                key: None if value in (None, "") else value if isinstance(value, str)
                else json.dumps(value, ensure_ascii=False)
                for key, value in other.items()
            }  # fmt: skip


def test_letters_and_steps_are_there_as_on_the_operators_page(
    mailed: Path, digest: Command
) -> None:
    digest("subscribers", "add", "eve@example.org", "--topic", "agents")

    (letter,) = csv.DictReader(io.StringIO(digest("export", "letters").out))
    steps = list(csv.DictReader(io.StringIO(digest("export", "steps").out)))

    assert (letter["kind"], letter["state"]) == ("confirm", "waiting")
    with closing(sqlite3.connect(mailed / "digest.db")) as db:
        ((run_id, took),) = db.execute("SELECT id, steps FROM runs").fetchall()
    assert [(row["run_id"], row["step"], float(row["seconds"])) for row in steps] == [
        (str(run_id), name, seconds) for name, seconds in json.loads(took).items()
    ]
    assert steps


def test_text_that_a_spreadsheet_would_run_is_marked(mailed: Path, digest: Command) -> None:
    with closing(sqlite3.connect(mailed / "digest.db")) as db, db:
        db.execute("UPDATE papers SET title = '=1+1'")

    assert ",'=1+1," in digest("export", "papers").out


def test_the_list_of_tables_needs_no_database(home: Path, digest: Command) -> None:
    listed = digest("export", "--list").out

    assert "message_id" in listed
    assert "the mail server" in listed
    assert not (home / "digest.db").exists()
    assert {line.split()[0] for line in listed.splitlines()[1:]} == {one.name for one in TABLES}
    assert {line.split()[0] for line in digest("export", "papers", "--list").out.splitlines()} == {
        "table", "papers"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name one table to print, or a folder with --out for more"),
        (("reader",), "there is no reader; did you mean readers?"),
        (("--out", "config.toml"), "cannot write config.toml"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    mailed: Path, digest: Command, arguments: tuple[str, ...], said: str
) -> None:
    refused = digest("export", *arguments)

    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
