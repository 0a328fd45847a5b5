"""What an import did with the lines of a list: each of a short list, and sums of a long one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.cli.reasons import READERS, most_frequent
from subscribers.import_rules import ImportAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.cli.output import Report
    from subscribers.import_rules import ImportRow

#: What differs from line to line in a reason: a quoted cell, or an address.
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\S+@[^\s,]+")
#: The most lines that are named as examples of a reason.
_EXAMPLES = 3


@dataclass(kw_only=True)
class LineGroup:
    """The lines with the same fate, for reasons that differ in cells and addresses at most."""

    state: str
    reason: str
    number: int = 0
    examples: tuple[str, ...] = ()


def group_lines(rows: Iterable[ImportRow]) -> list[LineGroup]:
    """Count lines by fate and reason, in the order of fates, the largest first."""
    found: dict[tuple[ImportAction, str], LineGroup] = {}
    alike: dict[str, str] = {}
    for row in rows:
        if row.reason not in alike:
            alike[row.reason] = _VARYING.sub("…", row.reason)
        key = (row.action, alike[row.reason])
        group = found.get(key)
        if group is None:
            group = found[key] = LineGroup(state=str(row.action), reason=row.reason)
        elif group.reason != row.reason:
            group.reason = alike[row.reason]
        group.number += 1
        if group.number <= _EXAMPLES:
            group.examples += (f"line {row.number} {row.address}".rstrip(),)
    order = [str(action) for action in ImportAction]
    return sorted(found.values(), key=lambda group: (order.index(group.state), -group.number))


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
