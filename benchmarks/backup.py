"""What `digest backup` costs beside `VACUUM INTO`, and what a run loses while it is taken.

    python benchmarks/backup.py [MEGABYTES]

A database is filled with papers up to a size. It is copied in turns by `VACUUM INTO`, with the copy
brought to the disk, and by the command, which checks and sums its copy. Then a made-up day is sent
to Postfix's `smtp-sink` by runs at full speed: alone, and while one backup follows the other from
the first mail to the last. Only ratios can be compared between computers.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import postfix
from arguments import argument

from digest.app.benchmark import Settings, measure
from digest.sources.fetch import no_progress
from digest.storage.backup import back_up
from digest.storage.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS, MAILS = 3, 10_000
CONFIG = """\
[site]
secret_key = "a key for the benchmark and nothing else"
pepper = "a pepper for the benchmark and nothing else"
"""
PAPER = """
INSERT INTO papers
(id, title, title_key, abstract, authors, categories, keywords, links, comment, venue, tldr,
 organization, origins)
VALUES (?, ?, ?, ?, '["Ada Example"]', '["cs.AI"]', '[]', '{}', '', '', '', '', '{}')
"""


def fill(folder: Path, megabytes: int) -> Path:
    """Make an installation whose database is so large."""
    folder.mkdir()
    config = folder / "config.toml"
    config.touch(mode=0o600)
    config.write_text(CONFIG, encoding="utf-8")
    open_database("sqlite:///digest.db", folder=folder).dispose()
    number = megabytes * 1_000_000 // 4_160  # bytes that a paper takes
    words = "an abstract of some sentences about agents that read maps and are rarely lost " * 26
    with closing(sqlite3.connect(folder / "digest.db")) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.executemany(
            PAPER,
            (
                (f"1001.{n:07}", f"Paper number {n} of an archive", f"paper{n}", words[n % 90 :])
                for n in range(number)
            ),
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def vacuum_into(home: Path, target: Path) -> None:
    """Copy as operators did before there was a command."""
    with closing(sqlite3.connect(home / "digest.db")) as db:
        db.execute(f"VACUUM INTO '{target}'")
    descriptor = os.open(target, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)


def by_command(home: Path, target: Path) -> None:
    """Copy with the command, as cron calls it."""
    command = [sys.executable, "-m", "digest", "-q", "-c", str(home / "config.toml"), "backup"]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([*command, str(target)], check=True, env=variables)


def by_call(home: Path, target: Path) -> None:
    """Copy with the command's own function, which needs no Python to start."""
    back_up(home / "digest.db", target, kept={}, now=datetime.now(UTC))


def seconds(copy: Callable[[Path, Path], None], home: Path, target: Path) -> tuple[float, float]:
    """Return how long a copy takes once the disk is quiet, and how long on a processor."""
    target.unlink(missing_ok=True)
    os.sync()
    started, before = time.perf_counter(), os.times()
    copy(home, target)
    used = sum(os.times()[:4]) - sum(before[:4])
    return time.perf_counter() - started, used


def copies(home: Path) -> None:
    """Print how long both take, and the ratio."""
    ways = {"VACUUM INTO": vacuum_into, "digest backup": by_command, "without its start": by_call}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    by_command(home, home / "backup")  # compiles, and fills the cache of files
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name].append(seconds(way, home, home / "copy"))
    for place, what in enumerate(("seconds", "of a processor")):
        middle = {name: median(times[place] for times in all_) for name, all_ in found.items()}
        for name, all_ in found.items():
            each = ", ".join(f"{times[place]:.2f}" for times in all_)
            print(f"{name:24} {middle[name]:8.2f} {what}  ({each})")
        for name in ("digest backup", "without its start"):
            print(f"  {name} beside VACUUM INTO: x{middle[name] / middle['VACUUM INTO']:.2f}")
    for name in ("copy", "backup"):
        (home / name).unlink()


@contextmanager
def backups(home: Path, taken: list[float]) -> Iterator[None]:
    """Take one backup after the other while the block lasts; append how long each took."""
    ended = threading.Event()

    def back_up() -> None:
        while not ended.is_set():
            started = time.perf_counter()
            by_command(home, home / "backup")
            if not ended.is_set():
                taken.append(time.perf_counter() - started)

    thread = threading.Thread(target=back_up)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def rate(home: Path, port: int, taken: list[float] | None) -> float:
    """Return the mails/s of a run, with backups beside it if there is a list for them."""

    @contextmanager
    def beside(label: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
        with no_progress(label) as steps:
            if taken is None:
                yield steps
            else:
                with backups(home, taken):
                    yield steps

    settings = Settings(host="127.0.0.1", port=port, subscribers=MAILS, size=60_000, dkim="rsa")
    result = measure(settings, home, should_continue=lambda: True, progress=beside)
    return result.mails_per_second


def runs(folder: Path, base: Path) -> None:
    """Print the rates of runs alone and beside backups, and what is lost."""
    found: dict[str, list[float]] = {"a run alone": [], "beside backups": []}
    taken: list[float] = []
    with postfix.sink() as port:
        for number in range(2 * ROUNDS):
            name = ("a run alone", "beside backups")[number % 2]
            home = folder / f"run-{number}"
            shutil.copytree(base, home)
            os.sync()
            found[name].append(rate(home, port, taken if number % 2 else None))
            shutil.rmtree(home)
    for name, rates in found.items():
        each = ", ".join(f"{rate:,.0f}" for rate in rates)
        print(f"{name:24} {median(rates):8,.0f} mails/s  ({each})")
    lost = 1 - median(found["beside backups"]) / median(found["a run alone"])
    print(f"{len(taken)} backups beside runs of {MAILS:,} mails: {lost:.1%} of the rate is lost")
    if taken:
        print(f"a backup beside a run        {median(taken):8.2f} s")


def main(megabytes: int) -> None:
    """Measure both."""
    with TemporaryDirectory(prefix="backup-") as name:
        folder = Path(name)
        base = fill(folder / "base", megabytes)
        print(f"a database of {(base / 'digest.db').stat().st_size / 1e6:,.0f} MB")
        copies(base)
        if postfix.is_installed():
            runs(folder, base)


if __name__ == "__main__":
    main(argument(__doc__, 1000))
