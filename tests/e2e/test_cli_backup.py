"""`digest backup` and `digest restore`: one file from which an installation comes back."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections import namedtuple
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

import pytest
from support.builders import NOON
from support.command import CONFIG, DAY
from support.unprivileged import run_unprivileged

from digest.app import config, services
from digest.storage import restore
from digest.storage.backup import back_up

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


# -- backup ---------------------------------------------------------------------------------------


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


# -- restore --------------------------------------------------------------------------------------


def test_an_empty_folder_becomes_the_installation(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")

    done = digest("restore", "a.backup")

    assert (done.code, done.err) == (0, "")
    assert "checksum" not in done.out
    for name in ("config.toml", "digest.key", "digest.pepper"):
        assert (elsewhere / name).read_bytes() == (mailed / name).read_bytes()
    assert {path.stat().st_mode & 0o777 for path in elsewhere.glob("*digest*")} == {0o600}
    assert "ada@example.org" in digest("subscribers", "list").out
    found = services.open_app(config.load(elsewhere / "config.toml"))
    assert found.book.is_erased("cyd@example.org")
    found.close()
    refused = digest("run")
    assert refused.code == 1
    assert "`digest restore` put it there" in refused.err
    assert not (elsewhere / "outbox").exists()


@pytest.mark.parametrize("text", [b"ada@example.org", b'name = "'])
def test_a_changed_letter_is_found(
    mailed: Path, elsewhere: Path, digest: Command, text: bytes
) -> None:
    """In the database, and in a file beside it."""
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")
    file = elsewhere / "a.backup"
    file.write_bytes(file.read_bytes().replace(text, text.upper()))

    refused = digest("restore", "a.backup")

    assert refused.code == 1
    assert "a.backup is damaged, so use another backup: it is not as it was" in refused.err
    assert list(elsewhere.iterdir()) == [file]


def test_a_copy_without_a_checksum_is_restored_and_said(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    """As earlier versions wrote it, and as one is made of a changed backup."""
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")
    with closing(sqlite3.connect("a.backup")) as db:
        db.execute("VACUUM INTO 'earlier.backup'")

    done = digest("restore", "earlier.backup")

    assert done.code == 0
    assert "it had no checksum" in done.out
    assert (elsewhere / "digest.key").read_bytes() == (mailed / "digest.key").read_bytes()


@pytest.mark.parametrize("known", [True, False])
def test_a_full_disk_leaves_an_empty_folder_empty(
    mailed: Path, elsewhere: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """Whether it is known beforehand that the disk has no room, or shows while pages are copied."""
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")
    usage = namedtuple("usage", "free")  # noqa: PYI024 (that of shutil)

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        if known:
            patch.setattr(restore.shutil, "disk_usage", lambda _path: usage(free=1000))
        else:
            patch.setattr(restore, "copy_pages", full)
        refused = digest("restore", "a.backup")

    assert refused.code == 1
    assert ("0 MB are free" if known else "No space left on device") in refused.err
    assert [path.name for path in elsewhere.iterdir()] == ["a.backup"]
    assert digest("restore", "a.backup").code == 0


def test_a_restore_that_fails_puts_the_old_files_back(
    mailed: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("backup", "a.backup")
    (mailed / "digest.pepper").write_text("another pepper, made by a first command\n")
    before = files_of(mailed)

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(restore, "copy_pages", full)

    assert digest("restore", "a.backup", "--replace").code == 1
    assert files_of(mailed) == before


@pytest.mark.parametrize("option", [(), ("--database-only",)])
def test_in_its_own_place_it_replaces_only_when_told(
    mailed: Path, digest: Command, option: tuple[str, ...]
) -> None:
    digest("backup", "a.backup")
    digest("subscribers", "add", "dot@example.org", "--topic", "agents", "--confirmed")
    before = files_of(mailed)

    refused = digest("restore", "a.backup", *option)

    assert refused.code == 2
    assert refused.err == (
        f"error: there is already {mailed}/digest.db; --replace moves the old aside\n"
    )
    assert files_of(mailed) == before
    done = digest("restore", "a.backup", "--replace", *option, "--json").json
    assert "dot@example.org" not in digest("subscribers", "list").out
    with closing(sqlite3.connect(done["moved_to"])) as old:
        assert old.execute("SELECT count(*) FROM subscribers").fetchone() == (3,)
    assert done["files"] == {}
    for command in (("run",), ("run", *DAY, "--only", "ada@example.org"), ("retry",)):
        assert digest(*command).code == 1


def test_a_named_day_is_sent_and_the_days_to_come(mailed: Path, digest: Command) -> None:
    digest("backup", "a.backup")
    digest("restore", "a.backup", "--replace")

    assert digest("run", "--day", "2026-02-03").code == 0
    assert "put it there" not in digest("run").err


def test_letters_that_waited_are_not_sent_by_anybody(mailed: Path, digest: Command) -> None:
    """The web server and the poll of a mailbox send letters too, and no run is needed for it."""
    digest("subscribers", "add", "eve@example.org", "--topic", "agents")
    digest("backup", "a.backup")
    digest("restore", "a.backup", "--replace")

    digest("inbound", "poll")

    assert not [path for path in (mailed / "outbox").rglob("*.eml") if "eve" in path.name]
    digest("subscribers", "add", "fay@example.org", "--topic", "agents")
    digest("inbound", "poll")
    assert [path for path in (mailed / "outbox").rglob("*.eml") if "fay" in path.name]


def test_a_day_that_was_mailed_is_mailed_to_nobody_twice(mailed: Path, digest: Command) -> None:
    digest("backup", "a.backup")
    digest("restore", "a.backup", "--replace")
    before = sorted((mailed / "outbox").rglob("*.eml"))

    named = digest("run", *DAY)

    assert named.code == 0
    assert sorted((mailed / "outbox").rglob("*.eml")) == before


def test_a_new_installation_that_holds_nothing_gives_way(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")
    (elsewhere / "config.toml").write_text(CONFIG)
    digest("status")

    done = digest("restore", "a.backup")

    assert done.code == 0
    assert f"kept {'config.toml'}, which is not as in the backup" in done.out
    assert (elsewhere / "config.toml").read_text() == CONFIG
    assert "ada@example.org" in digest("subscribers", "list").out


def test_keys_that_differ_are_replaced_only_when_told(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup")
    (elsewhere / "digest.pepper").write_text("another pepper, made by a first command\n")
    (elsewhere / "digest.pepper").chmod(0o600)

    refused = digest("restore", "a.backup")

    assert refused.code == 2
    assert "there is already " in refused.err
    assert "digest.pepper; --replace moves the old aside" in refused.err
    assert not (elsewhere / "digest.db").exists()
    assert digest("restore", "a.backup", "--replace").code == 0
    assert (elsewhere / "digest.pepper").read_bytes() == (mailed / "digest.pepper").read_bytes()
    assert len(list(elsewhere.glob("digest.pepper.before-*"))) == 1


def test_without_any_configuration_it_says_what_is_missing(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    digest("-c", str(mailed / "config.toml"), "backup", "a.backup", "--database-only")

    refused = digest("restore", "a.backup")

    assert refused.code == 2
    assert "there is no config.toml; run `digest init`" in refused.err


def test_a_run_that_sends_is_waited_for_by_nobody(mailed: Path, digest: Command) -> None:
    digest("backup", "a.backup")
    before = files_of(mailed)
    with (mailed / "digest.db-run").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        refused = digest("restore", "a.backup", "--replace")
        backed_up = digest("backup", "b.backup")

    assert refused.code == 1
    assert "another run is sending from this database" in refused.err
    assert backed_up.code == 0
    assert {name: files_of(mailed)[name] for name in before} == before


@pytest.mark.parametrize(
    ("file", "code", "said"),
    [
        ("missing", 2, "there is no file missing"),
        ("outbox", 2, "there is no file outbox"),
        ("papers.jsonl", 1, "papers.jsonl is neither a backup nor a database"),
        ("digest.db", 2, "digest.db is the database itself"),
    ],
)
@pytest.mark.parametrize("replace", [(), ("--replace",)])
def test_what_is_no_backup_changes_nothing(
    mailed: Path, digest: Command, file: str, code: int, said: str, replace: tuple[str, ...]
) -> None:
    before = files_of(mailed)

    refused = digest("restore", file, *replace)

    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err
    assert files_of(mailed) == before


def test_a_configuration_that_cannot_be_read_here_is_not_written(
    mailed: Path, elsewhere: Path, digest: Command
) -> None:
    back_up(mailed / "digest.db", elsewhere / "a.backup", kept={"config.toml": b"[new"}, now=NOON)

    refused = digest("restore", "a.backup")

    assert refused.code == 2
    assert "config.toml is not valid TOML" in refused.err
    assert [path.name for path in elsewhere.iterdir()] == ["a.backup"]


def test_a_backup_lists_its_files_as_an_archive_of_sqlite(mailed: Path, digest: Command) -> None:
    digest("backup", "a.backup")

    with closing(sqlite3.connect(mailed / "a.backup")) as db:
        rows = db.execute("SELECT name, sz, length(data), mode FROM sqlar ORDER BY name").fetchall()

    assert [row[0] for row in rows] == ["backup.json", "config.toml", "digest.key", "digest.pepper"]
    assert all(size == length and mode == 0o100600 for _, size, length, mode in rows)
