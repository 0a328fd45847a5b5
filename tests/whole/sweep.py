"""Kills a run at its nth system call, again and again, and counts what became of everybody.

A run of the command line for 200 readers is started under strace, which sends SIGKILL as the nth
call that writes to the disk or the network begins. Then the run is started again, until it is done.
The server has kept what it took, and is the oracle. `scripts/faults.py` does it for every call.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wire.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

READERS, CONNECTIONS = 200, 3
DAY = "2026-02-02"
#: What a run does to the world: mails, the ledger, and the disk's word that it is kept.
CALLS = ("sendto", "sendmsg", "write", "pwrite64", "fdatasync")

#: The nth call of a name.
Point = tuple[str, int]

CONFIG = """\
[site]
secret_key = "for the sweep"
pepper = "for the sweep"
[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"
[ranking]
max_papers = 3
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
[delivery]
senders = {senders}
[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]
"""


@dataclass(kw_only=True)
class Toll:
    """What became of the readers of one or many killed runs."""

    kills: int = 0
    #: runs that were done before the call was reached
    spared: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    #: the most that were unknown after one kill
    most_unknown: int = 0
    #: anything else that is not as it should be
    faults: list[str] = field(default_factory=list)

    def add(self, other: Toll) -> None:
        """Count another."""
        self.kills += other.kills
        self.spared += other.spared
        self.lost += other.lost
        self.doubled += other.doubled
        self.unknown += other.unknown
        self.most_unknown = max(self.most_unknown, other.most_unknown)
        self.faults += other.faults


class Sweep:
    """An installation that is copied for every kill."""

    def __init__(self, folder: Path, *, senders: int = 1) -> None:
        """Make the installation: papers in a file, readers in the book, nothing planned."""
        self._senders = senders
        self._origin = folder / "origin"
        self._origin.mkdir()
        papers = [
            {
                "id": f"2602.0000{n}",
                "title": f"Agent number {n}",
                "abstract": "An agent.",
                "day": DAY,
            }
            for n in range(3)
        ]
        lines = "".join(json.dumps(paper) + "\n" for paper in papers)
        (self._origin / "papers.jsonl").write_text(lines)
        self._configure(self._origin, port=1)
        rows = "".join(f"reader{n:03}@example.net,agents\n" for n in range(READERS))
        (self._origin / "readers.csv").write_text(f"address,topics\n{rows}")
        _digest(self._origin, "subscribers", "import", "readers.csv", "--confirmed")

    def _configure(self, home: Path, *, port: int) -> None:
        text = CONFIG.format(port=port, senders=self._senders, connections=CONNECTIONS)
        (home / "config.toml").write_text(text)

    def points(self, folder: Path) -> list[Point]:
        """Return every call of a run that nobody kills, of the process that makes the most."""
        home, log = folder / "counted", folder / "calls.txt"
        with SMTPServer(extensions=("PIPELINING", "SIZE 9000000")) as server:
            self._copy(home, server.port)
            _strace(home, "-o", str(log), "-ff", "-e", f"trace={','.join(CALLS)}")
        most: Counter[str] = Counter()
        for path in folder.glob("calls.txt.*"):
            lines = path.read_text(errors="replace").splitlines()
            most |= Counter(line.partition("(")[0] for line in lines)
        return [(call, n) for call in CALLS for n in range(1, most[call] + 1)]

    def kill_at(self, point: Point, folder: Path) -> Toll:
        """Kill a run at a call, run again until it is done, and look at everybody."""
        call, nth = point
        home = folder / f"at-{call}-{nth}"
        with SMTPServer(extensions=("PIPELINING", "SIZE 9000000")) as server:
            self._copy(home, server.port)
            inject = f"inject={call}:signal=KILL:when={nth}"
            killed = _strace(home, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
            again = _until_done(home)
            accepted = Counter(server.recipients)
        toll = _toll(accepted, home / "digest.db")
        shutil.rmtree(home)
        toll.kills, toll.spared = int(killed), int(not killed)
        if again:
            toll.faults.append(again)
        toll.faults = [f"at {call} {nth}: {fault}" for fault in toll.faults]
        return toll

    def _copy(self, home: Path, port: int) -> None:
        shutil.copytree(self._origin, home)
        self._configure(home, port=port)


def _toll(accepted: Counter[str], database: Path) -> Toll:
    with closing(sqlite3.connect(database)) as db:
        query = "SELECT address, state FROM deliveries JOIN subscribers s ON s.id = subscriber_id"
        states: dict[str, str] = dict(db.execute(query).fetchall())
        ((planned, closed_at),) = db.execute("SELECT planned, closed_at FROM days").fetchall()
    toll = Toll()
    for address, state in states.items():
        times = accepted[address]
        toll.doubled += times > 1
        if state == "unknown":
            toll.unknown += 1
        elif state != "sent":
            toll.faults.append(f"{address} is {state}")
        elif times == 0:
            toll.lost += 1
    toll.lost += READERS - len(states)
    toll.most_unknown = toll.unknown
    if planned != READERS or closed_at is None:
        toll.faults.append("the day does not add up, or is not closed")
    return toll


def _until_done(home: Path) -> str | None:
    """Run until a run is complete; say so if it never is."""
    for _ in range(20):
        # While the processes of a killed run finish what they have in hand, a run is refused.
        if _digest(home, "run", "--day", DAY, check=False).returncode == 0:
            return None
    return "no run was complete"


def _digest(home: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digest", *arguments]
    return subprocess.run(
        command, cwd=home, capture_output=True, text=True, check=check, timeout=120, env=_clean()
    )


def _strace(home: Path, *options: str) -> bool:
    """Run under strace; whether anybody was killed."""
    command = ["strace", "-f", "-qq", "--seccomp-bpf", *options]
    run = [sys.executable, "-m", "digest", "run", "--day", DAY]
    done = subprocess.run(
        [*command, *run], cwd=home, capture_output=True, text=True, timeout=120, env=_clean()
    )
    if re.search(r"strace: (?!Process)", done.stderr):
        raise RuntimeError(done.stderr)
    return done.returncode != 0


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DIGEST_")}


def sweep(
    points: Sequence[Point], folder: Path, origin: Sweep, advance: Any = lambda: None
) -> Toll:
    """Kill at all these points, a few at a time, and add up."""
    total = Toll()
    with closing(_Pool()) as pool:
        for toll in pool.map(lambda point: origin.kill_at(point, folder), points):
            total.add(toll)
            advance()
    return total


class _Pool(ThreadPoolExecutor):
    def __init__(self) -> None:
        super().__init__(max_workers=os.cpu_count())

    def close(self) -> None:
        self.shutdown()
