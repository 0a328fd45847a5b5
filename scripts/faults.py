"""Kills a run of 200 readers at every system call that writes, and prints what became of them.

    python scripts/faults.py [EVERY] [SENDERS]      at every EVERYth call; 1 takes some minutes

Then the stages of SMTP times all that can go wrong there, as the tests do it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from rich.progress import Progress

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from support.kill_sweep import CALLS, READERS, Sweep, Toll  # noqa: E402 (found by the path above)


def kill(every: int, senders: int) -> Toll:
    """Sweep over a whole run and print the toll."""
    with tempfile.TemporaryDirectory(prefix="digest-sweep-") as scratch, Progress() as progress:
        folder = Path(scratch)
        origin = Sweep(folder, senders=senders)
        calls = origin.points()
        points = calls[::every]
        task = progress.add_task("kills", total=len(points))
        toll = origin.sweep(points, lambda: progress.advance(task))
    print(f"a run of {READERS} mails by {senders} makes {len(calls)} calls of {', '.join(CALLS)}")
    for name in ("kills", "spared", "lost", "doubled", "unknown", "most_unknown"):
        print(f"{name:>13} {getattr(toll, name)}")
    print(*toll.faults, sep="\n")
    return toll


if __name__ == "__main__":
    every, senders, *_ = [int(text) for text in sys.argv[1:]] + [1, 1][len(sys.argv) - 1 :]
    toll = kill(every, senders)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(TESTS / "wire")], check=False)
    sys.exit(done.returncode or bool(toll.lost or toll.doubled or toll.faults))
