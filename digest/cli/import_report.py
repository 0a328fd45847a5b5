"""What an import did with the lines of a list: each of a short list, and sums of a long one."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING

from digest.cli.reasons import READERS, Tallied, Tally, most_frequent
from subscribers.import_rules import ImportAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.cli.output import Report
    from subscribers.import_rules import ImportRow

#: What differs from line to line in a reason: a quoted cell, or an address.
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\S+@[^\s,]+")


def group_lines(rows: Iterable[ImportRow]) -> list[Tallied]:
    """Count lines by fate and reason, in the order of fates, the largest first."""
    tally = Tally()
    alike = cache(partial(_VARYING.sub, "…"))
    for row in rows:
        example = f"line {row.number} {row.address}".rstrip()
        tally.add(row.action, row.reason, example, alike(row.reason))
    return tally.groups(list(ImportAction))


def report_lines(
    title: str, rows: Sequence[ImportRow], report: Report, *, everything: bool
) -> None:
    """Report what became of each line; more lines than a screen has are counted."""
    if everything or len(rows) <= READERS:
        report.table(
            title,
            ("line#", "address", "fate", "why~"),
            ((row.number, row.address, row.action, row.reason) for row in rows),
        )
        return
    groups, rest = most_frequent(group_lines(rows), noun="line")
    report.table(title, ("fate", "lines#", "why~", "such as~"), groups)
    for line in filter(None, (rest, "--all lists every line, --json has everything")):
        report.line(line)
