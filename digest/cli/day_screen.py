"""A day of many readers on one screen: its sources, the most frequent reasons, its sum.

On a terminal everything is folded to its width. Sources and reasons have the lines that are left,
and what has no room is counted. No address, name or time is cut. Elsewhere no line is folded.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from digest.app.serializers import moment
from digest.cli import output
from digest.cli.reasons import COLUMNS, REASONS, most_frequent
from digest.cli.tables import compact_rows, fold
from digest.text import bounds
from digest.text.bounds import bounded
from digest.text.wording import count, join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.cli.day_account import DayAccount
    from digest.storage.fetches import FetchRecord

#: A source needs no reading where it is fine, so its numbers may be left out first.
_SOURCE_COLUMNS = (
    "source~", "state", "fetched at?", "parsed#?", "new#?", "rejected#?", "declared#?", "merged#?",
    "reason~",
)  # fmt: skip
_HINT = "--all lists every reader, --state deferred those in one state, --json has everything"
#: The same where that has no room.
_SHORT_HINT = "--all lists every reader, --json has everything"


def print_screen(account: DayAccount) -> None:
    """Print a day on one screen; where standard output is no terminal, in whole lines."""
    width = height = None
    if sys.stdout.isatty():
        from rich.console import Console

        width, height = Console().size
    for line in screen_lines(account, width=width, height=height):
        output.print_result(line)


def screen_lines(account: DayAccount, *, width: int | None, height: int | None) -> list[str]:
    """Return the lines of a day, on a screen of that size if there is one.

    The last line of the screen is left to the shell.
    """

    def folded(lines: Iterable[str]) -> list[str]:
        return [part for line in lines for part in (fold(line, width) if width else [line])]

    head = folded(f"{account.day}: {line}" for line in account.trouble())
    notes = folded(_notes(account))
    hint = _HINT if width is None or len(_HINT) <= width else _SHORT_HINT
    foot = folded([hint, *account.endings()])
    left = None if height is None else height - 1 - len(head) - len(notes) - len(foot)
    sources = _source_lines(account.sources, width=width, most=left and left // 3)
    rest = None if left is None else left - len(sources)
    reasons = _reason_lines(account, width=width, most=rest)
    parts = ([*head, *sources, *notes], [*reasons, *foot[:1]], foot[1:])
    has_room = rest is None or len(reasons) + 2 <= rest
    return [
        line
        for number, part in enumerate(parts)
        for line in ([""] if number and has_room else []) + part
    ]


def _notes(account: DayAccount) -> list[str]:
    """Return what is to be said of the sources beside their rows."""
    if not account.sources:
        return [account.unread()]
    warnings = [
        f"{record.source}: warning: {bounded(warning, bounds.REASONS)}"
        for record in account.sources
        for warning in record.warnings
    ]
    overdue = [f"{name} could not be read for {earlier} yet" for name, earlier in account.overdue]
    return [
        *_counted(warnings, "warnings of sources"),
        f"sentence vectors: {account.semantic}",
        *_counted(overdue, "earlier days could not be read yet"),
    ]


def _counted(lines: Sequence[str], plural: str) -> list[str]:
    """Return the only line, or how many there are."""
    return list(lines) if len(lines) < 2 else [f"{len(lines)} {plural}: `digest status --all`"]


def _source_lines(
    sources: Sequence[FetchRecord], *, width: int | None, most: int | None
) -> list[str]:
    """Return the rows of so many sources as have room, those in trouble first, and at least one."""
    by_need = sorted(sources, key=lambda record: not record.state.is_trouble)
    lines: list[str] = []
    for number in range(len(sources), 0, -1):
        shown = [record for record in sources if record in by_need[:number]]
        rows = compact_rows(_SOURCE_COLUMNS, list(map(_source_row, shown)), room=width)
        lines = [line for row in rows for line in row]
        if others := Counter(str(record.state) for record in by_need[number:]):
            states = join_words([f"{many} {state}" for state, many in others.most_common()])
            lines.append(f"and {count(others.total(), 'other source')}: {states}")
        if most is None or len(lines) <= most:
            break
    return lines


def _source_row(record: FetchRecord) -> tuple[object, ...]:
    """Return the values of `_SOURCE_COLUMNS`."""
    return (
        record.source, record.state, moment(record.at), record.parsed, record.new,
        record.rejected, record.declared, record.merged, record.reason,
    )  # fmt: skip


def _reason_lines(account: DayAccount, *, width: int | None, most: int | None) -> list[str]:
    """Return so many of the most frequent reasons as have room, and at least one of each state."""
    lines: list[str] = []
    for number in range(REASONS, 0, -1):
        rows, rest = most_frequent(account.groups, most=number)
        lines = [line for row in compact_rows(COLUMNS, rows, room=width) for line in row]
        lines += [rest] if rest else []
        if most is None or len(lines) <= most:
            break
    return lines
