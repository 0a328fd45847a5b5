"""What bounces and complaints change, written into the caller's transaction.

The rules are in `digest.inbound.transitions`. Many are written in few statements, since after a
bad day there are as many as readers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.inbound.transitions import event_of, verdict_for
from digest.models.inbound import RETURN_ADDRESS, BounceClass, MessageKind
from digest.storage.bounces import COMPLAINT, Bounce
from subscribers.book import Evidence
from subscribers.models import INACTIVE, Event, Status, next_status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    import sqlalchemy as sa

    from digest.models.inbound import BouncedRecipient, Explanation, ReturnedMail
    from digest.storage.bounces import Bounces
    from subscribers.book import Book

#: The most characters of the server's words that are kept as evidence.
_LONGEST_NOTE = 500
_DONE = {
    Event.BOUNCE: "the address is suppressed",
    Event.COMPLAINT: "the address is suppressed",
    Event.LEAVE: "the reader has left: they refuse our mail",
    Event.PAUSE: "the reader is paused: their mailbox has not worked for days",
}


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """Writes what bounces and complaints change for readers."""

    bounces: Bounces
    book: Book
    #: whether each mail has a return address of its own, with a signature
    signs_return_addresses: bool
    clock: Callable[[], datetime]

    def of_reports(self, db: sa.Connection, reports: Sequence[Explanation]) -> list[str]:
        """Record bounces and complaints, and change what they prove; return that in words."""
        ids = [one.returned.subscriber_id or 0 for one in reports if one.returned.is_proven]
        book = self.book.within(db)
        standings = book.standings(ids)
        judged = _Judged(
            now=self.clock(),
            signs_return_addresses=self.signs_return_addresses,
            readers={
                subscriber_id: _Reader(address=one.address, status=one.status)
                for subscriber_id, one in standings.items()
            },
            soft=self.bounces.soft_of(db, ids),
        )
        results = [judged.judge(one) for one in reports]
        self.bounces.record(db, judged.bounces)
        book.record_all({it: one.status for it, one in standings.items()}, judged.events)
        return results


@dataclass
class _Reader:
    address: str
    #: after the reports that were judged so far
    status: Status


@dataclass
class _Judged:
    """What reports change, as far as they were judged."""

    now: datetime
    signs_return_addresses: bool
    #: by id
    readers: dict[int, _Reader]
    #: by id: the days of mails that bounced softly, each with when that was heard
    soft: dict[int, dict[date, datetime]]
    bounces: list[Bounce] = field(default_factory=list)
    events: list[tuple[int, Event, Evidence]] = field(default_factory=list)

    def judge(self, report: Explanation) -> str:
        """Take note of what a report changes; return that in words."""
        returned = report.returned
        if not returned.is_proven:
            return f"nothing was changed: {returned.fault or 'nothing names a mail of ours'}"
        subscriber_id = returned.subscriber_id or 0
        reader = self.readers.get(subscriber_id)
        if reader is None:
            return "nothing was changed: the reader is gone"
        day = returned.day or self.now.date()
        if report.kind is MessageKind.COMPLAINT:
            complaint = Bounce(
                subscriber_id=subscriber_id, day=day, bounce_class=COMPLAINT, at=self.now
            )
            self.bounces.append(complaint)
            if reader.status in INACTIVE:
                return f"nothing was changed: the reader is {reader.status}"
            event = Event.COMPLAINT if self._is_strong(returned) else Event.LEAVE
            return self._move(subscriber_id, reader, event, report.why)
        said = verdict_for(reader.address, report.recipients)
        if said is None:
            return "nothing was changed: it names no recipient"
        return self._bounced(subscriber_id, reader, day, said, report)

    def _is_strong(self, returned: ReturnedMail) -> bool:
        """Whether a proof is one that only mail servers see.

        A Message-ID and a leave link go with every copy and answer of a mail, also into archives.
        """
        return returned.found_in == RETURN_ADDRESS or not self.signs_return_addresses

    def _bounced(
        self,
        subscriber_id: int,
        reader: _Reader,
        day: date,
        said: BouncedRecipient,
        report: Explanation,
    ) -> str:
        bounce = Bounce(
            subscriber_id=subscriber_id,
            day=day,
            bounce_class=said.bounce_class,
            at=self.now,
            status=said.status,
            diagnostic=said.diagnostic,
        )
        self.bounces.append(bounce)
        soft = self.soft.setdefault(subscriber_id, {})
        if said.bounce_class is BounceClass.SOFT:
            soft[day] = self.now
        event = event_of(
            said.bounce_class,
            is_refusal=report.is_refusal,
            status=reader.status,
            soft=soft.items(),
            now=self.now,
        )
        if event is None:
            return f"recorded beside the mail of {day}"
        if not self._is_strong(report.returned):
            return f"recorded only: its {report.returned.found_in} is known to others"
        return self._move(subscriber_id, reader, event, said.words)

    def _move(self, subscriber_id: int, reader: _Reader, event: Event, note: str) -> str:
        evidence = Evidence(at=self.now, channel="mail server", note=note[:_LONGEST_NOTE])
        self.events.append((subscriber_id, event, evidence))
        reader.status = next_status(reader.status, event)
        return _DONE[event]
