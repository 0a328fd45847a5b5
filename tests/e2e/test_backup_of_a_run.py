"""Real processes: a backup is taken and a restore refused while a run sends."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

READERS = [f"reader{number}@example.org" for number in range(5)]


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", *arguments],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(home: Path, *arguments: str) -> tuple[int, str, str]:
    process = started(home, *arguments)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.slow
def test_a_backup_of_a_run_that_sends_is_whole_and_sends_nothing_itself(
    home: Path, digest: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    new = tmp_path_factory.mktemp("new")
    with SMTPServer() as server:
        mail = f'transport = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
        (home / "config.toml").write_text(CONFIG.replace('directory = "outbox"', mail))
        digest("fetch", *DAY)
        for reader in READERS:
            digest("subscribers", "add", reader, "--topic", "agents", "--confirmed")
        server.when(".", nth=3, do=reached.set)
        server.when(".", nth=3, do=lambda: go_on.wait(60))

        run = started(home, "run", *DAY)
        assert reached.wait(60)
        backup = done(home, "backup", "mid-run.backup")
        refused = done(home, "restore", "mid-run.backup", "--replace")
        restored = done(new, "restore", str(home / "mid-run.backup"))
        sent_by_restored = done(new, "run", *DAY, "--only", READERS[4]), done(new, "retry")
        mailed_meanwhile = len(server.mails)
        go_on.set()
        run.communicate(timeout=60)

    assert backup[0] == 0, backup[2]
    assert (refused[0], "another run is sending" in refused[2]) == (1, True)
    assert restored[0] == 0, restored[2]
    assert [code for code, _, _ in sent_by_restored] == [1, 1]
    assert mailed_meanwhile == 3  # the server has the third, and has not said so
    assert run.returncode == 0
    assert sorted(server.recipients) == READERS
    with closing(sqlite3.connect(new / "digest.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    status = json.loads(done(new, "status", *DAY, "--json")[1])
    assert status["adds_up"]
    assert status["deliveries"]["sent"] == 2
