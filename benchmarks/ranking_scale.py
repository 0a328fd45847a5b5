"""How ranking scales, side by side with an earlier build in the same run.

    python benchmarks/ranking_scale.py [COMMIT]

COMMIT is the build to compare with, taken from this repository's history. Each measurement has a
process of its own, the two builds take turns, and the best of the turns counts. Ratios hold on any
machine, times on this one only. Everything is made up (see `made_up.py`), but the day of readers
with words of their own, which is left out where its papers are not at hand (see `own_words.py`).
The size of a row is its number of papers, or of readers with own words. The earlier build has
fewer readers, so that it ends.
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

import own_words
from arguments import argument

ROOT = Path(__file__).resolve().parents[1]
#: The build before rankings were shared by all readers.
EARLIER = "352ad35"
#: The starter topics are in it.
EXAMPLE = "config.example.toml"
TURNS = 2
#: Readers of topics, of this build and of the earlier one.
READERS, FEWER = 30_000, 3_000


class Row(NamedTuple):
    """A step, the sizes that it is measured with, and what one unit is."""

    step: str
    sizes: tuple[int, ...]
    unit: str


#: The step that `own_words.py` measures; its sizes are numbers of readers.
OWN = "own"


ROWS = (
    Row(OWN, (1_000, 10_000), "a reader with 3 own words"),
    Row("select", (300, 1_000), "a reader of three topics"),
    Row("alike", (300, 1_000), "near-duplicates of a day"),
    Row("rank", (300, 1_000), "a day for twenty topics"),
    Row("standings", (1_000, 4_000, 16_000), "trends of a day's papers"),
)


def unpack(commit: str, folder: Path) -> None:
    """Write the packages of an earlier build into a folder."""
    command = ["git", "-C", str(ROOT), "archive", commit, "digest", "subscribers", EXAMPLE]
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        sys.exit(f"there is no build {commit}: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")


def seconds(build: Path, step: str, size: int) -> float:
    """Return what a unit of a step takes with a build."""
    if step == OWN:
        readers = size if build == ROOT else own_words.FEW
        return 1 / own_words.in_process(build, readers)[0]
    script = str(ROOT / "benchmarks" / "ranking_steps.py")
    readers = READERS if build == ROOT else FEWER
    command = [sys.executable, script, step, str(size), str(readers)]
    environment = {**os.environ, "PYTHONPATH": str(build), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{step} of {size} papers failed with {build}:\n{done.stderr}")
    return float(done.stdout)


def main(commit: str) -> None:
    """Print a line for each step and size."""
    print(f"{'unit':26} {'size':>7} {commit[:10]:>13} {'this build':>13} {'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        unpack(commit, Path(folder))
        for step, sizes, unit in ROWS:
            if step == OWN and not own_words.ARCHIVE.is_file():
                print(f"{unit:26} not measured: {own_words.ARCHIVE} is not there")
                continue
            for size in sizes:
                turns = [
                    (seconds(Path(folder), step, size), seconds(ROOT, step, size))
                    for _ in range(TURNS)
                ]
                old, new = (min(times) for times in zip(*turns, strict=True))
                cost = f"{old * 1e6:10,.0f} µs {new * 1e6:10,.0f} µs {old / new:7.1f}x"
                print(f"{unit:26} {size:7,} {cost}", flush=True)


if __name__ == "__main__":
    main(argument(__doc__, EARLIER))
