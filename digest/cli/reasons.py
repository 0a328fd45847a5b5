"""Many readers, or lines of a list, on one screen: counted by state and reason, with examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from digest.cli import output
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The most readers who are listed one by one unless all are asked for.
READERS = 20
#: The columns of what `most_frequent` returns.
COLUMNS = ("state", "readers#", "reason~", "such as~?")
#: The most reasons that are listed.
REASONS = 12
#: The most readers or lines that are named as examples of a reason.
_EXAMPLES = 3


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


@dataclass(kw_only=True)
class Tallied:
    """How many are in one state, for reasons that differ in details at most."""

    state: str
    reason: str | None
    number: int = 0
    examples: tuple[str, ...] = ()


class Tally:
    """Counts readers or lines by state and reason as they pass."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._groups: dict[tuple[str, str | None], Tallied] = {}

    def add(self, state: str, reason: str | None, example: str, alike: str | None = None) -> None:
        """Count one.

        Args:
            state: its state.
            reason: the reason for it.
            example: what names it.
            alike: what its reason shares with others that count as one; the reason if None.

        """
        alike = reason if alike is None else alike
        group = self._groups.setdefault((state, alike), Tallied(state=state, reason=reason))
        if group.reason != reason:
            group.reason = alike
        group.number += 1
        if group.number <= _EXAMPLES:
            group.examples += (example,)

    def groups(self, states: Sequence[str]) -> list[Tallied]:
        """Return the groups in the order of their states, the largest of a state first."""
        return sorted(
            self._groups.values(), key=lambda group: (states.index(group.state), -group.number)
        )


def print_reasons(title: str, groups: Sequence[Group]) -> None:
    """Print how many readers there are for each reason; of many reasons, the most frequent."""
    shown, rest = most_frequent(groups)
    print_table(title, COLUMNS, shown)
    if rest:
        output.print_result(rest)


def most_frequent(
    groups: Sequence[Group], *, noun: str = "reader", most: int = REASONS
) -> tuple[list[tuple[str, int, str | None, str]], str]:
    """Return the rows of the most frequent reasons, and a line about the others or nothing.

    The groups of a state are in order, the largest first. `noun` is what they count. At `most` so
    many are shown, and at least one of each state.
    """
    seen: Counter[str] = Counter()
    places = []
    for group in groups:
        seen[group.state] += 1
        places.append(seen[group.state])
    last = sorted(places)[most - 1] if len(places) > most else len(places)
    shown = [group for group, place in zip(groups, places, strict=True) if place <= last]
    others = [group for group, place in zip(groups, places, strict=True) if place > last]
    rows = [(str(g.state), g.number, g.reason, ", ".join(g.examples)) for g in shown]
    if not others:
        return rows, ""
    number = count(sum(group.number for group in others), noun)
    return rows, f"and {number} for {count(len(others), 'other reason')}"
