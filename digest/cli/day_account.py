"""What is known of a day, and how `digest status` says it: what stopped it, its sum, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app.serializers import moment
from digest.cli.came_back import in_sum, inbound_lines
from digest.models.delivery import WAITING, DeliveryState
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from digest.app.inbound.standing import InboundStatus
    from digest.storage.fetches import FetchRecord
    from digest.storage.history import DayTotals
    from digest.storage.reasons import ReasonGroup


@dataclass(frozen=True, kw_only=True)
class DayAccount:
    """What is known of a day but for the mails of single readers."""

    day: date
    #: the day whose lists its mails are made from; an earlier one while it has begun abroad alone
    lists_of: date
    #: how papers are compared, see `digest.app.meaning`
    semantic: str
    sources: Sequence[FetchRecord]
    #: sources that could not be read for earlier days yet
    overdue: Sequence[tuple[str, date]]
    totals: DayTotals
    groups: Sequence[ReasonGroup]
    #: how many confirmed readers have no row
    not_planned: int
    #: when the first deferred mail is tried again
    next_due: datetime | None
    #: what came back, by class
    came_back: Mapping[str, int]
    mail_in: InboundStatus
    #: whether an operator decides about mails that may have arrived
    asks: bool

    @property
    def is_ahead(self) -> bool:
        """Whether the day has not begun here, nor in UTC."""
        return self.lists_of < self.day

    def unread(self) -> str:
        """Say that no source was read, and what to do."""
        return f"no source was read for {self.lists_of} yet: `digest fetch --day {self.lists_of}`"

    def trouble(self) -> list[str]:
        """Return what kept a run from sending to everybody, which no reader's row shows."""
        from digest.storage.reasons import stop_reasons

        if stops := stop_reasons(self.groups):
            return [f"a run stopped before all mails had left: {group.reason}" for group in stops]
        untried = self.totals.states[DeliveryState.PLANNED]
        deferred = [group for group in self.groups if group.state is DeliveryState.DEFERRED]
        if untried and deferred:
            most = deferred[0].reason
            return [f"{untried} were not tried after others were deferred, most of them: {most}"]
        return []

    def endings(self) -> Iterator[str]:
        """Yield what waits, the day's sum, what came back, and what to look at."""
        if waiting := sum(self.totals.states[state] for state in WAITING):
            yield f"{self.day}: {self._waits(waiting)}"
        yield f"{self.day}: {self.total()}"
        if self.came_back:
            yield f"{self.day}: came back: {in_sum(self.came_back)}"
        yield from inbound_lines(self.mail_in)
        doubtful = self.totals.states[DeliveryState.UNKNOWN]
        if doubtful and self.asks and not self.totals.pruned_at:
            yield (
                f"{doubtful} may or may not have arrived:"
                f" `digest retry --day {self.day} --state unknown` sends them again"
            )

    def _waits(self, number: int) -> str:
        """Say how many mails wait, and until when."""
        waits = f"{count(number, 'mail')} {'waits' if number == 1 else 'wait'}"
        until = f"; deferred ones until {moment(self.next_due)} or later"
        return waits + until if self.next_due else waits

    def total(self) -> str:
        """Write the day's totals as a sum: planned = sent + deferred + …."""
        totals, not_planned = self.totals, self.not_planned
        if not totals.planned and not totals.states:
            return (
                f"no deliveries; {not_planned} not planned yet" if not_planned else "no deliveries"
            )
        states = " + ".join(f"{number} {state}" for state, number in totals.states.items())
        parts = [f"{totals.planned} planned = {states or '0'}"]
        if not totals.adds_up:
            parts.append("this does not add up")
        if not_planned:
            # A closed day plans nobody more, unless somebody names it again.
            parts.append(f"{not_planned} not planned{'' if totals.closed_at else ' yet'}")
        parts.append("closed" if totals.closed_at else "open")
        if totals.pruned_at:
            parts.append("pruned")
        return "; ".join(parts)
