"""A year of 24 time zones by the hour: who got an issue on each day that was due, and how late.

    python benchmarks/year.py [READERS]

Readers of all zones, hours, days and frequencies come on 1 January 2026, and a run looks each hour
who is due: the book, the ledger and the search are the product's; papers and mails are left out.
The days that are due are worked out beside, from each reader's choices and the rules of their zone.
The table has a line per zone: of all its readers together the days due, the issues, those that are
missing, that came twice, or that came on another day, and how late the latest was.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from arguments import argument

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.year import ZONES, Year, hours
from support.year_readers import (
    END,
    START,
    enrol,
    expected_turns,
    mixed_wishes,
    open_book,
    open_year,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from subscribers.models import Preferences


@dataclass(kw_only=True)
class Line:
    """What the readers of a zone got."""

    readers: int = 0
    due: int = 0
    issues: int = 0
    missing: int = 0
    doubled: int = 0
    others: int = 0
    #: minutes after the hour of the reader
    latest: float = 0.0

    def add(self, other: Line) -> None:
        """Add what others got."""
        for name in ("readers", "due", "issues", "missing", "doubled", "others"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.latest = max(self.latest, other.latest)


def of_reader(year: Year, reader: int, wish: Preferences, runs: Sequence[datetime]) -> Line:
    """Compare what one reader got with what was due."""
    due = {one.label: one.begins for one in expected_turns(year, wish, runs, START, END)}
    issues = year.issues[reader]
    got = Counter(issue.day for issue in issues)
    # Their first day may have begun before they came.
    late = [issue.at - max(START, due[issue.day]) for issue in issues if issue.day in due]
    return Line(
        readers=1,
        due=len(due),
        issues=len(issues),
        missing=len(due.keys() - got.keys()),
        doubled=sum(number - 1 for number in got.values()),
        others=len(got.keys() - due.keys()),
        latest=max((one.total_seconds() / 60 for one in late), default=0.0),
    )


def main(number: int) -> bool:
    """Print the table; return whether every reader got what was due, and nothing else."""
    with TemporaryDirectory(prefix="year-") as name:
        year, wishes, runs = open_year(Path(name)), mixed_wishes(number), list(hours(START, END))
        readers = enrol(year, open_book(year), wishes)
        started, of_processor = perf_counter(), process_time()
        for now in runs:
            year.run(now)
        seconds, of_processor = perf_counter() - started, process_time() - of_processor
        lines = {zone: Line() for zone in ZONES}
        for reader, wish in zip(readers, wishes, strict=True):
            lines[wish.timezone].add(of_reader(year, reader, wish, runs))
        year.engine.dispose()
    total = Line()
    print(
        f"{'zone':20} {'readers':>7} {'due':>9} {'issues':>9} {'missing':>7} {'doubled':>7}"
        f" {'others':>6} {'latest':>8}"
    )
    for zone, line in lines.items():
        print_line(zone, line)
        total.add(line)
    print_line("all", total)
    print(f"{len(runs):,} runs in {seconds:.1f} s, {of_processor:.1f} s of processor time")
    return not (total.missing or total.doubled or total.others)


def print_line(zone: str, line: Line) -> None:
    """Print what the readers of a zone got."""
    print(
        f"{zone:20} {line.readers:>7,} {line.due:>9,} {line.issues:>9,} {line.missing:>7,}"
        f" {line.doubled:>7,} {line.others:>6,} {line.latest:>4.0f} min"
    )


if __name__ == "__main__":
    sys.exit(0 if main(argument(__doc__, 2_000)) else 1)
