"""How ranking scales, side by side with an earlier build in the same run.

    python benchmarks/ranking_scale.py [COMMIT]

COMMIT is the build to compare with, taken from this repository's history. Each measurement has a
process of its own, the two builds take turns, and the best of the turns counts. Ratios hold on any
machine, times on this one only. Everything is made up: see `made_up.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from arguments import argument

ROOT = Path(__file__).resolve().parents[1]
#: The build before rankings were shared by all readers.
EARLIER = "352ad35"
TURNS = 2


class Row(NamedTuple):
    """A step, the numbers of papers that it is measured with, and what one unit is."""

    step: str
    papers: tuple[int, ...]
    unit: str


ROWS = (
    Row("select", (300, 1_000), "a reader of three topics"),
    Row("alike", (300, 1_000), "near-duplicates of a day"),
    Row("rank", (300, 1_000), "a day for twenty topics"),
)


def unpack(commit: str, folder: Path) -> None:
    """Write the packages of an earlier build into a folder."""
    command = ["git", "-C", str(ROOT), "archive", commit, "digest", "subscribers"]
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        sys.exit(f"there is no build {commit}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")


def seconds(build: Path, step: str, papers: int) -> float:
    """Return what a unit of a step takes with a build."""
    command = [sys.executable, str(ROOT / "benchmarks" / "ranking_steps.py"), step, str(papers)]
    environment = {**os.environ, "PYTHONPATH": str(build), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{step} of {papers} papers failed with {build}:\n{done.stderr}")
    return float(done.stdout)


def main(commit: str) -> None:
    """Print a line for each step and number of papers."""
    print(f"{'unit':26} {'papers':>7} {commit[:10]:>13} {'this build':>13} {'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        unpack(commit, Path(folder))
        for step, sizes, unit in ROWS:
            for papers in sizes:
                turns = [
                    (seconds(Path(folder), step, papers), seconds(ROOT, step, papers))
                    for _ in range(TURNS)
                ]
                old, new = (min(times) for times in zip(*turns, strict=True))
                cost = f"{old * 1e6:10,.0f} µs {new * 1e6:10,.0f} µs {old / new:7.1f}x"
                print(f"{unit:26} {papers:7,} {cost}", flush=True)


if __name__ == "__main__":
    main(argument(__doc__, EARLIER))
