"""Several processes for one day's mails: everybody once, whichever of them is killed or stopped."""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import PEPPER, evidence
from support.command import CONFIG, DAY

from digest.app import config, pipeline, services
from digest.app.workers import ProcessPool
from digest.delivery.run import Progress, RunRequest, run_delivery
from digest.models.delivery import DeliveryState
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from support.command import Command

#: The run's own process serves the even ones, the second process the odd ones, each in this order.
NAMES = [f"reader{number}" for number in range(8)]
FIRST, SECOND = NAMES[::2], NAMES[1::2]

#: Is read by every Python that starts: what happens as a mail comes into its folder.
HOOKS = """
import os, signal, sys

folder = os.environ["HOOKS"]
replace = os.replace

def replaced(source, target):
    name = os.path.basename(target).partition("@")[0]
    hook = hooks.get(name)
    if hook:
        hook(name)
    replace(source, target)

def tell(name):
    with open(f"{folder}/{name}.told", "w") as told:
        told.write(str(os.getpid()))

def hold(name):
    tell(name)
    open(f"{folder}/{name}.go").close()

def until_sigterm(name):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    tell(name)
    signal.sigwait([signal.SIGTERM])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    signal.raise_signal(signal.SIGTERM)

def fail(name):
    raise OSError(28, "no space left")

words = os.environ["HOOKED"].split()
if "second-dies" in words and "--multiprocessing-fork" in sys.orig_argv:
    os.kill(os.getpid(), signal.SIGKILL)
hooks = {name: globals()[what] for name, what in (word.split("=") for word in words if "=" in word)}
os.replace = replaced
"""


class Processes:
    """An installation whose mails go out by two processes, and what happens to them."""

    def __init__(self, home: Path) -> None:
        """Put the hooks where Python finds them."""
        self._home = home
        self._hooks = home / "hooks"
        self._hooks.mkdir()
        (self._hooks / "sitecustomize.py").write_text(HOOKS, encoding="utf-8")
        self._told: dict[str, int] = {}
        self._runs: list[subprocess.Popen[str]] = []

    def start(self, *hooked: str) -> subprocess.Popen[str]:
        """Start a run, in which something happens to some mails."""
        for name, _, _ in (word.partition("=") for word in hooked if "=" in word):
            for ending in ("told", "go"):
                os.mkfifo(self._hooks / f"{name}.{ending}")
            self._told[name] = os.open(self._hooks / f"{name}.told", os.O_RDONLY | os.O_NONBLOCK)
        paths = os.pathsep.join([str(self._hooks), *filter(None, [os.environ.get("PYTHONPATH")])])
        known = {"PYTHONPATH": paths, "HOOKS": str(self._hooks), "HOOKED": " ".join(hooked)}
        run = subprocess.Popen(
            [sys.executable, "-m", "digest", "run", *DAY, "--json"],
            cwd=self._home,
            env={**os.environ, **known},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._runs.append(run)
        return run

    def held(self, name: str) -> int:
        """Wait until a reader's mail is held; return whose process it is."""
        ready, _, _ = select.select([self._told[name]], [], [], 30)
        assert ready, f"nobody came to mail {name}"
        return int(os.read(self._told[name], 99))

    def release(self, name: str) -> None:
        """Let a mail that is held go on."""
        (self._hooks / f"{name}.go").write_bytes(b"")

    def close(self) -> None:
        """Leave nobody behind, whatever a test has not come to."""
        for name, fifo in self._told.items():
            os.close(fifo)
            with suppress(OSError):  # nobody waits
                os.close(os.open(self._hooks / f"{name}.go", os.O_WRONLY | os.O_NONBLOCK))
        for run in self._runs:
            run.kill()
            run.communicate()


@pytest.fixture
def two(home: Path, digest: Command) -> Path:
    """Papers fetched, readers with numbers in a row, and two processes."""
    (home / "config.toml").write_text(CONFIG + "\n[delivery]\nsenders = 2\n", encoding="utf-8")
    digest("fetch", *DAY)
    app = services.open_app(config.load(home / "config.toml"))
    book = Book(app.engine, new_id=count(2).__next__, pepper=PEPPER)
    for name in NAMES:
        book.add(f"{name}@example.org", ["agents"], confirmed=True, evidence=evidence())
    app.engine.dispose()
    return home


@pytest.fixture
def processes(two: Path) -> Iterator[Processes]:
    started = Processes(two)
    yield started
    started.close()


def mailed(home: Path) -> list[str]:
    """Who has a mail in the folder."""
    return sorted(path.name.partition("@")[0] for path in (home / "outbox").rglob("*.eml"))


def standing(digest: Command) -> dict[str, int]:
    status = digest("status", *DAY, "--json").json
    assert status["adds_up"]
    return dict(status["deliveries"])


def senders(home: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "digest.db")) as db:
        return db.execute("SELECT pid, ended_at IS NOT NULL FROM workers").fetchall()


def end(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = run.communicate(timeout=60)
    return run.returncode, out, err


# -- together -------------------------------------------------------------------------------------


def test_two_processes_serve_everybody_once(two: Path, digest: Command) -> None:
    result = digest("run", *DAY, "--json")

    assert (result.code, result.json["deliveries"]) == (0, {"sent": 8})
    assert mailed(two) == NAMES
    pids = {pid for pid, ended in senders(two) if ended}
    assert len(pids) == 2
    assert os.getpid() in pids


def test_what_each_has_done_adds_up(two: Path, digest: Command) -> None:
    app = services.open_app(config.load(two / "config.toml"))
    day: date = app.papers.papers()[0].day
    edition = pipeline.build_edition(app, day)
    totals: list[int] = []
    steps: list[int] = []
    watch = Progress(total=totals.append, advance=steps.append)
    pool = ProcessPool(config=app.config, processes=partial(pipeline.worker_count, app.config))

    report = run_delivery(
        RunRequest(day=day, edition=edition, allow_late=True, progress=watch, workers=pool),
        app.delivery_services,
        app.transport(),
    )

    app.engine.dispose()
    assert (totals, sum(steps)) == ([8], 8)
    assert report.counts == {DeliveryState.SENT: 8}
    assert len(report.memory) == 2


def test_there_are_no_more_processes_than_mails(two: Path, digest: Command) -> None:
    digest("run", *DAY, "--only", f"{NAMES[0]}@example.org")
    alone = len(senders(two))
    digest("run", *DAY)
    together = len(senders(two)) - alone
    digest("run", *DAY)
    nobody = len(senders(two)) - alone - together

    assert (alone, together, nobody) == (1, 2, 1)
    assert mailed(two) == NAMES


# -- a process that dies -------------------------------------------------------------------------


def test_what_a_killed_process_had_not_sent_is_sent_by_the_run_itself(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{SECOND[1]}=hold")

    os.kill(processes.held(SECOND[1]), signal.SIGKILL)
    processes.release(SECOND[1])  # the run itself comes to this mail
    code, out, log = end(run)

    assert code == 0
    # The process that died had sent a mail before, and could not say so.
    report = json.loads(out)
    assert (report["deliveries"], report["already"]) == ({"sent": 7, "unknown": 1}, 0)
    assert re.search(r"run finished .*already=0 .*sent=7 unknown=1", log)
    assert mailed(two) == NAMES
    assert standing(digest) == {"sent": 8}
    assert "a sender died" in log


def test_a_process_that_dies_before_it_has_begun_is_not_missed(
    two: Path, processes: Processes, digest: Command
) -> None:
    code, _, _ = end(processes.start("second-dies"))

    assert code == 0
    assert mailed(two) == NAMES
    assert standing(digest) == {"sent": 8}


def test_what_stops_a_process_stops_the_run_with_its_reason(
    two: Path, processes: Processes, digest: Command
) -> None:
    code, out, _ = end(processes.start(f"{SECOND[1]}=fail"))
    again = digest("run", *DAY)

    assert code == 1
    assert "cannot write" in out
    assert again.code == 0
    assert mailed(two) == NAMES
    assert standing(digest) == {"sent": 8}


# -- a run that dies ------------------------------------------------------------------------------


def test_when_the_run_is_killed_its_second_process_ends_and_then_the_lock_is_free(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{FIRST[1]}=hold", f"{SECOND[1]}=hold")
    processes.held(FIRST[1])
    processes.held(SECOND[1])
    run.kill()
    run.wait()

    (two / "config.toml").write_text(CONFIG + "\n[delivery]\nsenders = 2\nmax_wait = 0\n")
    meanwhile = digest("run", *DAY)
    processes.release(SECOND[1])
    with (two / "digest.db-run").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits for the second process
    left = standing(digest)
    again = digest("run", *DAY, "--json")

    assert meanwhile.code == 1
    assert "another run is sending" in meanwhile.err
    assert left == {"planned": 2, "claimed": 2, "inflight": 1, "sent": 3}
    assert again.json["deliveries"] == {"sent": 5}
    assert mailed(two) == NAMES


def test_a_retry_sees_what_a_killed_run_has_left_in_the_folder(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{FIRST[1]}=hold")
    processes.held(FIRST[1])
    run.kill()
    run.wait()
    with (two / "digest.db-run").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits for the second process
    held = [path.name for path in (two / "outbox").rglob("*.part")]

    again = digest("retry")

    assert held == [f"{FIRST[1]}@example.org.part"]
    assert again.code == 0
    assert mailed(two) == NAMES
    assert standing(digest) == {"sent": 8}


# -- a stop ---------------------------------------------------------------------------------------


def test_a_run_that_is_told_to_stop_stops_its_second_process_and_gives_back_the_rest(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{FIRST[0]}=until_sigterm", f"{SECOND[0]}=until_sigterm")
    processes.held(FIRST[0])
    processes.held(SECOND[0])

    run.terminate()
    code, out, _ = end(run)
    left, had = standing(digest), mailed(two)
    again = digest("run", *DAY)

    assert code == 1
    assert "told to stop" in out
    assert had == sorted([FIRST[0], SECOND[0]])
    assert left == {"planned": 6, "sent": 2}
    assert again.code == 0
    assert mailed(two) == NAMES
