"""Many readers on one screen: counted by state and reason, with some as examples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from digest.cli import output
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The most readers who are listed one by one unless all are asked for.
READERS = 20
#: The most reasons that are listed.
_REASONS = 12


class Group(Protocol):
    """Readers in one state, for one reason."""

    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def number(self) -> int: ...
    @property
    def examples(self) -> tuple[str, ...]: ...


def print_reasons(title: str, groups: Sequence[Group]) -> None:
    """Print how many readers there are for each reason; of many reasons, the most frequent."""
    shown, rest = most_frequent(groups)
    print_table(title, ("state", "readers#", "reason~", "such as~"), shown)
    if rest:
        output.print_result(rest)


def most_frequent(
    groups: Sequence[Group], *, noun: str = "reader"
) -> tuple[list[tuple[str, int, str | None, str]], str]:
    """Return the rows of the most frequent reasons, and a line about the others or nothing.

    The groups of a state are in order, the largest first. `noun` is what they count.
    """
    seen: Counter[str] = Counter()
    places = []
    for group in groups:
        seen[group.state] += 1
        places.append(seen[group.state])
    last = sorted(places)[_REASONS - 1] if len(places) > _REASONS else len(places)
    shown = [group for group, place in zip(groups, places, strict=True) if place <= last]
    others = [group for group, place in zip(groups, places, strict=True) if place > last]
    rows = [(str(g.state), g.number, g.reason, ", ".join(g.examples)) for g in shown]
    if not others:
        return rows, ""
    number = count(sum(group.number for group in others), noun)
    return rows, f"and {number} for {count(len(others), 'other reason')}"
