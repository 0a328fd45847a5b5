"""`digest inbound < message` as a mail server starts it: it ends with 0 or 75, without a word."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import typer
from support.command import CONFIG
from support.database import write_database

from digest.__main__ import COMMANDS, is_pipe
from digest.cli.inbound import commands

if TYPE_CHECKING:
    from pathlib import Path

HELP, LEAVE = "help@news.example.org", "leave+a@news.example.org"
MAIL = b"From MAILER-DAEMON today\nSubject: hello\nMessage-ID: <1@x>\n\nDear reader\n"
INBOUND = '[inbound]\naddress = "{command}@news.example.org"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(f'{INBOUND}\n[log]\nfile = "log"\n{CONFIG}', "utf-8")
    write_database(tmp_path)
    return tmp_path


def start(home: Path, *words: str, **details: Any) -> subprocess.Popen[bytes]:
    """Start it with an empty environment, in another folder, with a umask that takes all."""
    usual = {
        "env": {}, "cwd": "/", "umask": 0o077, "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT,
    }  # fmt: skip
    before = ["-c", str(home / "config.toml")]
    command = [sys.executable, "-m", "digest", *before, "inbound", *words]
    return subprocess.Popen(command, **(usual | details))


def hand_over(home: Path, *words: str, content: bytes = MAIL, **details: Any) -> tuple[int, bytes]:
    """Return its exit code and what it printed."""
    with start(home, *words, **details) as process:
        out, _ = process.communicate(content, timeout=60)
        return process.returncode, out


def stored(home: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home / "digest.db")) as db:
        return db.execute("SELECT recipient, sender FROM arrivals ORDER BY id").fetchall()


# -- stored -----------------------------------------------------------------------------------


def test_a_message_is_stored_for_each_recipient_and_once(home: Path) -> None:
    first = hand_over(home, "--sender", "MAILER-DAEMON", "--recipient", HELP, LEAVE)
    again = hand_over(home, LEAVE, HELP)

    assert first == again == (0, b"")
    assert stored(home) == [(HELP, ""), (LEAVE, "")]


def test_the_variables_of_a_mail_server_are_enough(home: Path) -> None:
    env = {"RECIPIENT": HELP, "SENDER": "s@example.net", "USER": "nobody", "HOME": ""}

    assert hand_over(home, env=env) == (0, b"")
    assert stored(home) == [(HELP, "s@example.net")]


# -- put off ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--unknown"], ""),  # said to the system's log, since ours is not open yet
        (["--sender"], ""),
        ([], "nobody knows for whom the message is"),
        (["%(recipient)"], "the recipient %(recipient) was not filled in"),
        (["bounces+x"], "is no address"),
    ],
)
def test_a_wrong_call_is_put_off_without_a_word(home: Path, words: list[str], reason: str) -> None:
    assert hand_over(home, *words) == (75, b"")
    assert stored(home) == []
    if reason:
        assert reason in (home / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["[inbound", "[inbound]\nlargest = 1\n", None])
def test_a_configuration_that_cannot_be_used_puts_it_off(home: Path, text: str | None) -> None:
    (home / "config.toml").unlink()
    if text is not None:
        (home / "config.toml").write_text(text, encoding="utf-8")

    assert hand_over(home, HELP) == (75, b"")


def test_a_library_that_cannot_be_imported_puts_it_off(home: Path) -> None:
    (home / "pydantic.py").write_text("raise ImportError('broken')", encoding="utf-8")

    assert hand_over(home, HELP, env={"PYTHONPATH": str(home)}) == (75, b"")


def test_a_damaged_database_puts_it_off(home: Path) -> None:
    (home / "digest.db").write_bytes(b"no database" * 1000)

    assert hand_over(home, HELP) == (75, b"")
    assert "message not stored" in (home / "log").read_text(encoding="utf-8")


def test_a_locked_database_puts_it_off_in_time(home: Path) -> None:
    with closing(sqlite3.connect(home / "digest.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")

        assert hand_over(home, HELP, "--timeout", "2") == (75, b"")
    assert stored(home) == []


def test_a_message_that_does_not_end_is_put_off_in_time(home: Path) -> None:
    with start(home, HELP, "--timeout", "1") as process:
        assert process.wait(60) == 75


def test_a_closed_input_puts_it_off(home: Path) -> None:
    with start(home, HELP, stdin=None, preexec_fn=lambda: os.close(0)) as process:
        assert process.wait(60) == 75
    assert stored(home) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_puts_it_off(home: Path, number: int) -> None:
    with reading(home) as process:
        process.send_signal(number)

        assert process.wait(60) == 75
        assert process.stdout
        assert process.stdout.read() == b""
    assert stored(home) == []


def test_a_killed_one_leaves_nothing_and_the_next_stores_it(home: Path) -> None:
    with reading(home) as process:
        process.kill()
    assert stored(home) == []

    assert hand_over(home, HELP) == (0, b"")
    assert stored(home) == [(HELP, "")]


def reading(home: Path) -> subprocess.Popen[bytes]:
    """Start it, and return when it has read all but the end of a message."""
    process = start(home, HELP)
    assert process.stdin
    # More than the pipe holds: the last piece fits in only after the first was read.
    process.stdin.write(MAIL + b"line\n" * 60_000)
    process.stdin.flush()
    return process


def test_a_person_is_told_why(home: Path) -> None:
    parent, child = os.openpty()
    with start(home, "--unknown", stderr=child) as process:
        assert process.wait(60) == 75
    os.close(child)
    shown = os.read(parent, 1000).decode()
    os.close(parent)

    assert "there is no option --unknown" in shown


# -- which command lines ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["inbound a@b", "-c x inbound a@b", "-q inbound --sender s", "inbound -c x --recipient r",
     "--config=x inbound a@b", "--unknown inbound a@b", "inbound", "inbound -q", "inbound -x",
     "-c inbound inbound a@b"],
)  # fmt: skip
def test_a_call_of_a_mail_server_is_known(line: str) -> None:
    assert is_pipe(line.split(), is_terminal=False)


@pytest.mark.parametrize(
    "line",
    ["", "run", "-c inbound run", "inbound explain x", "inbound -q serve", "inbound -c x poll",
     "inbound list", "inbound show 1", "inbound retry", "inbound check", "inbound --help",
     "--help inbound", "topics add inbound", "--version"],
)  # fmt: skip
def test_any_other_command_line_is_none(line: str) -> None:
    assert not is_pipe(line.split(), is_terminal=False)


def test_each_command_beside_the_pipe_is_known() -> None:
    """Else its name would be taken for a recipient."""
    names = typer.main.get_group(commands).commands

    assert names.keys() == set(COMMANDS)
    assert not any(is_pipe(["inbound", name], is_terminal=False) for name in names)


def test_a_person_who_types_it_alone_sees_the_help() -> None:
    assert not is_pipe(["inbound"], is_terminal=True)
    assert is_pipe(["inbound", HELP], is_terminal=True)
