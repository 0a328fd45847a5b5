"""Mail that comes in, for one installation: how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.inbound.handling import ALARM, ALARM_SPAN
from digest.models.inbound import BounceClass
from digest.storage.arrivals import ArrivalState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.app.services import App


@dataclass(frozen=True, kw_only=True)
class InboundStatus:
    """What an operator should know of the mail that comes in."""

    #: messages that wait to be handled
    waiting: int
    #: messages that were not understood
    kept: int
    #: how many messages of each kind were handled within the last day
    handled: Mapping[str, int]
    #: mails that were refused within the last day for what we are
    refused: int
    #: bounces of the last day that no signature of ours proved
    unproven: int

    @property
    def is_alarming(self) -> bool:
        """Whether mail servers refuse us, and not single readers."""
        return self.refused >= ALARM


def inbound_status(app: App) -> InboundStatus:
    """Return how the mail that comes in stands."""
    counts, since = app.arrivals.counts(), now() - ALARM_SPAN
    return InboundStatus(
        waiting=counts.get(ArrivalState.WAITING, 0),
        kept=counts.get(ArrivalState.KEPT, 0),
        handled=app.arrivals.kinds_since(since),
        unproven=app.arrivals.unproven_since(since),
        refused=app.bounces.number_since(since, BounceClass.POLICY),
    )
