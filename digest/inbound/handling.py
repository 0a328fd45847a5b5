"""Handles the messages that wait: each is understood, acted on and settled in one transaction.

So a process that is killed at any step has done all of it or nothing, and the next one goes on.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from digest.errors import StoreError
from digest.mail.verp import NOBODY
from digest.models.inbound import Arrival, BounceClass, Explanation, MessageKind
from digest.storage.arrivals import ArrivalState, Settlement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from digest.inbound.consequences import Consequences
    from digest.storage.arrivals import Arrivals
    from digest.storage.bounces import Bounces

log = logging.getLogger(__name__)

#: The most messages of one transaction: a run waits for it.
BATCH = 100
#: What an operator looks at; a complaint that nothing proves is one.
_KEPT = (MessageKind.NOT_UNDERSTOOD, MessageKind.COMPLAINT)
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
Obey = Callable[["sa.Connection", Arrival], Obeyed]


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
        kinds, level = Counter[str](), self._alarm_level()
        while should_continue() and (batch := self.arrivals.waiting(BATCH)):
            handled = self._handle(batch)
            kinds.update(handled)
            if any(kind in _KEPT for kind in handled):
                self._drop_oldest()
            pause(len(batch))
        if kinds[MessageKind.BOUNCE] and self._alarm_level() > level:
            log.warning("mail refused for what we are", extra={"mails": self._refused()})
        return kinds.total()

    def _handle(self, batch: Sequence[Arrival]) -> list[str]:
        """Handle some messages; return the kinds of those that no other process was quicker at."""
        try:
            settled = self._settle([(one, self.explain(one)) for one in batch])
        except StoreError:
            raise
        except Exception:
            if len(batch) > 1:
                return [kind for one in batch for kind in self._handle([one])]
            # A fault of ours must not hold up the messages behind it.
            log.exception("arrival not handled", extra={"arrival": batch[0].id})
            settled = self._keep(batch[0])
        for arrival in batch:
            if one := settled.get(arrival.id):
                log.info(
                    "arrival handled",
                    extra={"arrival": arrival.id, "kind": one.kind, "result": one.result},
                )
        return [one.kind for one in settled.values()]

    def _settle(self, explained: Sequence[tuple[Arrival, Explanation]]) -> dict[int, Settlement]:
        """Act on messages and settle them, in one transaction; return what became of each."""
        with self.engine.execution_options(writes=True).begin() as db:
            waiting = self.arrivals.lock(db, [arrival.id for arrival, _ in explained])
            settled: dict[int, Settlement] = {}
            mine = [one for one in explained if one[0].id in waiting]
            # A command changes what a report finds, and the other way round.
            for is_report, group in groupby(mine, key=lambda one: _is_report(one[1])):
                some = list(group)
                settled |= self._reported(db, some) if is_report else self._others(db, some)
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

    def _reported(
        self, db: sa.Connection, some: Sequence[tuple[Arrival, Explanation]]
    ) -> dict[int, Settlement]:
        """Do what reports say that need no look of an operator."""
        results = self.consequences.of_reports(db, [explanation for _, explanation in some])
        return {
            arrival.id: _settlement(ArrivalState.HANDLED, explanation, result)
            for (arrival, explanation), result in zip(some, results, strict=True)
        }

    def _others(
        self, db: sa.Connection, some: Iterable[tuple[Arrival, Explanation]]
    ) -> dict[int, Settlement]:
        """Obey commands, and keep what is not understood."""
        settled = {}
        for arrival, explanation in some:
            if explanation.kind is MessageKind.COMMAND:
                obeyed = self.obey(db, arrival)
                found = _settlement(ArrivalState.HANDLED, explanation, obeyed.result)
                settled[arrival.id] = replace(found, subscriber_id=obeyed.subscriber_id)
            elif explanation.kind in _KEPT:
                settled[arrival.id] = _settlement(
                    ArrivalState.KEPT, explanation, "kept for the operator"
                )
            else:
                settled[arrival.id] = _settlement(
                    ArrivalState.HANDLED, explanation, "nothing was done"
                )
        return settled

    def _drop_oldest(self) -> None:
        """Bound what messages for the operator take of the disk: anybody can send them."""
        if dropped := self.arrivals.drop_oldest():
            log.warning("kept messages dropped", extra={"messages": dropped})

    def _refused(self) -> int:
        """Return how many mails were refused lately for what we are."""
        return self.bounces.number_since(self.clock() - ALARM_SPAN, BounceClass.POLICY)

    def _alarm_level(self) -> int:
        """Return 0 while there is no alarm; it rises with each doubling, so that few are told."""
        return (self._refused() // ALARM).bit_length()


def _is_report(explanation: Explanation) -> bool:
    """Whether a message is a bounce, or a complaint that a signature of ours proves."""
    is_proven = explanation.returned.is_proven
    return explanation.kind is MessageKind.BOUNCE or (
        explanation.kind is MessageKind.COMPLAINT and is_proven
    )


def _settlement(state: ArrivalState, explanation: Explanation, result: str) -> Settlement:
    returned = explanation.returned
    return Settlement(
        state=state,
        kind=explanation.kind,
        why=explanation.why,
        result=result,
        subscriber_id=returned.subscriber_id if returned.is_proven else None,
        # A mail of `digest inbound check`, which must see what became of the null sender.
        keeps_sender=returned.is_proven and returned.subscriber_id == NOBODY,
    )
