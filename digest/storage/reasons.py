"""Why the deliveries of a day stand as they do: their reasons, counted and not row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage.in_lists import rows_where_in
from digest.storage.recovery import LOST
from digest.storage.schema import deliveries
from digest.text.reply_words import without_details_but_codes
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

#: The most addresses that are named as examples of a group.
_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """Deliveries of a day in one state, for reasons that differ in details at most.

    Details are numbers, times, ids and names of hosts and readers; see `text.reply_words`.
    """

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
    found = _merge(map(_of_row, db.execute(query)), {})
    addresses = _addresses(db, found)
    # A reply that one reader got alone may name them.
    merged = _merge(found, addresses)
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


def _of_row(row: Any) -> _Merged:
    ids = [row.first] if row.first == row.last else [row.first, row.last]
    return _Merged(state=row.state, reason=row.reason, number=row.number, most=row.number, ids=ids)


def _addresses(db: sa.Connection, groups: Iterable[_Merged]) -> dict[int, str]:
    """Return the addresses of the examples, by the ids of their deliveries."""
    query = sa.select(deliveries.c.id, subscribers.c.address).join_from(deliveries, subscribers)
    wanted = [number for group in groups for number in group.ids]
    return {row.id: row.address for row in rows_where_in(db, query, deliveries.c.id, wanted)}


def _merge(groups: Iterable[_Merged], addresses: Mapping[int, str]) -> list[_Merged]:
    """Merge groups whose reasons differ in details only; `addresses` are those of deliveries."""
    found: dict[tuple[str, str | None], _Merged] = {}
    for one in groups:
        recipient = addresses.get(one.ids[0], "") if one.number == 1 else ""
        key = one.state, one.reason and without_details_but_codes(one.reason, recipient)
        group = found.setdefault(key, one)
        if group is one:
            continue
        group.number += one.number
        group.ids = [*group.ids, *one.ids][:_EXAMPLES]
        if one.most > group.most:
            group.reason, group.most = one.reason, one.most
    return list(found.values())
