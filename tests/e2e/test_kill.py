"""A real run, killed in the middle of a mail or joined by another: nobody gets two."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support.command import CONFIG, DAY
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

READERS = [f"reader{number}@example.org" for number in range(5)]


@pytest.fixture
def server() -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        yield running


@pytest.fixture
def ready(home: Path, digest: Command, server: SMTPServer) -> Path:
    """Papers fetched, five readers, and mail going to the server."""
    mail = f'transport = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
    (home / "config.toml").write_text(CONFIG.replace('directory = "outbox"', mail))
    digest("fetch", *DAY)
    for reader in READERS:
        digest("subscribers", "add", reader, "--topic", "agents", "--confirmed")
    return home


def start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", "run", *DAY],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(children: list[subprocess.Popen[str]]) -> None:
    """SIGKILL: nothing is flushed, nothing is cleaned up."""
    children[0].kill()


def status(home: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "digest", "status", *DAY, "--json"],
        cwd=home,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("stage", "states"),
    [
        pytest.param("RCPT", {"sent": 5}, id="before the third mail"),
        pytest.param("DATA", {"sent": 5}, id="as the third mail begins"),
        pytest.param(
            ".", {"sent": 4, "unknown": 1}, id="the third mail received, the reply not sent"
        ),
    ],
)
def test_after_a_kill_nobody_gets_two_mails_and_one_at_most_is_in_doubt(
    ready: Path, server: SMTPServer, stage: str, states: dict[str, int]
) -> None:
    children: list[subprocess.Popen[str]] = []
    server.when(stage, nth=3, do=lambda: kill(children))

    children.append(start(ready))
    children[0].communicate(timeout=30)
    second = start(ready)
    _, log = second.communicate(timeout=30)

    assert children[0].returncode == -9
    assert Counter(server.recipients).most_common(1)[0][1] == 1
    assert sorted(server.recipients) == READERS
    assert status(ready)["deliveries"] == states
    assert "a sender died" in log


def test_after_a_kill_the_status_names_who_is_in_doubt_and_why(
    ready: Path, server: SMTPServer
) -> None:
    children: list[subprocess.Popen[str]] = []
    server.when(".", nth=3, do=lambda: kill(children))

    children.append(start(ready))
    children[0].communicate(timeout=30)
    killed = status(ready)
    start(ready).communicate(timeout=30)
    completed = status(ready)

    (doubtful,) = [person for person in completed["people"] if person["state"] == "unknown"]
    assert killed["deliveries"] == {"claimed": 2, "inflight": 1, "sent": 2}
    assert (completed["not_planned"], len(completed["people"])) == (0, 5)
    assert doubtful["address"] == server.recipients[2]
    assert "may or may not have arrived" in doubtful["reason"]


def test_a_third_run_after_a_kill_changes_nothing(ready: Path, server: SMTPServer) -> None:
    children: list[subprocess.Popen[str]] = []
    server.when(".", nth=3, do=lambda: kill(children))
    children.append(start(ready))
    children[0].communicate(timeout=30)
    start(ready).communicate(timeout=30)
    before = status(ready)

    third = start(ready)
    third.communicate(timeout=30)

    assert third.returncode == 0
    assert status(ready)["people"] == before["people"]
    assert sorted(server.recipients) == READERS


def test_of_two_runs_at_once_the_second_waits_and_finds_all_done(
    ready: Path, server: SMTPServer
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    server.when(".", nth=1, do=reached.set)
    server.when(".", nth=1, do=lambda: go_on.wait(30))

    first = start(ready)
    assert reached.wait(30)
    second = start(ready)
    assert second.stderr is not None
    said = any("waiting for another run" in line for line in second.stderr)
    mailed_meanwhile = len(server.mails)
    go_on.set()
    first.communicate(timeout=30)
    result, _ = second.communicate(timeout=30)

    assert (said, mailed_meanwhile) == (True, 1)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "2026-02-02: 5 already settled" in result
    assert sorted(server.recipients) == READERS


def test_a_run_that_may_not_wait_says_so_and_sends_nothing(ready: Path, server: SMTPServer) -> None:
    with (ready / "config.toml").open("a") as config:
        config.write("\n[delivery]\nmax_wait = 0\n")
    reached, go_on = threading.Event(), threading.Event()
    server.when(".", nth=1, do=reached.set)
    server.when(".", nth=1, do=lambda: go_on.wait(30))

    first = start(ready)
    assert reached.wait(30)
    second = start(ready)
    _, complaint = second.communicate(timeout=30)
    mailed_meanwhile = len(server.mails)
    go_on.set()
    first.communicate(timeout=30)

    assert second.returncode == 1
    assert "another run is sending; it sends 2026-02-02 too" in complaint
    assert mailed_meanwhile == 1
    assert first.returncode == 0
    assert sorted(server.recipients) == READERS
