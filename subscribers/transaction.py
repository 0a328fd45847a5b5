"""The address book within a transaction of somebody else's, who writes more than the book in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from subscribers import addresses, changes, queries, schedules
from subscribers.errors import ConsentError
from subscribers.models import INACTIVE, Event, Preferences, Status, Subscriber
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from subscribers.addresses import Address
    from subscribers.book import Evidence
    from subscribers.erased import ErasedAddresses


@dataclass(frozen=True)
class BookTransaction:
    """The book on an open connection; what it writes is stored once the caller commits."""

    db: sa.Connection
    new_id: Callable[[], int]
    erased: ErasedAddresses

    def get(self, subscriber_id: int) -> Subscriber | None:
        """Return the subscriber of an id, or None."""
        return next(queries.read_subscribers(self.db, subscribers.c.id == subscriber_id), None)

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber of an address in any spelling, or None.

        Raises:
            AddressError: the text is not an address.

        """
        key = addresses.parse(text).key
        return queries.read_by_key(self.db, [key]).get(key)

    def add(
        self, text: str, topics: Sequence[str], *, confirmed: bool, evidence: Evidence
    ) -> Subscriber | None:
        """Sign an address up for topics; see `Book.add`.

        Raises:
            AddressError: the text is not an address.
            ConsentError: it was to be confirmed, but its owner said no. Only they can undo that.

        """
        address = addresses.parse(text)
        if confirmed and (said := self.refusal(address)):
            raise ConsentError(f"{address.original} cannot be confirmed: {said}")
        known = self.find(address.original)
        if self._is_for_ever(address, known):
            return None
        subscriber_id = known.id if known else self.new_id()
        if not known:
            row = changes.subscriber_row(subscriber_id, address, Status.PENDING, evidence.at)
            self.db.execute(subscribers.insert().values(row))
        status = self.move(subscriber_id, known.status if known else None, Event.SIGN_UP, evidence)
        if confirmed and status not in INACTIVE:
            self.move(subscriber_id, status, Event.CONFIRM, evidence)
        if status not in INACTIVE:
            changes.choose_topics(self.db, subscriber_id, topics)
        return self.get(subscriber_id)

    def record(self, subscriber_id: int, event: Event, *, evidence: Evidence) -> Status | None:
        """Record an event; return the status after it, or None if the id is unknown.

        Raises:
            ConsentError: the event is not possible in the subscriber's status.
            ValueError: the event is to erase, which `Book.erase` does.

        """
        if event is Event.ERASE:
            raise ValueError("to erase is more than an event")
        query = sa.select(subscribers.c.status).where(subscribers.c.id == subscriber_id)
        status = self.db.execute(query).scalar()
        if status is None:
            return None
        return self.move(subscriber_id, Status(status), event, evidence)

    def record_all(
        self,
        statuses: Mapping[int, Status],
        events: Sequence[tuple[int, Event, Evidence]],
    ) -> None:
        """Record events of many subscribers, none of them to confirm or erase; the order counts.

        `statuses` are theirs before, as `standings` found them in this transaction.

        Raises:
            ConsentError: an event is not possible in the subscriber's status.

        """
        changes.move_all(self.db, statuses, events)

    def standings(self, subscriber_ids: Collection[int]) -> dict[int, Subscriber]:
        """Return subscribers by id, without what they chose; unknown ids are left out."""
        columns = [subscribers.c[name] for name in ("id", "address", "status", "since")]
        query = sa.select(*columns)
        return {
            row["id"]: Subscriber(**{**row, "status": Status(row["status"])})
            for some in queries.batches(subscriber_ids)
            for row in self.db.execute(query.where(subscribers.c.id.in_(some))).mappings()
        }

    def choose(
        self,
        subscriber_id: int,
        topics: Sequence[str],
        preferences: Preferences,
        *,
        at: datetime,
    ) -> Subscriber | None:
        """Replace a subscriber's topics and preferences; return None if the id is unknown."""
        if self.prefer(subscriber_id, preferences, at=at):
            changes.choose_topics(self.db, subscriber_id, topics)
        return self.get(subscriber_id)

    def prefer(self, subscriber_id: int, preferences: Preferences, *, at: datetime) -> bool:
        """Replace a subscriber's preferences; return whether the id is known."""
        this = subscribers.c.id == subscriber_id
        chosen = subscribers.update().where(this).values(preferences=asdict(preferences))
        is_known = bool(self.db.execute(chosen).rowcount)
        schedules.keep(self.db, [subscriber_id], at=at)
        return is_known

    def must_not_be_written_to(self, text: str) -> bool:
        """Whether nobody may write to an address, whatever it asks for.

        It is suppressed or was erased for ever, or somebody said under another spelling of its
        mailbox: never write to me again.

        Raises:
            AddressError: the text is not an address.

        """
        address = addresses.parse(text)
        known = self.find(address.original)
        if known and known.status is Status.SUPPRESSED:
            return True
        return self._is_for_ever(address, known)

    def refusal(self, address: Address) -> str:
        """Return why nobody but its owner may confirm an address; empty if an operator may."""
        if self.erased.find(self.db, [address.key]):
            return "its owner had it erased"
        known = self.find(address.original)
        if known and known.status in INACTIVE:
            return f"it is {known.status}"
        if known and known.status in (Status.CONFIRMED, Status.PAUSED):
            return ""
        if known and queries.read_consent_times(self.db, [known.id])[known.id].left:
            return "it had left, and has not confirmed to come back"
        others = queries.read_refusals(self.db, [address.mailbox]).get(address.mailbox, [])
        return f"{others[0][1]}, which is the same mailbox, said no" if others else ""

    def move(
        self, subscriber_id: int, status: Status | None, event: Event, evidence: Evidence
    ) -> Status:
        """Record an event of a subscriber in this status; return the status after it.

        Raises:
            ConsentError: the event is not possible in the status.

        """
        after = changes.move(self.db, subscriber_id, status, event, evidence)
        if event is Event.CONFIRM:
            # Kept until now, because anybody can type in any address.
            key = sa.select(subscribers.c.address_key).where(subscribers.c.id == subscriber_id)
            self.erased.remove(self.db, self.db.execute(key).scalar_one())
        return after

    def _is_for_ever(self, address: Address, known: Subscriber | None) -> bool:
        """Whether even the owner's own sign-up is ignored."""
        if self.erased.find(self.db, [address.key]).get(address.key):
            return True
        status = known.status if known else None
        is_open = status in (None, Status.PENDING, Status.LEFT)
        return is_open and queries.is_refused_for_ever(self.db, address.mailbox)
