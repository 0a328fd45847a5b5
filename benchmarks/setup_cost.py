"""What `digest setup --yes` costs beside the three commands that it stands for, run in turn.

    python benchmarks/setup_cost.py [PAIRS]

Both lead from an empty folder to a digest in the outbox: `init`, `subscribers add` and `run`, or
one `setup`. The targets are a ratio of 1 at most, and 10 seconds on the clock. CPU times are those
of the whole processes, user and system.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from arguments import argument

DIGEST = [sys.executable, "-m", "digest", "-q"]
ADA = "ada@example.net"
SEPARATE = (("init",), ("subscribers", "add", ADA, "--topic", "agents", "--confirmed"), ("run",))
TOGETHER = (
    ("setup", "--yes", "--address", ADA, "--topic", "agents", "--source", "jsonl papers.jsonl"),
)
SOURCE = [{"name": "Papers", "kind": "jsonl", "path": "papers.jsonl"}]


def cost(commands: tuple[tuple[str, ...], ...]) -> tuple[float, float]:
    """Return the CPU seconds and the seconds on the clock from an empty folder to a mail."""
    with tempfile.TemporaryDirectory() as folder:
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        papers = (
            {"id": f"2602.{n:05}", "title": f"Agent {n}", "abstract": "An agent.", "day": today}
            for n in range(1, 41)
        )
        Path(folder, "papers.jsonl").write_text("\n".join(map(json.dumps, papers)))
        # `init` writes the example's source, which is a service.
        variables = {**os.environ, "DIGEST_SOURCES": json.dumps(SOURCE)}
        before, began = os.times(), time.monotonic()
        for command in commands:
            subprocess.run([*DIGEST, *command], check=True, cwd=folder, env=variables)
        after = os.times()
        if not list(Path(folder, "outbox").rglob("*.eml")):
            sys.exit("there is no mail")
        return sum(after[2:4]) - sum(before[2:4]), time.monotonic() - began


def measure(pairs: int) -> None:
    """Print the medians and the median ratio of pairs run one after the other."""
    for commands in (SEPARATE, TOGETHER):  # so that all is compiled and in the file cache
        cost(commands)
    found = [(cost(SEPARATE), cost(TOGETHER)) for _ in range(pairs)]
    ratios = sorted(together[0] / separate[0] for separate, together in found)
    for name, column in (("three commands", 0), ("digest setup", 1)):
        cpu = statistics.median(pair[column][0] for pair in found)
        clock = statistics.median(pair[column][1] for pair in found)
        print(f"{name:15} {cpu:.2f} s of CPU, {clock:.2f} s on the clock")
    print(f"{'ratio of CPU':15} {statistics.median(ratios):.2f}")
    print(f"{'':15} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    measure(argument(__doc__, 5))
