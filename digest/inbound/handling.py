"""Handles the messages that wait: each is understood, acted on and settled in one transaction.

So a process that is killed at any step has done all of it or nothing, and the next one goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from digest.errors import DigestError
from digest.models.inbound import Arrival, BounceClass, Explanation, MessageKind
from digest.storage.arrivals import ArrivalState, Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.inbound.consequences import Consequences
    from digest.storage.arrivals import Arrivals
    from digest.storage.bounces import Bounces

log = logging.getLogger(__name__)

#: The most messages of one transaction: a run waits for it.
BATCH = 100
#: So many readers' mails refused for what we are, within this time, are more than a reader's whim.
ALARM, ALARM_SPAN = 5, timedelta(days=1)


class Obeyed(NamedTuple):
    """What was done at a command."""

    result: str
    #: who it was about, if that is known
    subscriber_id: int | None = None


#: Says what a message is.
Explain = Callable[[Arrival], Explanation]
#: Does what a command says, in this transaction.
Obey = Callable[[sa.Connection, Arrival], Obeyed]


@dataclass(frozen=True, kw_only=True)
class Handler:
    """Handles the messages of one installation."""

    engine: sa.Engine
    arrivals: Arrivals
    bounces: Bounces
    consequences: Consequences
    explain: Explain
    obey: Obey
    clock: Callable[[], datetime]

    def handle_waiting(
        self,
        *,
        should_continue: Callable[[], bool] = lambda: True,
        pause: Callable[[int], object] = lambda _handled: None,
    ) -> int:
        """Handle the messages that wait, in their order; return how many.

        Args:
            should_continue: called before each batch.
            pause: called after each batch with the number of its messages, to keep to a rate.

        Raises:
            StoreError: the database cannot be used now; the rest still waits.

        """
        handled = 0
        while should_continue() and (batch := self.arrivals.waiting(BATCH)):
            handled += self._handle(batch)
            pause(len(batch))
        return handled

    def _handle(self, batch: Sequence[Arrival]) -> int:
        try:
            settled = self._settle([(one, self.explain(one)) for one in batch])
        except DigestError:
            raise
        except Exception:
            if len(batch) > 1:
                return sum(self._handle([one]) for one in batch)
            # A fault of ours must not hold up the messages behind it.
            log.exception("arrival not handled", extra={"arrival": batch[0].id})
            settled = self._keep(batch[0])
        for arrival in batch:
            if one := settled.get(arrival.id):
                log.info(
                    "arrival handled",
                    extra={"arrival": arrival.id, "kind": one.kind, "result": one.result},
                )
        if any(one.kind == MessageKind.BOUNCE for one in settled.values()):
            self._warn_of_policy()
        return len(settled)

    def _settle(self, explained: Sequence[tuple[Arrival, Explanation]]) -> dict[int, Settlement]:
        """Act on messages and settle them, in one transaction; return what became of each."""
        with self.engine.execution_options(writes=True).begin() as db:
            waiting = self.arrivals.lock(db, [arrival.id for arrival, _ in explained])
            settled = {
                arrival.id: self._act(db, arrival, explanation)
                for arrival, explanation in explained
                if arrival.id in waiting
            }
            self.arrivals.settle(db, settled, now=self.clock())
        return settled

    def _keep(self, arrival: Arrival) -> dict[int, Settlement]:
        settlement = Settlement(
            state=ArrivalState.KEPT,
            kind=MessageKind.NOT_UNDERSTOOD,
            why="an internal error, please report it; after an update, `digest inbound retry`",
            result="kept for the operator",
        )
        with self.engine.execution_options(writes=True).begin() as db:
            settled = dict.fromkeys(self.arrivals.lock(db, [arrival.id]), settlement)
            self.arrivals.settle(db, settled, now=self.clock())
        return settled

    def _act(self, db: sa.Connection, arrival: Arrival, explanation: Explanation) -> Settlement:
        subscriber_id = explanation.returned.subscriber_id
        match explanation.kind:
            case MessageKind.BOUNCE:
                result = self.consequences.of_bounce(db, explanation)
            case MessageKind.COMPLAINT if explanation.returned.is_proven:
                result = self.consequences.of_complaint(db, explanation)
            case MessageKind.COMMAND:
                result, subscriber_id = self.obey(db, arrival)
            case MessageKind.COMPLAINT | MessageKind.NOT_UNDERSTOOD:
                return _settlement(ArrivalState.KEPT, explanation, "kept for the operator", None)
            case _:
                result = "nothing was done"
        is_known = explanation.kind is MessageKind.COMMAND or explanation.returned.is_proven
        return _settlement(
            ArrivalState.HANDLED, explanation, result, subscriber_id if is_known else None
        )

    def _warn_of_policy(self) -> None:
        """Warn if mail servers refuse us, which only the operator can mend."""
        refused = self.bounces.since(self.clock() - ALARM_SPAN).get(BounceClass.POLICY, 0)
        if refused >= ALARM:
            log.warning("mail refused for what we are", extra={"mails": refused})


def _settlement(
    state: ArrivalState, explanation: Explanation, result: str, subscriber_id: int | None
) -> Settlement:
    return Settlement(
        state=state,
        kind=explanation.kind,
        why=explanation.why,
        result=result,
        subscriber_id=subscriber_id,
    )
