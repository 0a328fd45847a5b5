"""The command line as a whole: help, exit codes, the first configuration, and pipes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import typer
from support.command import CONFIG, DAY

from digest import __version__
from digest.app import config
from digest.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command


def verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk through the commands and the groups of commands."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from verbs(below, (*path, name))


VERBS = list(verbs(typer.main.get_command(app)))


# -- help and version ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_help_has_an_example(digest: Command, verb: tuple[str, ...]) -> None:
    result = digest(*verb, "--help")

    assert result.code == 0
    assert "Example" in result.out
    assert " ".join(("digest", *verb)) in " ".join(result.out.split())


def test_the_version_is_the_package_s(digest: Command) -> None:
    assert digest("--version").out == f"digest {__version__}\n"


# -- exit codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("frobnicate",), "No such command", id="unknown verb"),
        pytest.param(("run", "--dryrun"), "No such option", id="unknown option"),
        pytest.param(("preview", "--as", "pdf"), "'pdf' is not one of", id="unknown form"),
        pytest.param(("fetch", "--day", "2.2.2026"), "write it like 2026-02-02", id="bad day"),
        pytest.param(("fetch", "--source", "files"), "there are: file", id="unknown source"),
        pytest.param(("-c", "no.toml", "run"), "there is no no.toml; run `digest init`", id="-c"),
        pytest.param(("run", "--only", "ada"), "'ada' is not an e-mail address", id="bad address"),
        pytest.param(("run", "--only", "no@example.org"), "never subscribed", id="unknown reader"),
        pytest.param(("topics", "show", "agent"), "did you mean agents?", id="topic typo"),
        pytest.param(("papers", "show", "9999.99999"), "there is no paper", id="unknown paper"),
    ],
)
def test_what_cannot_be_done_as_asked_ends_with_2_and_one_line(
    home: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = digest(*arguments)

    assert result.code == 2
    assert words in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


def test_what_is_not_fully_done_ends_with_1(home: Path, digest: Command) -> None:
    (home / "papers.jsonl").unlink()

    result = digest("fetch", *DAY)

    assert result.code == 1
    assert "no file matches" in result.err


def test_what_is_done_ends_with_0(home: Path, digest: Command) -> None:
    assert digest("fetch", *DAY).code == 0


def test_a_bug_is_one_line_that_says_how_to_see_more(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "load", lambda _: 1 / 0)

    result = digest("status")

    assert result.code == 1
    assert result.err.startswith("error: internal error, please report it: ZeroDivisionError")
    assert "DIGEST_TRACEBACK=1" in result.err


# -- init ---------------------------------------------------------------------------------------


def test_init_writes_a_private_file_that_loads(tmp_path: Path, digest: Command) -> None:
    file = tmp_path / "new" / "config.toml"

    result = digest("init", str(tmp_path / "new"))

    assert result.out == f"wrote {file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert config.load(file).mail.transport == "directory"


def test_init_does_not_overwrite(home: Path, digest: Command) -> None:
    result = digest("init")

    assert result.code == 2
    assert "there already" in result.err
    assert (home / "config.toml").read_text() == CONFIG


def test_init_below_a_file_names_the_file(home: Path, digest: Command) -> None:
    result = digest("init", "papers.jsonl")

    assert result.code == 2
    assert "cannot make the folder papers.jsonl: File exists" in result.err


def test_a_file_that_cannot_be_used_is_named_and_the_output_is_not_blamed(
    home: Path, digest: Command
) -> None:
    digest("papers", "list")
    (home / "digest.db-run").mkdir()

    result = digest("run", *DAY)

    assert result.code == 1
    assert "digest.db-run: Is a directory" in result.err
    assert "answer" not in result.err


def test_init_says_what_to_type_next(tmp_path: Path, digest: Command) -> None:
    result = digest("init", str(tmp_path))

    assert f"digest -c {tmp_path}/config.toml subscribers add" in result.err


def test_a_new_installation_holds_everything_in_its_own_folder(
    tmp_path: Path, digest: Command
) -> None:
    digest("init", str(tmp_path))

    result = digest("-c", str(tmp_path / "config.toml"), "topics", "list", "--json")

    assert [topic["slug"] for topic in result.json] == [
        topic["slug"] for topic in tomllib.loads((tmp_path / "config.toml").read_text())["topics"]
    ]
    assert stat.S_IMODE((tmp_path / "digest.db").stat().st_mode) == 0o600


def test_the_environment_can_name_the_configuration(
    home: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("DIGEST_CONFIG", str(home / "config.toml"))

    result = digest("fetch", *DAY, "--json")

    assert result.json[0]["parsed"] == 2
    assert (home / "digest.db").exists()


# -- pipes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("papers", "list", "--json"), id="json"),
        pytest.param(("papers", "list"), id="table"),
        pytest.param(("preview", *DAY, "--as", "html"), id="long preview"),
        pytest.param(("preview", *DAY, "--as", "text"), id="short preview"),
    ],
)
def test_a_reader_of_our_output_may_leave_early(
    furnished: Path, arguments: tuple[str, ...]
) -> None:
    read, write = os.pipe()
    os.close(read)

    with os.fdopen(write, "wb") as nobody_reads:
        ended = subprocess.run(
            [sys.executable, "-m", "digest", *arguments],
            cwd=furnished,
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert (ended.returncode, ended.stderr) == (1, "")
