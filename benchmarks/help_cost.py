"""What `digest --help` costs beside a bare typer app: the ratio of their times, run in turn.

    python benchmarks/help_cost.py [PAIRS]

The target is 1.5 at most. Times are seconds of CPU (user and system) of the whole process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from arguments import argument

BARE = """
import typer
app = typer.Typer(help="A bare app.", pretty_exceptions_enable=False, rich_markup_mode="rich")
@app.callback()
def options(): pass
for name in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"):
    def command(number: int = 1): "Do a thing."
    app.command(name)(command)
app()
"""
OURS = "from digest.cli import main; main()"


def cost(program: str) -> float:
    """Return the CPU seconds of a program that prints its help."""
    before = os.times()
    subprocess.run([sys.executable, "-c", program, "--help"], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def measure(pairs: int) -> None:
    """Print the medians and the median ratio of pairs run one after the other."""
    for program in (BARE, OURS):  # so that both are compiled and in the file cache
        cost(program)
    found = [(cost(BARE), cost(OURS)) for _ in range(pairs)]
    bare, ours = (statistics.median(column) for column in zip(*found, strict=True))
    ratios = sorted(ours / bare for bare, ours in found)
    print(f"bare typer app  {bare:.3f} s")
    print(f"digest --help   {ours:.3f} s")
    print(f"ratio           {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    measure(argument(__doc__, 15))
