"""Every command refuses an installation whose database is gone; runs refuse one that came back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.command import DAY
from support.machine_clock import set_clock

from digest.app import scheduler, services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.command import Command

    from digest.app.scheduler import Jobs

MONDAY, TUESDAY, THURSDAY, FRIDAY = (f"2026-02-0{n}" for n in (2, 3, 5, 6))


@pytest.mark.parametrize("lose", ["missing", "empty"])
@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("run", "--day", MONDAY),
        ("run", "--dry-run"),
        ("retry",),
        ("fetch",),
        ("status",),
        ("preview",),
        ("serve",),
        ("daemon",),
        ("papers", "list"),
        ("subscribers", "list"),
        ("subscribers", "add", "cy@example.org", "--topic", "agents"),
        ("subscribers", "export"),
    ],
    ids=" ".join,
)
def test_every_command_refuses_an_installation_that_lost_its_database(
    furnished: Path, digest: Command, command: tuple[str, ...], lose: str
) -> None:
    for file in furnished.glob("digest.db*"):
        if file.name != "digest.db-generation":
            file.unlink()
    if lose == "empty":
        (furnished / "digest.db").touch()

    result = digest(*command)

    assert result.code == 1
    assert f"digest.db is {lose}, but digest.db-generation" in result.err
    assert "restore a backup" in result.err
    assert result.out == ""


@pytest.mark.parametrize("url", ["digest.db", "data/digest.db"], ids=["beside", "volume"])
@pytest.mark.parametrize("stays", ["digest.pepper", "digest.key", "outbox"])
@pytest.mark.parametrize("command", [("run",), ("status",), ("serve",)], ids=" ".join)
def test_what_lies_beside_the_configuration_shows_that_a_database_is_gone(
    home: Path, digest: Command, command: tuple[str, ...], stays: str, url: str
) -> None:
    settings = (home / "config.toml").read_text().replace("secret_key = ", "name = ")
    (home / "config.toml").write_text(f'{settings}[database]\nurl = "sqlite:///{url}"\n')
    (home / "data").mkdir()
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    digest("run", *DAY)
    kept = {"config.toml", "papers.jsonl", "data", stays}
    for path in (*home.glob("data/*"), *(path for path in home.iterdir() if path.name not in kept)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    result = digest(*command)

    assert result.code == 1
    assert "digest.db is missing, but " in result.err
    assert stays in result.err
    assert "restore a backup, or check [database] url and that its disk is mounted" in result.err
    assert f"move {stays if url == 'digest.db' else home / stays}" in result.err
    assert list(home.rglob("digest.db*")) == []
    (home / stays).rename(home / "elsewhere")
    assert digest("status").code == 0


@pytest.mark.parametrize(
    "command", [("status",), ("preview",), ("fetch", *DAY), ("dkim", "keygen")], ids=" ".join
)
def test_a_newcomer_whose_first_command_was_cut_short_is_not_locked_out(
    home: Path, digest: Command, command: tuple[str, ...]
) -> None:
    """The database comes before the keys: what a crash leaves is at most a database."""
    digest(*command)
    for name in ("digest.key", "digest.pepper"):
        (home / name).unlink(missing_ok=True)

    added = digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")

    assert (added.code, digest("run", *DAY).code) == (0, 0)


def test_the_database_is_made_before_the_pepper(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "secret", cut_short)
        digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")

    assert (home / "digest.db").exists()
    assert not (home / "digest.pepper").exists()
    assert digest("status").code == 0


def test_a_new_installation_and_the_demo_need_no_database(
    tmp_path: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert digest("init", "new").code == 0
    assert digest("-c", "new/config.toml", "status").code == 0
    assert digest("demo", "--out", "demo").code == 0


def test_the_database_is_beside_the_configuration_wherever_the_command_is_called(
    furnished: Path, digest: Command, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)

    listed = digest("-c", str(furnished / "config.toml"), "subscribers", "list")

    assert "ada@example.org" in listed.out
    assert list(elsewhere.iterdir()) == []


# -- restored from a backup -----------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the clock to the evening of a day."""

    def set_day(day: str) -> None:
        set_clock(monkeypatch, datetime.fromisoformat(f"{day}T18:00:00").replace(tzinfo=UTC))

    return set_day


@pytest.fixture
def restored(furnished: Path, digest: Command, at: Callable[[str], None]) -> Path:
    """A backup of Monday evening, in place again on Friday; each day had one paper."""
    papers = [
        {"id": f"2602.0000{n}", "title": f"An agent named {n}", "day": f"2026-02-0{n}"}
        for n in range(2, 8)
    ]
    lines = "".join(json.dumps(paper) + "\n" for paper in papers)
    (furnished / "papers.jsonl").write_text(lines)
    digest("subscribers", "remove", "ben@example.org")
    at(MONDAY)
    digest("run")
    shutil.copy(furnished / "digest.db", furnished / "backup.db")
    for day in (TUESDAY, "2026-02-04", THURSDAY):
        at(day)
        digest("run")
    shutil.copyfile(furnished / "backup.db", furnished / "digest.db")
    at(FRIDAY)
    return furnished


def mails(home: Path, day: str) -> str:
    return "".join(file.read_text() for file in (home / "outbox" / day).glob("*.eml"))


def test_a_restored_installation_says_so_and_mails_only_the_days_that_are_named(
    restored: Path, digest: Command, at: Callable[[str], None]
) -> None:
    for command in ("run", "retry"):
        refused = digest(command)
        assert refused.code == 1
        assert "was restored from a backup, or moved" in refused.err
        assert "may be confirmed again" in refused.err
    assert mails(restored, FRIDAY) == ""
    assert digest("status").code == 0
    assert digest("fetch").code == 0
    assert digest("preview", "--to", "ada@example.org", "--day", FRIDAY, "--as", "text").code == 0

    named = digest("run", "--day", FRIDAY)
    at("2026-02-07")
    next_day = digest("run")

    assert (named.code, next_day.code) == (0, 0)
    assert "database was restored" in named.err
    assert "An agent named 6" in mails(restored, FRIDAY)
    assert "An agent named 7" in mails(restored, "2026-02-07")
    for day in (FRIDAY, "2026-02-07"):
        assert "from Tuesday" not in mails(restored, day)
        assert "An agent named 3" not in mails(restored, day)


def test_one_reader_alone_is_refused_with_the_command_that_names_the_day(
    restored: Path, digest: Command
) -> None:
    alone = ("run", "--day", FRIDAY, "--only", "ada@example.org")

    refused = digest(*alone)

    assert refused.code == 1
    assert "With --only a day does not count as named" in refused.err
    assert f"`digest run --day {FRIDAY}` sends it to everybody" in refused.err
    assert digest("run", "--day", FRIDAY).code == 0
    assert digest(*alone).code == 0


@pytest.mark.parametrize(
    "command", [("retry", "--state", "failed"), ("retry",), ("run",), ("run", "--only")]
)
def test_of_a_restored_database_a_pruned_day_is_refused_as_pruned(
    restored: Path, digest: Command, command: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(restored / "digest.db")) as db, db:
        db.execute("UPDATE days SET pruned_at = closed_at WHERE day = ?", (MONDAY,))
    reader = ("ada@example.org",) if "--only" in command else ()

    refused = digest(*command, *reader, "--day", MONDAY)

    assert refused.code == 2
    assert f"the deliveries of {MONDAY} are pruned" in refused.err
    assert "digest run --day" not in refused.err


def test_the_jobs_of_the_daemon_send_nothing_from_a_restored_database(
    restored: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_jobs(jobs: Jobs, **_: object) -> None:
        jobs.serve_due()
        jobs.serve_due()

    monkeypatch.setattr(scheduler, "run_jobs", run_jobs)

    result = digest("daemon")

    failures = [line for line in result.err.splitlines() if "run failed" in line]
    assert len(failures) == 2
    assert all("was restored from a backup" in line for line in failures)
    assert mails(restored, FRIDAY) == ""
