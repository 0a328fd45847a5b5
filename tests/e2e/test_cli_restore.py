"""`digest restore`: an installation comes back, and sends nothing until told."""

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
