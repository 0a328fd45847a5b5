"""`--quiet`: nothing is printed by a command that did everything; and `[log] level` is heeded."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest
import typer.main
import uvicorn
from support.command import CONFIG, DAY
from typer.core import TyperGroup

from digest.app import scheduler
from digest.cli import app
from digest.storage.backup import back_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

PAST = ("--day", "2026-02-03")
COMMANDS: list[tuple[str, ...]] = [
    ("fetch", *DAY),
    ("run", *DAY),
    ("retry",),
    ("retry", *DAY),
    ("fixtures", "record", *DAY),
    ("init", "elsewhere"),
    ("setup", "made", "--yes", "--topic", "agents", "--source", "jsonl:papers.jsonl"),
    ("demo", "--out", "demonstration"),
    ("topics", "add", "maps", "--words-in", "map"),
    ("topics", "add-pack", "physics"),
    ("topics", "remove", "robots", "--force"),
    ("subscribers", "add", "cy@example.org", "--topic", "agents"),
    ("subscribers", "remove", "ben@example.org"),
    ("subscribers", "seed", "ben@example.org", "--arxiv-ids", "2401.00001"),
    ("subscribers", "forget", "ben@example.org"),
    ("subscribers", "erase", "ben@example.org"),
    ("subscribers", "import", "readers.csv"),
    ("preview", *DAY, "--out", "mail.html"),
    ("prune",),
    ("train",),
    ("prune", "--vacuum"),
    ("backup", "a.backup"),
    ("export", "--out", "tables"),
    ("restore", "monday.backup", "--replace"),
    ("inbound", "poll"),
    ("inbound", "retry"),
    ("admin", "password", "--remove"),
]
#: Commands whose result is what was asked for, and those that run until they are told to stop.
ASKED = {
    "backtest", "bench delivery", "dkim keygen", "dkim record", "doctor", "inbound check",
    "inbound explain", "inbound list", "inbound show", "interleaving", "mail test", "papers list",
    "papers show", "runs", "status", "subscribers export", "subscribers list", "subscribers set",
    "subscribers show", "topics list", "topics packs", "topics show", "topics test",
}  # fmt: skip
LASTING = {"daemon", "inbound serve", "serve"}


def names(group: TyperGroup, *before: str) -> Iterator[str]:
    """Yield the commands of a group, with those of its groups."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from names(command, *before, name)
        else:
            yield " ".join((*before, name))


def test_every_command_that_reports_is_tried() -> None:
    lines = [" ".join(arguments) for arguments in COMMANDS]
    found = {
        name
        for name in names(cast("TyperGroup", typer.main.get_command(app)))
        if not any(line == name or line.startswith(f"{name} ") for line in lines)
    }

    assert found == ASKED | LASTING


@pytest.fixture
def ready(furnished: Path) -> Path:
    (furnished / "readers.csv").write_text("address\ndot@example.org\n", encoding="utf-8")
    now = datetime(2026, 2, 2, 12, tzinfo=UTC)
    back_up(furnished / "digest.db", furnished / "monday.backup", kept={}, now=now)
    return furnished


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_did_everything_prints_nothing(
    ready: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    result = digest(*arguments, "--quiet")

    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("before", [True, False])
def test_it_may_stand_before_the_command_or_after_it(
    ready: Path, digest: Command, *, before: bool
) -> None:
    result = digest("-q", "run", *DAY) if before else digest("run", *DAY, "-q")

    assert (result.code, result.out, result.err) == (0, "", "")


def test_a_run_that_left_something_reports_it_beside_its_errors(
    ready: Path, digest: Command
) -> None:
    (ready / "outbox").write_text("in the way")

    result = digest("run", *DAY, "--quiet")

    assert (result.code, result.out) == (1, "")
    assert "2 of 2026-02-02 still wait" in result.err
    assert "run stopped" in result.err


def test_figures_that_cannot_be_written_are_an_error_and_fail_no_run(
    ready: Path, digest: Command
) -> None:
    with (ready / "config.toml").open("a", encoding="utf-8") as file:
        file.write('\n[metrics]\nfile = "gone/digest.prom"\n')

    result = digest("run", *DAY, "--quiet")

    assert (result.code, result.out) == (0, "")
    assert result.err.count("metrics not written") == len(result.err.splitlines()) == 1


def test_a_preview_that_nobody_would_get_says_so(ready: Path, digest: Command) -> None:
    found = digest("preview", "--day", "2026-02-07", "--quiet")

    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("no mail for reader@example.org on 2026-02-07: ")


def test_an_error_is_printed_all_the_same(ready: Path, digest: Command) -> None:
    result = digest("run", "--day", "tomorrow", "--quiet")

    assert (result.code, result.out) == (2, "")
    assert result.err == "error: --day 'tomorrow' is not a day; write it like 2026-02-02\n"


@pytest.mark.parametrize(
    "arguments",
    [("topics", "list"), ("status",), ("papers", "list", "--json"), ("run", *DAY, "--json")],
    ids=" ".join,
)
def test_what_was_asked_for_is_printed(
    ready: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    result = digest(*arguments, "-q")

    assert (result.code, result.err) == (0, "")
    assert result.out != ""


def test_the_file_of_the_log_keeps_everything(ready: Path, digest: Command) -> None:
    text = CONFIG + '\n[log]\nfile = "digest.log"\n'
    (ready / "config.toml").write_text(text, encoding="utf-8")

    result = digest("run", *DAY, "--quiet")

    assert (result.out, result.err) == ("", "")
    assert "run finished" in (ready / "digest.log").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_run_of_several_processes_is_quiet_too(two: Path) -> None:
    command = [sys.executable, "-m", "digest", "run", *DAY, "--quiet"]

    run = subprocess.run(command, cwd=two, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


# -- [log] level --------------------------------------------------------------------------------


def use_level(home: Path, level: str) -> None:
    text = CONFIG + f'\n[log]\nlevel = "{level}"\n'
    (home / "config.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_logs_below_the_level(
    ready: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    use_level(ready, "error")

    result = digest(*arguments)

    assert result.code == 0
    assert not any(level in result.err for level in ("[info", "[warning", "[debug"))


def test_a_debug_level_shows_each_mail(ready: Path, digest: Command) -> None:
    use_level(ready, "debug")

    assert digest("run", *DAY).err.count("digest sent") == 2


@pytest.mark.parametrize(
    ("level", "expected"),
    [("debug", logging.WARNING), ("warning", logging.WARNING), ("error", logging.ERROR)],
)
def test_the_server_s_own_log_keeps_to_the_level(
    ready: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, level: str, expected: int
) -> None:
    use_level(ready, level)
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # other servers of tests set one
    found: list[int] = []
    monkeypatch.setattr("digest.app.listener.listen", lambda *_: [])
    monkeypatch.setattr(
        uvicorn.Server,
        "run",
        lambda *_, **__: found.extend(
            logging.getLogger(name).getEffectiveLevel() for name in ("uvicorn.error", "apscheduler")
        ),
    )

    digest("serve")
    assert found == [expected, logging.ERROR]  # APScheduler's warnings are no trouble


def test_the_daemon_is_quiet(ready: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "run_jobs", lambda jobs, **_: jobs.serve_due())

    result = digest("daemon", "--quiet")

    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize(("level", "lines"), [("warning", 1), ("error", 0)])
def test_the_warnings_of_other_libraries_keep_to_the_level(
    ready: Path, digest: Command, capsys: pytest.CaptureFixture[str], level: str, lines: int
) -> None:
    use_level(ready, level)
    digest("topics", "list")
    record = logging.LogRecord("other", logging.WARNING, "", 0, "a warning", None, None)

    assert logging.lastResort is not None
    if record.levelno >= logging.lastResort.level:
        logging.lastResort.handle(record)

    assert capsys.readouterr().err.count("a warning") == lines
