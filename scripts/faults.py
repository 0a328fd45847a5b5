"""Kills a run for 200 readers at every system call that writes, and prints who got what.

    python scripts/faults.py [EVERY] [SENDERS]      at every EVERYth call; 1 takes some minutes

It does so with a mail server, and with a folder of files. Then it runs the tests of every fault at
every stage of SMTP.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from support.kill_sweep import (  # noqa: E402 (found by the path above)
    CALLS,
    FILE_CALLS,
    READERS,
    Sweep,
    SweepResult,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def kill(every: int, senders: int, transport: str, calls: Sequence[str]) -> SweepResult:
    """Sweep over a whole run and print the result."""
    with (
        tempfile.TemporaryDirectory(prefix="digest-sweep-") as folder,
        Sweep(Path(folder), senders=senders, transport=transport, calls=calls) as sweep,
        Progress() as progress,
    ):
        every_point = sweep.points()
        points = every_point[::every]
        task = progress.add_task("kills", total=len(points))
        result = sweep.sweep(
            points, at_once=os.cpu_count() or 1, advance=lambda: progress.advance(task)
        )
    print(
        f"a run of {READERS} mails by {senders} over {transport} makes {len(every_point)} calls of"
        f" {', '.join(calls)}"
    )
    for name in ("kills", "spared", "lost", "doubled", "unknown", "most_unknown"):
        print(f"{name:>13} {getattr(result, name)}")
    print(*result.faults, sep="\n")
    return result


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("every", type=int, nargs="?", default=1)
    parser.add_argument("senders", type=int, nargs="?", default=1)
    chosen = parser.parse_args()
    results = [
        kill(chosen.every, chosen.senders, "smtp", CALLS),
        kill(chosen.every, chosen.senders, "directory", FILE_CALLS),
    ]
    bad = any(result.lost or result.doubled or result.faults for result in results)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(TESTS / "network/delivery/smtp")], check=False
    )
    sys.exit(done.returncode or bad)
