"""Kills a run at its nth system call, for many n, and counts who got no mail, one or two.

A run of the command line for 200 readers is started under strace, which sends SIGKILL as the nth
call that writes to the disk or the network begins. Then the run is started again, until it is done.
The test server keeps every mail it accepts, and so shows who got which. So does the folder of the
transport `directory`; there, somebody can take the mails away before the run is started again.
`scripts/faults.py` does it for every call.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

READERS, CONNECTIONS = 200, 3
DAY = "2026-02-02"
#: The calls by which a run sends mail, writes the ledger, and syncs the disk.
CALLS = ("sendto", "sendmsg", "write", "pwrite64", "fdatasync")
#: The calls by which it writes mails to a folder, too.
FILE_CALLS = ("write", "pwrite64", "fdatasync", "fsync", "rename", "openat", "flock", "mkdir")

#: The nth call of a name.
Point = tuple[str, int]
RUN = ("run", "--day", DAY)
EXTENSIONS = ("PIPELINING", "SIZE 9000000")

CONFIG = """\
[site]
secret_key = "a key for the sweep and nothing else"
pepper = "a pepper for the sweep and nothing else"
[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"
[ranking]
max_papers = 3
[mail]
transport = "{transport}"
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
class SweepResult:
    """What happened to the readers of one or many killed runs."""

    kills: int = 0
    #: runs that were done before the call was reached
    spared: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    #: the most that were unknown after one kill
    most_unknown: int = 0
    #: everything else that is wrong
    faults: list[str] = field(default_factory=list)

    def add(self, other: SweepResult) -> None:
        """Add the numbers of another result."""
        self.kills += other.kills
        self.spared += other.spared
        self.lost += other.lost
        self.doubled += other.doubled
        self.unknown += other.unknown
        self.most_unknown = max(self.most_unknown, other.most_unknown)
        self.faults += other.faults


class Sweep:
    """An installation that is copied for every kill; a `with` ends the process it works with."""

    def __init__(
        self,
        folder: Path,
        *,
        senders: int = 1,
        transport: str = "smtp",
        calls: Sequence[str] = CALLS,
        takes_mails: bool = False,
    ) -> None:
        """Make the installation: papers in a file, confirmed readers, nothing planned.

        With `takes_mails`, somebody takes the mails out of their folder after each kill.
        """
        self._senders, self._transport, self._calls = senders, transport, calls
        self._takes_mails = takes_mails
        self._folder = folder
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
        self._warm = WarmProcess()

    def __enter__(self) -> Self:
        """Import the readers."""
        self._warm.__enter__()
        if self._warm.run(self._origin, "subscribers", "import", "readers.csv", "--confirmed"):
            self._warm.__exit__()
            raise RuntimeError((self._origin / "log.txt").read_text())
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._warm.__exit__()

    def _configure(self, home: Path, *, port: int) -> None:
        text = CONFIG.format(
            port=port,
            senders=self._senders,
            connections=CONNECTIONS,
            transport=self._transport,
        )
        (home / "config.toml").write_text(text)

    def points(self) -> list[Point]:
        """Return every call of a run that is not killed, of the process that makes the most."""
        home, log = self._folder / "counted", self._folder / "calls.txt"
        trace = ("-o", str(log), "-ff", "-e", f"trace={','.join(self._calls)}")
        with SMTPServer(extensions=EXTENSIONS) as server:
            self._copy(home, server.port)
            self._warm.run(home, *RUN, trace=trace)
        most: Counter[str] = Counter()
        for path in self._folder.glob("calls.txt.*"):
            lines = path.read_text(errors="replace").splitlines()
            most |= Counter(line.partition("(")[0] for line in lines)
        return [(call, n) for call in self._calls for n in range(1, most[call] + 1)]

    def kill_at(self, point: Point, warm: WarmProcess) -> SweepResult:
        """Kill a run at a call, run again until it is done, and count what everybody got."""
        call, nth = point
        home = self._folder / f"at-{call}-{nth}"
        inject = f"inject={call}:signal=SIGKILL:when={nth}"
        with SMTPServer(extensions=EXTENSIONS) as server:
            self._copy(home, server.port)
            ended = warm.run(
                home, *RUN, trace=("-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
            )
            taken = self._take_mails(home)
            # A run waits while the processes of a killed run finish their mails.
            done = any(warm.run(home, *RUN) == 0 for _ in range(50))
            accepted = Counter(server.recipients) + taken + _in_folder(home)
        partial = [path.name for path in home.rglob("*.part")]
        result = _result(accepted, home / "digest.db")
        if partial:
            result.faults.append(f"{partial} were left")
        if not done:
            result.faults.append("no run was complete: " + (home / "log.txt").read_text()[-300:])
        shutil.rmtree(home)
        result.kills, result.spared = int(ended != 0), int(ended == 0)
        result.faults = [f"at {call} {nth}: {fault}" for fault in result.faults]
        return result

    def sweep(
        self,
        points: Sequence[Point],
        *,
        at_once: int = 1,
        advance: Callable[[], object] = lambda: None,
    ) -> SweepResult:
        """Kill a run at each of these points, some of them at once, and add up the results."""
        waiting, total, lock = list(reversed(points)), SweepResult(), threading.Lock()

        def work(warm: WarmProcess) -> None:
            while True:
                with lock:
                    if not waiting:
                        return
                    point = waiting.pop()
                result = self.kill_at(point, warm)
                with lock:
                    total.add(result)
                    advance()

        with ExitStack() as stack:
            others = [stack.enter_context(WarmProcess()) for _ in range(at_once - 1)]
            pool = stack.enter_context(ThreadPoolExecutor(at_once))
            for done in [pool.submit(work, warm) for warm in (self._warm, *others)]:
                done.result()
        return total

    def _take_mails(self, home: Path) -> Counter[str]:
        """Take the mails out of their folder, if somebody does that; return whose they were."""
        if not self._takes_mails:
            return Counter()
        taken = _in_folder(home)
        for path in home.glob("outbox/*/*.eml"):
            path.unlink()
        return taken

    def _copy(self, home: Path, port: int) -> None:
        shutil.copytree(self._origin, home)
        self._configure(home, port=port)


class WarmProcess:
    """Commands in a process that has imported everything; see `warm_process.py`."""

    def __enter__(self) -> Self:
        """Start it."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DIGEST_")}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm_process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate()

    def run(self, folder: Path, *arguments: str, trace: tuple[str, ...] = ()) -> int:
        """Run a command in a folder, maybe under strace; return its exit code, or -signal."""
        order, answer = self._process.stdin, self._process.stdout
        assert order is not None
        assert answer is not None
        gate = folder / "gate" if trace else None
        if gate:
            os.mkfifo(gate)
        request = {"folder": str(folder), "arguments": arguments, "gate": gate and str(gate)}
        order.write(json.dumps(request) + "\n")
        order.flush()
        child = int(answer.readline())
        if gate is None:
            return int(answer.readline())
        command = ["strace", "-f", *trace, "-p", str(child)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            messages = tracer.stderr.readline()
            gate.write_bytes(b"")  # the command goes on when the fifo is opened
            code = int(answer.readline())
            messages += tracer.stderr.read()
        if "attached" not in messages:
            raise RuntimeError(messages)
        return code


def _in_folder(home: Path) -> Counter[str]:
    """Return the readers whose mails are in the folder."""
    return Counter(path.stem for path in home.glob("outbox/*/*.eml"))


def _result(accepted: Counter[str], database: Path) -> SweepResult:
    with closing(sqlite3.connect(database)) as db:
        query = "SELECT address, state FROM deliveries JOIN subscribers s ON s.id = subscriber_id"
        states: dict[str, str] = dict(db.execute(query).fetchall())
        ((planned, closed_at),) = db.execute("SELECT planned, closed_at FROM days").fetchall()
    result = SweepResult()
    for address, state in states.items():
        times = accepted[address]
        result.doubled += times > 1
        if state == "unknown":
            result.unknown += 1
        elif state != "sent":
            result.faults.append(f"{address} is {state}")
        elif times == 0:
            result.lost += 1
    result.lost += READERS - len(states)
    result.most_unknown = result.unknown
    if planned != READERS or closed_at is None:
        result.faults.append("the day does not add up, or is not closed")
    return result
