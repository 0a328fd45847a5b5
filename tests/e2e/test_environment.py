"""Whatever the environment of a run holds, the day's mails leave, and its output harms nobody."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import DAY
from support.processes import FIRST, NAMES, SECOND, end, mailed

from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.command import Command
    from support.processes import Processes

#: Names that Latin-1 has only in part, of a source, a paper and a reader.
CONFIG = """\
[site]
secret_key = "a key for the tests and nothing else"
[[sources]]
name = "Bücher 研究"
kind = "jsonl"
path = "papers.jsonl"
[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]
"""
PAPER = {"id": "2602.00001", "title": "An agent — “naïve” 研究 😀", "abstract": "It is an agent."}
READERS = ["ada@example.org", "zoë@example.org"]

#: What is set in the environment of a run; None is removed from it.
ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ASCII": {"PYTHONIOENCODING": "ascii:strict", "NO_COLOR": "1"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "the POSIX locale": {"LC_ALL": "POSIX"},
    "a locale that is missing": {"LC_ALL": "xx_YY.nowhere", "LANGUAGE": "zz:yy", "LC_TIME": "$"},
    "a dumb terminal": {"TERM": "dumb"},
    "a terminal nobody knows": {"TERM": "frobnicate", "FORCE_COLOR": "1", "COLUMNS": "1"},
    "a terminal without a size": {"TERM": "", "COLUMNS": "0", "LINES": "0"},
    "a size that is no number": {"COLUMNS": "wide", "LINES": "-3", "TERM": None},
    "no home": {"HOME": None, "USER": None, "LOGNAME": None},
    "folders that are gone": {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "PWD": "/gone"},
    "a zone that is none": {"TZ": "Mars/Olympus"},
    "a zone in a file that has none": {"TZ": "/etc/passwd"},
    "a zone that is a folder": {"TZ": ":/etc"},
    "warnings that are errors": {"PYTHONWARNINGS": "error"},
    "code that is not kept": {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": "2"},
    "nothing": dict.fromkeys(os.environ),
}
ON_A_TERMINAL = [
    "Latin-1",
    "the C locale",
    "a terminal nobody knows",
    "a terminal without a size",
]
environments = pytest.mark.parametrize("name", ENVIRONMENTS)
RUN = [sys.executable, "-m", "digest", "run", *DAY]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ready_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two readers."""
    home = tmp_path_factory.mktemp("ready")
    (home / "config.toml").write_text(CONFIG, encoding="utf-8")
    (home / "papers.jsonl").write_text(json.dumps(PAPER | {"day": DAY[1]}), encoding="utf-8")
    rows = "".join(f"{reader},agents\n" for reader in READERS)
    (home / "readers.csv").write_text(f"address,topics\n{rows}", encoding="utf-8")
    command = [sys.executable, "-m", "digest", "subscribers", "import", "readers.csv"]
    subprocess.run([*command, "--confirmed"], cwd=home, check=True, capture_output=True)
    return home


@pytest.fixture
def ready(ready_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ready_once, tmp_path / "home")


@pytest.fixture(scope="module")
def mailed_once(ready_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after its run."""
    home = shutil.copytree(ready_once, tmp_path_factory.mktemp("mailed") / "home")
    subprocess.run(RUN, cwd=home, capture_output=True, check=True)
    return home


@pytest.fixture
def mailed_home(mailed_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(mailed_once, tmp_path / "home")


def environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in (os.environ | changes).items() if value is not None}


def shell(home: Path, line: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command by a line of the shell, in which it is "$@"."""
    full = ["sh", "-c", line, "sh", *(command or RUN)]
    return subprocess.run(full, cwd=home, capture_output=True, text=True, check=False)


def count_mails(home: Path) -> int:
    return len(list((home / "outbox").rglob("*.eml")))


# -- the environment of a process -----------------------------------------------------------------


@environments
def test_everybody_gets_their_mail(ready: Path, name: str) -> None:
    run = subprocess.run(
        RUN, cwd=ready, env=environment(ENVIRONMENTS[name]), capture_output=True, check=False
    )

    assert count_mails(ready) == 2
    assert (run.returncode, b"2 sent" in run.stdout) == (0, True)
    assert b"internal error" not in run.stderr
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize("name", ON_A_TERMINAL)
def test_everybody_gets_their_mail_while_a_terminal_shows_it(ready: Path, name: str) -> None:
    ours, theirs = pty.openpty()
    changes = ENVIRONMENTS[name]
    run = subprocess.Popen(
        RUN, cwd=ready, env=environment(changes), stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while piece := os.read(ours, 10_000):
            shown += piece
    os.close(ours)

    assert (run.wait(), count_mails(ready)) == (0, 2)
    assert b"internal error" not in shown
    assert b"Traceback" not in shown


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("run", "--help"), ("papers", "list"), ("subscribers", "list"), ("status", *DAY)],
    ids=" ".join,
)
def test_what_cannot_be_printed_is_replaced(mailed_home: Path, arguments: tuple[str, ...]) -> None:
    changes = {"PYTHONIOENCODING": "latin-1", "COLUMNS": "1"}

    command = subprocess.run(
        [sys.executable, "-m", "digest", *arguments],
        cwd=mailed_home,
        env=environment(changes),
        capture_output=True,
        encoding="latin-1",
        check=False,
    )

    assert command.returncode == 0
    assert "internal error" not in command.stderr


def test_json_keeps_what_cannot_be_printed(mailed_home: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "digest", "papers", "list", "--json"],
        cwd=mailed_home,
        env=environment({"PYTHONIOENCODING": "latin-1"}),
        capture_output=True,
        check=True,
    )

    assert json.loads(listed.stdout.decode("latin-1"))[0]["title"] == PAPER["title"]


def test_an_export_is_utf_8_whatever_the_terminal_is(ready: Path) -> None:
    exported = subprocess.run(
        [sys.executable, "-m", "digest", "subscribers", "export"],
        cwd=ready,
        env=environment({"PYTHONIOENCODING": "latin-1"}),
        capture_output=True,
        check=True,
    )

    assert "zoë@example.org" in exported.stdout.decode("utf-8")


# -- standard streams -----------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_as_dev_null(
    ready: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    run = shell(ready, f'exec "$@" {closed}')

    assert (run.returncode, count_mails(ready)) == (0, 2)
    monkeypatch.chdir(ready)
    assert digest("status", *DAY, "--json").json["deliveries"] == {"sent": 2}


def test_no_file_of_ours_gets_the_number_of_a_closed_stream(
    two: Path, processes: Processes
) -> None:
    run = processes.start(
        f"{FIRST[0]}=hold",
        f"{SECOND[0]}=hold",
        through=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"],
    )
    streams = set()
    for name in (FIRST[0], SECOND[0]):
        folder = Path(f"/proc/{processes.held(name)}/fd")
        streams |= {str((folder / number).readlink()) for number in "012"}
        processes.release(name)
    end(run)

    assert run.returncode == 0
    assert streams == {"/dev/null"}
    assert mailed(two) == NAMES


def test_an_answer_that_finds_no_room_is_an_error_after_the_mails(ready: Path) -> None:
    run = shell(ready, '"$@" >/dev/full')

    assert (run.returncode, count_mails(ready)) == (1, 2)
    assert run.stderr.splitlines()[-1] == (
        "error: cannot write the answer: No space left on device"
    )


def test_a_log_that_finds_no_room_is_dropped(ready: Path) -> None:
    run = shell(ready, '"$@" 2>/dev/full')

    assert (run.returncode, count_mails(ready)) == (0, 2)
    assert "2 sent" in run.stdout


# -- folders and permissions ----------------------------------------------------------------------


def test_the_working_directory_may_be_gone(ready: Path) -> None:
    line = (
        f'mkdir gone && cd gone && rmdir ../gone && "$@" -c {ready}/config.toml run --day {DAY[1]}'
    )

    run = shell(ready, line, str(Path(sys.executable).with_name("digest")))

    assert (run.returncode, count_mails(ready)) == (0, 2)


@pytest.mark.parametrize("umask", ["000", "077", "777"])
def test_files_have_their_permissions_whatever_the_umask_is(
    ready_once: Path,
    tmp_path: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    umask: str,
) -> None:
    for name in ("papers.jsonl", "readers.csv"):
        shutil.copy(ready_once / name, tmp_path)
    log = '[log]\nfile = "digest.log"\n'
    (tmp_path / "config.toml").write_text(CONFIG.replace("secret_key", "name") + log, "utf-8")
    monkeypatch.chdir(tmp_path)

    before = os.umask(0o022)
    try:
        for command in (
            ("init", "new"),
            ("dkim", "keygen", "--out", "key.pem"),
            ("subscribers", "import", "readers.csv", "--confirmed"),
            ("run", *DAY),
        ):
            os.umask(int(umask, 8))  # as each begins with what its shell has
            result = digest(*command)
            assert result.code == 0, result.err
    finally:
        os.umask(before)

    given = {"config.toml", "papers.jsonl", "readers.csv"}
    found = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")
    }
    private = {name: mode for name, mode in found.items() if name not in given | {"new"}}
    assert {mode for name, mode in private.items() if (tmp_path / name).is_file()} == {0o600}
    assert {found["outbox"], found[f"outbox/{DAY[1]}"]} == {0o700}
    assert {"digest.db", "digest.db-run", "digest.key", "digest.pepper", "digest.log"} <= set(found)


def test_a_home_folder_that_nobody_knows_is_named(home: Path, digest: Command) -> None:
    file = home / "config.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"outbox"', '"~nobody-of-that-name/outbox"'), encoding="utf-8")

    result = digest("run", *DAY)

    assert result.code == 2
    assert "~nobody-of-that-name/outbox: there is no such home folder" in result.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "cannot write the answer: No space left"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
        (OSError("timed out"), "cannot write the answer: timed out"),
    ],
)
def test_an_error_of_a_file_names_it_and_any_other_is_the_output_s(
    error: OSError, words: str
) -> None:
    assert output.describe(error).startswith(words)
