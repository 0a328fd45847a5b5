"""Many readers on one screen: counted by state and reason, with some as examples."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digest.cli import output
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from digest.models.delivery import DeliveryState
    from digest.storage.reasons import ReasonGroup

#: The most readers who are listed one by one unless all are asked for.
READERS = 20
#: The most reasons that are listed.
_REASONS = 12


def print_reasons(title: str, groups: list[ReasonGroup]) -> None:
    """Print how many readers there are for each reason; of many reasons, the most frequent."""
    seen: Counter[DeliveryState] = Counter()
    places = []
    for group in groups:  # the largest of each state first
        seen[group.state] += 1
        places.append(seen[group.state])
    last = sorted(places)[_REASONS - 1] if len(places) > _REASONS else len(places)
    shown = [group for group, place in zip(groups, places, strict=True) if place <= last]
    others = [group for group, place in zip(groups, places, strict=True) if place > last]
    print_table(
        title,
        ("state", "readers#", "reason~", "such as~"),
        [(g.state, g.number, g.reason, ", ".join(g.examples)) for g in shown],
    )
    if others:
        readers = count(sum(group.number for group in others), "reader")
        output.print_result(f"and {readers} for {count(len(others), 'other reason')}")
