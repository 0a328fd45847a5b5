"""What `digest status` of a day with many deliveries costs, beside an earlier revision.

    python benchmarks/status_speed.py [--against REVISION] [--deliveries NUMBER]

A database is made up once: a reader for each delivery, one mail in fifty that has not left, each
hundredth back. Both revisions run in turns as their users run them, in processes of their own, on
copies of it: for a day that is closed, for one whose run is half done, and for a day without
deliveries. What Python needs to start is in the last alone, so what the deliveries cost is the
difference. Only ratios can be compared between computers; seconds are of processor time.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import closing
from io import BytesIO
from multiprocessing import Process
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import resource
    from collections.abc import Iterator

HERE = Path(__file__).parent.parent
#: The last revision that read every row of a day.
BEFORE = "f9b926f6"
DAY, ROUNDS = "2026-02-02", 5
CONFIG = """\
[site]
secret_key = "a key for the benchmark and nothing else"
[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"
[mail]
directory = "outbox"
[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]
"""
CONTENTS = (
    '{"agents": [[0, 1, [2, 3]], [4, 1, []], [5, 1, []], [6, 1, []], [7, 1, []], [8, 1, []]]}'
)
#: Of a thousand mails, how many stand so and why; the others are sent.
ENDINGS = (
    (10, "failed", "550 5.1.1 no such user (queue {0:08X})"),
    (5, "skipped", "nothing new in the reader's topics"),
    (3, "deferred", "421 4.7.0 host{1}.example.org: try again later"),
    (2, "unknown", "the run ended while this mail was being sent; it may or may not have arrived"),
)
NOON = f"{DAY} 12:00:00.000000"


def checked_out(revision: str, folder: Path) -> Path:
    """Write the files of a revision into a folder; return it."""
    command = ["git", "-C", str(HERE), "archive", revision]
    found = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(found)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def status(code: Path, home: Path) -> tuple[float, float]:
    """Run the command; return its seconds of processor time and its peak memory in MB."""
    command = [sys.executable, "-m", "digest", "status", "--day", DAY]
    variables = {**os.environ, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen(command, cwd=home, env=variables, stdout=subprocess.DEVNULL)
    _, code_of_exit, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code_of_exit)
    if process.returncode:
        raise SystemExit(f"digest status of {code} failed")
    return used.ru_utime + used.ru_stime, _megabytes(used)


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1024)


def mails(ids: list[int], *, closed: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the day; of one that is not closed the last two fifths wait."""
    sent = f"{DAY} 12:30:00.000000"
    for number, reader in enumerate(ids):
        if not closed and number >= len(ids) * 3 // 5:
            yield (DAY, reader, "planned", None, None, None, NOON, None, 0, None, None, None, None)
            continue
        state, reason = ending(number)
        if closed and state == "deferred":
            state = "expired"
        subject = "Trending papers: An Agent that Reads Maps, and 7 more"
        message_id = f"<20260202.{reader}.{number}@digest.papers.example>"
        yield (
            DAY, reader, state, reason, subject, message_id, NOON, sent, 1, 1, CONTENTS, 7, 250,
        )  # fmt: skip


def ending(number: int) -> tuple[str, str | None]:
    """Return the state of the nth mail, and why."""
    place = number % 1000
    for many, state, reason in ENDINGS:
        if place < many:
            return state, reason.format(number, number % 2000)
        place -= many
    return "sent", None


def fill(file: Path, number: int, *, closed: bool) -> None:
    """Fill an empty database with a day of so many deliveries."""
    ids = sorted(random.Random(1).sample(range(1 << 53), number))  # noqa: S311 (made up)
    address = [f"reader{n}@host{n % 2000}.example.org" for n in range(number)]
    with closing(sqlite3.connect(file)) as db:
        db.executemany(
            "INSERT INTO subscribers (id, address, address_key, mailbox, status, since,"
            " preferences) VALUES (?, ?, ?, ?, 'confirmed', '2026-01-01 00:00:00.000000', '{}')",
            ((reader, it, it, it) for reader, it in zip(ids, address, strict=True)),
        )
        db.executemany(
            "INSERT INTO deliveries (day, subscriber_id, state, reason, subject, message_id,"
            " planned_at, settled_at, attempts, edition_id, contents, fencing_token, code)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            mails(ids, closed=closed),
        )
        db.executemany(
            "INSERT INTO bounces VALUES (?, ?, 'hard', ?, '5.1.1', ?)",
            ((it, DAY, NOON, f"550 5.1.1 no such user {it}") for it in ids[::100]),
        )
        ended = NOON if closed else None
        db.execute(
            "INSERT INTO days (day, planned, closed_at) VALUES (?, ?, ?)", (DAY, number, ended)
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def installed(folder: Path, code: Path) -> Path:
    """Set up an installation without readers."""
    folder.mkdir()
    file = folder / "config.toml"
    file.touch(mode=0o600)
    file.write_text(CONFIG, encoding="utf-8")
    status(code, folder)
    return folder


def measured(codes: dict[str, Path], homes: dict[str, Path]) -> dict[str, tuple[float, float]]:
    """Return the median time and peak memory of each revision, run in turns."""
    for name, code in codes.items():
        status(code, homes[name])  # compiles, upgrades, and fills the cache of files
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
    for _ in range(ROUNDS):
        for name, code in codes.items():
            found[name].append(status(code, homes[name]))
    return {
        name: (median(time for time, _ in runs), median(memory for _, memory in runs))
        for name, runs in found.items()
    }


def main(against: str, number: int) -> None:
    """Print what both revisions cost, and the ratios."""
    with TemporaryDirectory(prefix="status-speed-") as name:
        folder = Path(name)
        codes = {"before": checked_out(against, folder / "before"), "now": HERE}
        none: dict[str, tuple[float, float]] = {}
        print(f"{'day':8} {'revision':8} {'seconds':>8} {'MB':>7}   for {number:,} deliveries")
        for day in ("empty", "closed", "open"):
            homes = {"before": installed(folder / f"before-{day}", codes["before"])}
            if day != "empty":
                file = homes["before"] / "digest.db"
                # In a process of its own: a child's peak memory begins with that of its parent.
                filling = Process(
                    target=fill, args=(file, number), kwargs={"closed": day == "closed"}
                )
                filling.start()
                filling.join()
            homes["now"] = folder / f"now-{day}"
            shutil.copytree(homes["before"], homes["now"])
            found = measured(codes, homes)
            for revision, (seconds, megabytes) in found.items():
                print(f"{day:8} {revision:8} {seconds:8.2f} {megabytes:7.1f}")
            none = none or found
            if day != "empty":
                print_ratios(found, none)
            for home in homes.values():
                shutil.rmtree(home)


def print_ratios(
    found: dict[str, tuple[float, float]], none: dict[str, tuple[float, float]]
) -> None:
    """Print the ratios of what the deliveries cost, and of the whole command."""
    for place, what in enumerate(("time", "memory")):
        before, now = (found[it][place] - none[it][place] for it in ("before", "now"))
        whole = found["now"][place] / found["before"][place]
        print(
            f"    {what} of the deliveries x{now / before:.3f}, of the whole command x{whole:.2f}"
        )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--against", default=BEFORE, metavar="REVISION")
    parser.add_argument("--deliveries", type=int, default=1_000_000, metavar="NUMBER")
    given = parser.parse_args()
    main(given.against, given.deliveries)
