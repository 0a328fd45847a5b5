"""What bounces and complaints change, written into the caller's transaction.

The rules are in `digest.inbound.transitions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.inbound.transitions import event_of, verdict_for
from digest.models.inbound import BounceClass
from digest.storage.bounces import COMPLAINT, Bounce
from subscribers.book import Evidence
from subscribers.models import Event, Status
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.models.inbound import BouncedRecipient, Explanation
    from digest.storage.bounces import Bounces
    from subscribers.book import Book

#: The most characters of the server's words that are kept as evidence.
_LONGEST_NOTE = 500
_DONE = {
    Event.BOUNCE: "the address is suppressed",
    Event.LEAVE: "the reader has left: their own rules refuse our mail",
    Event.PAUSE: "the reader is paused: their mailbox has not worked for days",
}


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """Writes what a bounce or a complaint changes for a reader."""

    bounces: Bounces
    book: Book
    clock: Callable[[], datetime]

    def of_bounce(self, db: sa.Connection, explanation: Explanation) -> str:
        """Record a bounce, and change what it proves; return that in words."""
        returned = explanation.returned
        if not returned.is_proven:
            return f"nothing was changed: {returned.fault or 'nothing names a mail of ours'}"
        subscriber_id, now = returned.subscriber_id, self.clock()
        address, status = _reader(db, subscriber_id)
        if subscriber_id is None or status is None:
            return "nothing was changed: the reader is gone"
        said = verdict_for(address, explanation.recipients)
        if said is None:
            return "nothing was changed: it names no recipient"
        bounce = Bounce(
            subscriber_id=subscriber_id,
            day=returned.day or now.date(),
            bounce_class=said.bounce_class,
            at=now,
            status=said.status,
            diagnostic=said.diagnostic,
        )
        self.bounces.record(db, bounce)
        is_soft = said.bounce_class is BounceClass.SOFT
        soft = self.bounces.soft_of(db, subscriber_id) if is_soft else []
        event = event_of(
            said.bounce_class,
            is_refusal=explanation.is_refusal,
            status=status,
            soft=soft,
            now=now,
        )
        if event is None:
            return f"recorded beside the mail of {bounce.day}"
        self._record(db, subscriber_id, event, _words(said))
        return _DONE[event]

    def of_complaint(self, db: sa.Connection, explanation: Explanation) -> str:
        """Suppress a reader who called our mail spam; return that in words."""
        returned = explanation.returned
        _, status = _reader(db, returned.subscriber_id)
        if returned.subscriber_id is None or status is None:
            return "nothing was changed: the reader is gone"
        now = self.clock()
        bounce = Bounce(
            subscriber_id=returned.subscriber_id,
            day=returned.day or now.date(),
            bounce_class=COMPLAINT,
            at=now,
        )
        self.bounces.record(db, bounce)
        if status is Status.SUPPRESSED:
            return "the address was suppressed already"
        self._record(db, returned.subscriber_id, Event.COMPLAINT, explanation.why)
        return _DONE[Event.BOUNCE]

    def _record(self, db: sa.Connection, subscriber_id: int, event: Event, note: str) -> None:
        evidence = Evidence(at=self.clock(), channel="mail server", note=note[:_LONGEST_NOTE])
        self.book.record_in(db, subscriber_id, event, evidence=evidence)


def _reader(db: sa.Connection, subscriber_id: int | None) -> tuple[str, Status | None]:
    query = sa.select(subscribers.c.address, subscribers.c.status)
    row = db.execute(query.where(subscribers.c.id == subscriber_id)).first()
    return (row.address, Status(row.status)) if row else ("", None)


def _words(said: BouncedRecipient) -> str:
    return " ".join(filter(None, (said.status, said.diagnostic)))
