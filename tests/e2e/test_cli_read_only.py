"""Commands that only read need no file that they may write, and write none."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY
from support.unprivileged import run_unprivileged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

pytestmark = pytest.mark.slow


@pytest.fixture
def locked(furnished: Path, digest: Command) -> Iterator[Path]:
    """An installation of which nothing may be written, and two files that may not be read."""
    log = CONFIG + '\n[log]\nfile = "digest.log"\n'
    (furnished / "config.toml").write_text(log, encoding="utf-8")
    digest("run", *DAY)
    set_modes(furnished, file=0o444, folder=0o555)
    for secret in ("digest.pepper", "digest.log"):
        (furnished / secret).chmod(0o000)
    yield furnished
    set_modes(furnished, file=0o644, folder=0o755)


def set_modes(home: Path, *, file: int, folder: int) -> None:
    for path in (home, *home.rglob("*")):
        path.chmod(folder if path.is_dir() else file)


def state_of(home: Path) -> dict[str, tuple[int, int]]:
    """The time and size of every file."""
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("status",), "2026-02-02: 2 planned = 2 sent; closed"),
        (("status", "--json"), '"adds_up": true'),
        (("subscribers", "list"), "ada@example.org"),
        (("subscribers", "show", "ada@example.org"), "An Agent that Reads Maps"),
        (("subscribers", "export"), "ada@example.org"),
        (("papers", "list"), "2602.00001"),
        (("papers", "show", "2602.00001"), "An Agent that Reads Maps"),
        (("topics", "list"), "agents"),
        (("topics", "test", "maps"), "An Agent that Reads Maps"),
        (("preview", *DAY), "An Agent that Reads Maps"),
        (("doctor",), "digest.db can be read"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_command_that_reads_writes_nothing(
    locked: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = state_of(locked)

    result = run_unprivileged(locked, *arguments)

    assert (result.returncode, result.stderr) == (0, "")
    assert words in result.stdout
    assert state_of(locked) == before


def test_a_status_reads_beside_somebody_who_writes(locked: Path) -> None:
    set_modes(locked, file=0o644, folder=0o755)
    writing = sqlite3.connect(locked / "digest.db")
    writing.execute("UPDATE deliveries SET state = 'failed', reason = 'no such user'")
    writing.commit()
    set_modes(locked, file=0o444, folder=0o555)

    result = run_unprivileged(locked, "status")
    writing.close()

    assert result.stdout.splitlines()[-1] == "2026-02-02: 2 planned = 2 failed; closed"


def test_a_database_that_may_not_be_read_is_named(locked: Path) -> None:
    (locked / "digest.db").chmod(0o000)

    result = run_unprivileged(locked, "status")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: cannot read {locked / 'digest.db'}: Permission denied")


def test_a_command_that_writes_says_what_it_may_not(locked: Path) -> None:
    (locked / "digest.log").chmod(0o644)

    result = run_unprivileged(locked, "fetch")

    assert (result.returncode, result.stdout) == (1, "")
    assert "Permission denied" in result.stderr
