"""Kills runs at every step and lets them collide, and prints what the next line of cron does.

    python scripts/killed_runs.py        takes a minute or two

Each line is an installation of six readers with a mail server on loopback. Thursday's run comes to
harm, and then cron starts `digest run` alone, as a rule on Friday.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from support.killed_runs import CASES  # noqa: E402 (found by the path above)
from support.two_days import FRIDAY, THURSDAY, TwoDays  # noqa: E402


def main() -> int:
    """Print a line per case; return how many readers were sent a mail or a paper twice."""
    twice = 0
    print("| what happens | the next `run` exits with | Thursday | Friday | mails | twice |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="digest-origin-") as origin:
        for case in CASES:
            with (
                tempfile.TemporaryDirectory(prefix="digest-killed-") as folder,
                TwoDays(Path(folder), delivery=case.delivery, origin=Path(origin)) as days,
            ):
                ended = case.happens(days)
                shown = days.shown()
                doubled = sum(max(titles.values(), default=0) > 1 for titles in shown.values())
                mails = Counter(days.server.recipients).total()
                cells = ended.code, days.states(THURSDAY), days.states(FRIDAY), mails, doubled
                print(f"| {case.name} |", " | ".join(str(cell) or "-" for cell in cells), "|")
                twice += doubled
    return twice


if __name__ == "__main__":
    sys.exit(main())
