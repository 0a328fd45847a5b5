"""Why the deliveries of a day stand as they do: their reasons, counted and not row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage.in_lists import rows_where_in
from digest.storage.recovery import LOST
from digest.storage.schema import deliveries
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

#: What differs from mail to mail in a server's words, such as a queue id or a time.
#: It is a word with a digit that is no reply code (RFC 5321 §4.2, RFC 3463).
_VARYING = re.compile(r"(?<!\S)(?!(\d{3}-)?\d\.\d{1,3}\.\d{1,3}(?!\S))(?=\S*\d)\S{6,}")

#: The most addresses that are named as examples of a group.
_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """Deliveries of a day in one state, for reasons that differ in numbers and ids at most."""

    state: DeliveryState
    #: the most frequent wording; None where no reason is recorded
    reason: str | None
    number: int
    #: the addresses of some of their subscribers
    examples: tuple[str, ...]


def group_by_reason(db: sa.Connection, day: date) -> list[ReasonGroup]:
    """Count a day's deliveries by state and reason, in the order of states, the largest first."""
    query = (
        sa.select(
            deliveries.c.state,
            deliveries.c.reason,
            sa.func.count().label("number"),
            sa.func.min(deliveries.c.id).label("first"),
            sa.func.max(deliveries.c.id).label("last"),
        )
        .where(deliveries.c.day == day)
        .group_by(deliveries.c.state, deliveries.c.reason)
        .execution_options(yield_per=1000)
    )
    merged = _merge(db.execute(query))
    wanted = [number for group in merged for number in group.ids]
    addresses = {
        row.id: row.address
        for row in rows_where_in(
            db,
            sa.select(deliveries.c.id, subscribers.c.address).join_from(deliveries, subscribers),
            deliveries.c.id,
            wanted,
        )
    }
    order = list(DeliveryState)
    groups = [
        ReasonGroup(
            state=DeliveryState(group.state),
            reason=group.reason,
            number=group.number,
            examples=tuple(addresses[number] for number in group.ids if number in addresses),
        )
        for group in merged
    ]
    return sorted(groups, key=lambda group: (order.index(group.state), -group.number))


def stop_reasons(groups: Iterable[ReasonGroup]) -> list[ReasonGroup]:
    """Return why runs stopped before all mails had left.

    A mail that is planned and has a reason was given back: what failed was not about its reader.
    """
    return [
        group
        for group in groups
        if group.state is DeliveryState.PLANNED and group.reason not in (None, LOST)
    ]


@dataclass(kw_only=True)
class _Merged:
    state: str
    reason: str | None
    number: int
    #: how many have the wording that is shown
    most: int
    ids: list[int]


def _merge(rows: Iterable[Any]) -> list[_Merged]:
    """Merge the rows of reasons that differ in numbers and ids only."""
    found: dict[tuple[str, str | None], _Merged] = {}
    for row in rows:
        key = row.state, row.reason and _VARYING.sub("…", row.reason)
        ids = [row.first] if row.first == row.last else [row.first, row.last]
        group = found.get(key)
        if group is None:
            found[key] = _Merged(
                state=row.state, reason=row.reason, number=row.number, most=row.number, ids=ids
            )
            continue
        group.number += row.number
        group.ids = [*group.ids, *ids][:_EXAMPLES]
        if row.number > group.most:
            group.reason, group.most = row.reason, row.number
    return list(found.values())
