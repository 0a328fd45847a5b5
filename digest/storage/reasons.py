"""Why the deliveries of a day stand as they do: their reasons, counted and not row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage.in_lists import rows_where_in
from digest.storage.recovery import LOST
from digest.storage.schema import deliveries, is_not_sent
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


def group_by_reason(
    db: sa.Connection, day: date, states: Mapping[DeliveryState, int]
) -> list[ReasonGroup]:
    """Count a day's deliveries by state and reason, in the order of states, the largest first.

    `states` are the numbers of its rows by state. Rows that have a reason are counted; the others
    are what is left, and have no examples, since there is nothing to explain. A sent mail has none.
    """
    found = _merge((_Merged(*row) for state in states for row in _reasons(db, day, state)), {})
    addresses = _addresses(db, found)
    groups = [
        ReasonGroup(
            state=DeliveryState(group.state),
            reason=group.reason,
            number=group.number,
            examples=tuple(addresses[number] for number in group.ids if number in addresses),
        )
        # A reply that one reader got alone may name them.
        for group in _merge(found, addresses)
    ]
    order = list(DeliveryState)
    return sorted(
        groups + _without_reason(groups, states),
        key=lambda group: (order.index(group.state), -group.number),
    )


def _reasons(db: sa.Connection, day: date, state: DeliveryState) -> Iterable[Any]:
    """Return each reason of a state with its number of rows, and the first and last of them.

    One state at a time, so that the index leads past the rows that have no reason.
    """
    query = (
        sa.select(
            deliveries.c.state,
            deliveries.c.reason,
            sa.func.count(),
            sa.func.min(deliveries.c.id),
            sa.func.max(deliveries.c.id),
        )
        .where(deliveries.c.day == day, deliveries.c.state == state)
        .where(is_not_sent, deliveries.c.reason.is_not(None))
        .group_by(deliveries.c.reason)
    )
    return db.execute(query.execution_options(yield_per=1000))


def _without_reason(
    groups: Iterable[ReasonGroup], states: Mapping[DeliveryState, int]
) -> list[ReasonGroup]:
    """Return those of each state that are in no group with a reason."""
    left = Counter(states)
    for group in groups:
        left[group.state] -= group.number
    return [
        ReasonGroup(state=state, reason=None, number=number, examples=())
        for state, number in (+left).items()
    ]


def stop_reasons(groups: Iterable[ReasonGroup]) -> list[ReasonGroup]:
    """Return why runs stopped before all mails had left.

    A mail that is planned and has a reason was given back: what failed was not about its reader.
    """
    return [
        group
        for group in groups
        if group.state is DeliveryState.PLANNED and group.reason not in (None, LOST)
    ]


class _Merged:
    """Rows of one state whose reasons differ in details at most."""

    __slots__ = ("ids", "most", "number", "reason", "state")

    def __init__(self, state: str, reason: str, number: int, first: int, last: int) -> None:
        self.state, self.reason, self.number = state, reason, number
        #: how many have the wording that is shown
        self.most = number
        #: of some of its deliveries
        self.ids = [first] if first == last else [first, last]


def _addresses(db: sa.Connection, groups: Iterable[_Merged]) -> dict[int, str]:
    """Return the addresses of the examples, by the ids of their deliveries."""
    query = sa.select(deliveries.c.id, subscribers.c.address).join_from(deliveries, subscribers)
    wanted = [number for group in groups for number in group.ids]
    return {row.id: row.address for row in rows_where_in(db, query, deliveries.c.id, wanted)}


def _merge(groups: Iterable[_Merged], addresses: Mapping[int, str]) -> list[_Merged]:
    """Merge groups whose reasons differ in details only; `addresses` are those of deliveries."""
    found: dict[tuple[str, str], _Merged] = {}
    for one in groups:
        recipient = addresses.get(one.ids[0], "") if one.number == 1 else ""
        key = one.state, without_details_but_codes(one.reason, recipient)
        group = found.setdefault(key, one)
        if group is one:
            continue
        group.number += one.number
        if len(group.ids) < _EXAMPLES:
            group.ids = [*group.ids, *one.ids][:_EXAMPLES]
        if one.most > group.most:
            group.reason, group.most = one.reason, one.most
    return list(found.values())
