"""`digest backup`: one file with all that an installation is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY
from support.unprivileged import run_unprivileged

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

WITH_KEY_FILE = CONFIG.replace("secret_key = ", "name = ")


@pytest.fixture
def mailed(furnished: Path, digest: Command) -> Path:
    """An installation that has mailed a day, with its key in a file, and erased a reader."""
    (furnished / "config.toml").write_text(WITH_KEY_FILE)
    digest("subscribers", "add", "cyd@example.org", "--topic", "agents")
    digest("subscribers", "erase", "cyd@example.org")
    digest("run", *DAY)
    return furnished


@pytest.fixture
def elsewhere(mailed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which becomes the working directory."""
    folder = mailed / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files_of(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_a_backup_says_what_it_holds_and_that_it_is_secret(mailed: Path, digest: Command) -> None:
    made = digest("backup", "monday.backup")
    again = digest("backup", "monday.backup", "--json").json

    assert (made.code, made.err) == (0, "")
    assert made.out.startswith("wrote monday.backup, 0.")
    assert made.out.splitlines()[1] == (
        "it holds the database and config.toml, digest.key, digest.pepper: keep it secret"
    )
    assert again["files"] == ["config.toml", "digest.key", "digest.pepper"]
    assert again["bytes"] == (mailed / "monday.backup").stat().st_size
    assert (mailed / "monday.backup").stat().st_mode & 0o777 == 0o600


def test_a_backup_of_the_database_alone_holds_no_key(mailed: Path, digest: Command) -> None:
    made = digest("backup", "monday.backup", "--database-only")

    assert "back up config.toml and the keys too" in made.out
    assert (mailed / "digest.key").read_bytes().strip() not in (
        mailed / "monday.backup"
    ).read_bytes()


def test_the_keys_of_dkim_are_in_it(mailed: Path, elsewhere: Path, digest: Command) -> None:
    file = str(mailed / "config.toml")
    digest("-c", file, "dkim", "keygen", "--selector", "one", "--out", str(mailed / "one.pem"))
    with (mailed / "config.toml").open("a") as opened:
        opened.write('[dkim]\nselector = "one"\nkey = "one.pem"\n')
    digest("-c", file, "backup", "a.backup")

    digest("restore", "a.backup")

    assert (elsewhere / "one.pem").read_bytes() == (mailed / "one.pem").read_bytes()
    assert (elsewhere / "one.pem").stat().st_mode & 0o777 == 0o600


def test_the_files_of_passwords_are_in_it(mailed: Path, elsewhere: Path, digest: Command) -> None:
    """That of the mail server, as `digest setup` makes it, and the hash of the operator's."""
    (mailed / "config.toml").write_text(
        WITH_KEY_FILE.replace("[mail]\n", '[mail]\npassword_file = "mail.password"\n')
    )
    names = ("mail.password", "digest.admin")
    for name in names:
        (mailed / name).write_text(f"what {name} holds\n")
        (mailed / name).chmod(0o600)
    made = digest("-c", str(mailed / "config.toml"), "backup", "a.backup", "--json").json

    digest("restore", "a.backup")

    assert set(names) < set(made["files"])
    for name in names:
        assert (elsewhere / name).read_bytes() == (mailed / name).read_bytes()
        assert (elsewhere / name).stat().st_mode & 0o777 == 0o600


def test_a_file_that_the_environment_names_is_not_in_it(
    mailed: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mailed / "of-docker").write_text("open sesame\n")
    (mailed / "of-docker").chmod(0o600)
    monkeypatch.setenv("DIGEST_MAIL__PASSWORD_FILE", str(mailed / "of-docker"))

    made = digest("backup", "monday.backup", "--json").json

    assert made["not_in_it"] == ["DIGEST_MAIL__PASSWORD_FILE"]
    assert b"sesame" not in (mailed / "monday.backup").read_bytes()


def test_what_the_environment_sets_is_named_and_not_in_it(
    mailed: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MAIL__PASSWORD", "open sesame")

    made = digest("backup", "monday.backup")

    assert made.out.splitlines()[-1] == (
        "what the environment sets is not in it: DIGEST_MAIL__PASSWORD"
    )
    assert b"sesame" not in (mailed / "monday.backup").read_bytes()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_on_a_server_is_left_to_its_own_tools(
    mailed: Path, digest: Command, command: str
) -> None:
    digest("backup", "a.backup")
    with (mailed / "config.toml").open("a") as file:
        file.write('[database]\nurl = "postgresql://me@localhost/digest"\n')

    refused = digest(command, "a.backup")

    assert refused.code == 2
    assert {"backup": "pg_dump", "restore": "pg_restore"}[command] in refused.err
    assert "digest.pepper" in refused.err


@pytest.mark.parametrize(
    ("file", "code", "said"),
    [
        ("digest.db", 1, "digest.db is there already and is no backup; name another file"),
        ("papers.jsonl", 1, "papers.jsonl is there already and is no backup"),
        ("outbox", 1, "outbox is a folder; name a file in it"),
        ("missing/a.backup", 1, "cannot write missing/a.backup: No such file or directory"),
    ],
)
def test_a_backup_that_cannot_be_written_is_refused(
    mailed: Path, digest: Command, file: str, code: int, said: str
) -> None:
    before = files_of(mailed)

    refused = digest("backup", file)

    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err
    assert files_of(mailed) == before


def test_without_a_database_there_is_nothing_to_back_up(home: Path, digest: Command) -> None:
    refused = digest("backup", "a.backup")

    assert refused.code == 2
    assert "digest.db yet, so there is nothing to back up" in refused.err
    assert not (home / "digest.db").exists()


def test_a_lost_database_is_no_empty_one(mailed: Path, digest: Command) -> None:
    (mailed / "digest.db").unlink()

    refused = digest("backup", "a.backup")

    assert refused.code == 1
    assert "digest.db is missing, but digest.db-generation" in refused.err


@pytest.mark.slow
def test_who_may_only_read_can_back_up(
    mailed: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("backups") / "a.backup"
    for path in (*mailed.iterdir(), mailed):
        path.chmod(0o555 if path.is_dir() else 0o400)

    made = run_unprivileged(mailed, "backup", str(target))

    mailed.chmod(0o755)
    assert (made.returncode, made.stderr) == (0, "")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_backup_lists_its_files_as_an_archive_of_sqlite(mailed: Path, digest: Command) -> None:
    digest("backup", "a.backup")

    with closing(sqlite3.connect(mailed / "a.backup")) as db:
        rows = db.execute("SELECT name, sz, length(data), mode FROM sqlar ORDER BY name").fetchall()

    assert [row[0] for row in rows] == ["backup.json", "config.toml", "digest.key", "digest.pepper"]
    assert all(size == length and mode == 0o100600 for _, size, length, mode in rows)
