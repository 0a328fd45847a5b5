"""The address book: subscribers, and every change of their consent with its evidence.

The row of a subscriber who leaves is kept, because it prevents further mail to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from subscribers import addresses, changes, queries, schedules, status_changes
from subscribers.changes import consent_row, subscriber_row, topic_rows
from subscribers.erased import ErasedAddresses
from subscribers.models import INACTIVE, Event, Preferences, Status, Subscriber, next_status
from subscribers.tables import (
    consent,
    is_not_confirmed,
    subscribers,
    subscriptions,
    truncate_log,
)
from subscribers.transaction import BookTransaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from subscribers.changes import ListEntry
    from subscribers.queries import ConsentTimes


#: Queues the letter that asks readers to confirm, in the transaction that brings them in.
Ask = Callable[[sa.Connection, Sequence[int]], object]
#: The most entries of a list in one transaction: other processes wait for it.
TRANSACTION = 1000


def ask_nobody(_db: sa.Connection, _subscriber_ids: Sequence[int]) -> None:
    """Queue nothing."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The circumstances of a change of consent."""

    at: datetime
    #: how it came in, such as web or cli
    channel: str
    #: who asked for it, or other remarks
    note: str = ""
    #: the version of the text the subscriber agreed to
    wording: str = ""
    #: the client's network, which identifies no person
    network: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentRecord:
    """One change of a subscriber's consent."""

    event: Event
    status: Status
    evidence: Evidence


class Book:
    """The address book on an open database."""

    def __init__(self, engine: sa.Engine, *, new_id: Callable[[], int], pepper: str) -> None:
        """Use an engine whose tables exist.

        `new_id` returns unused random ids. `pepper` is the key of the hashes of erased addresses
        and must never change.
        """
        self._engine = engine
        # Takes the write lock at the start: SQLite cannot wait for it within a transaction.
        self._writer = engine.execution_options(writes=True)
        self._new_id = new_id
        self._erased = ErasedAddresses(pepper)

    def within(self, db: sa.Connection) -> BookTransaction:
        """Return the book in a transaction of the caller's; to change it, one that writes."""
        return BookTransaction(db, self._new_id, self._erased)

    def add(
        self,
        text: str,
        topics: Sequence[str],
        *,
        confirmed: bool,
        evidence: Evidence,
    ) -> Subscriber | None:
        """Sign an address up for topics; `confirmed` says that its owner has consented.

        The topics replace those of a known address. Returns None if the address was erased for
        ever, or if somebody said under another spelling of its mailbox: never write to me again.

        Raises:
            AddressError: the text is not an address.
            ConsentError: it was to be confirmed, but its owner said no. Only they can undo that.

        """
        with self._writer.begin() as db:
            return self.within(db).add(text, topics, confirmed=confirmed, evidence=evidence)

    def enrol(self, people: Iterable[tuple[str, Sequence[str]]], *, evidence: Evidence) -> int:
        """Add many new subscribers as confirmed, all or none; return their number.

        `people` are pairs of an address and its topics.

        Raises:
            AddressError: a text is not an address.
            ValueError: an address is known, was erased, or appears twice.

        """
        added, wanted, history = [], [], []
        for text, topics in people:
            address, subscriber_id = addresses.parse(text), self._new_id()
            added.append(subscriber_row(subscriber_id, address, Status.CONFIRMED, evidence.at))
            wanted += topic_rows(subscriber_id, topics)
            history += [
                consent_row(subscriber_id, Event.SIGN_UP, Status.PENDING, evidence),
                consent_row(subscriber_id, Event.CONFIRM, Status.CONFIRMED, evidence),
            ]
        tables = ((subscribers, added), (subscriptions, wanted), (consent, history))
        try:
            with self._writer.begin() as db:
                if self._erased.find(db, [row["address_key"] for row in added]):
                    raise ValueError("one of these readers asked to be forgotten")
                if queries.read_refusals(db, [row["mailbox"] for row in added]):
                    raise ValueError("one of these readers left, or must not be written to")
                changes.insert_rows(db, *tables)
                step = (None, Status.CONFIRMED, evidence.at)
                status_changes.record(db, [step], readers=len(added))
                schedules.keep(db, [row["id"] for row in added], at=evidence.at)
        except sa.exc.IntegrityError as error:
            raise ValueError("one of these readers is known already, or stands twice") from error
        return len(added)

    def bring_in(
        self, entries: Sequence[ListEntry], *, evidence: Evidence, ask: Ask = ask_nobody
    ) -> set[str]:
        """Write the entries of a list; return the keys of the addresses it added or changed.

        All are one transaction, with the letters that `ask` queues: `TRANSACTION` entries are
        enough at a time. Whoever left, is suppressed or was erased is not brought back. To repeat
        it changes nothing.
        """
        with self._writer.begin() as db:
            erased = self._erased.find(db, [entry.address.key for entry in entries])
            brought = changes.bring_in(
                db,
                [entry for entry in entries if entry.address.key not in erased],
                new_id=self._new_id,
                evidence=evidence,
            )
            ask(db, brought.asked)
        return brought.changed

    def record(self, subscriber_id: int, event: Event, *, evidence: Evidence) -> Subscriber | None:
        """Record an event; return the changed subscriber, or None if unknown or now erased.

        Raises:
            ConsentError: the event is not possible in the subscriber's status.

        """
        if event is Event.ERASE:
            self.erase(subscriber_id, evidence=evidence)
            return None
        with self._writer.begin() as db:
            status = self.within(db).record(subscriber_id, event, evidence=evidence)
        return None if status is None else self.get(subscriber_id)

    def choose(
        self,
        subscriber_id: int,
        topics: Sequence[str],
        preferences: Preferences,
        *,
        at: datetime,
    ) -> Subscriber | None:
        """Replace a subscriber's topics and preferences; return None if the id is unknown.

        Another schedule counts from `at` on.
        """
        with self._writer.begin() as db:
            return self.within(db).choose(subscriber_id, topics, preferences, at=at)

    def prefer(
        self,
        subscriber_id: int,
        change: Callable[[Preferences], Preferences],
        *,
        at: datetime,
    ) -> Subscriber | None:
        """Change some of a subscriber's preferences; return None if the id is unknown.

        No other change can come in between: `change` is given what is stored now.

        Raises:
            PreferenceError: `change` makes a value that is not possible; nothing is changed.

        """
        this = subscribers.c.id == subscriber_id
        with self._writer.begin() as db:
            found = next(queries.read_subscribers(db, this), None)
            if found is None:
                return None
            self.within(db).prefer(subscriber_id, change(found.preferences), at=at)
        return self.get(subscriber_id)

    def erase(self, subscriber_id: int, *, evidence: Evidence) -> bool:
        """Delete a subscriber, except for a keyed hash that blocks later imports.

        The hash of a suppressed address blocks sign-ups too. Returns False if the id is unknown.
        """
        with self._writer.begin() as db:
            this = sa.select(subscribers).where(subscribers.c.id == subscriber_id)
            if (known := db.execute(this).first()) is None:
                return False
            status = Status(known.status)
            for_ever = next_status(status, Event.ERASE) is Status.SUPPRESSED
            self._erased.add(
                db, known.address_key, for_ever=for_ever, at=evidence.at, channel=evidence.channel
            )
            db.execute(subscribers.delete().where(subscribers.c.id == subscriber_id))
            status_changes.record(db, [(status, None, evidence.at)])
        truncate_log(self._engine)
        return True

    def unconfirmed(self, *, before: datetime) -> int:
        """Count the sign-ups that `forget_unconfirmed` would delete, or mark as left."""
        number = sa.select(sa.func.count()).select_from(subscribers)
        with self._engine.connect() as db:
            return db.execute(number.where(sa.or_(*queries.unconfirmed(before)))).scalar_one()

    def forget_unconfirmed(self, *, before: datetime, evidence: Evidence) -> int:
        """Delete sign-ups before a time that were never confirmed; return their number.

        A subscriber who had left and signed up again is marked as left instead. Their row blocks
        imports, and it belongs to the mails they once got.
        """

        never, overdue = queries.unconfirmed(before)
        with self._writer.begin() as db:
            deleted = db.execute(subscribers.delete().where(never)).rowcount
            step = (Status.PENDING, None, evidence.at)
            status_changes.record(db, [step], readers=deleted)
            for row in db.execute(sa.select(subscribers.c.id).where(overdue)).all():
                self.within(db).move(row.id, Status.PENDING, Event.LEAVE, evidence)
        return deleted

    def is_erased(self, text: str) -> bool:
        """Return whether an address was erased and has not been confirmed since."""
        with self._engine.connect() as db:
            return bool(self._erased.find(db, [addresses.parse(text).key]))

    def erased_among(self, keys: Collection[str]) -> set[str]:
        """Return the keys of addresses among these that were erased."""
        with self._engine.connect() as db:
            return set(self._erased.find(db, keys))

    def refusal(self, text: str) -> str:
        """Return why nobody but its owner may confirm an address; empty if an operator may.

        Raises:
            AddressError: the text is not an address.

        """
        with self._engine.connect() as db:
            return self.within(db).refusal(addresses.parse(text))

    def refusals(self, mailboxes: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Return who left or is suppressed: pairs of key and address, by mailbox."""
        with self._engine.connect() as db:
            return queries.read_refusals(db, mailboxes)

    def consent_times(
        self, subscriber_ids: Collection[int] | None = None
    ) -> dict[int, ConsentTimes]:
        """Return when the consent of these subscribers, or of all, has changed, by id."""
        with self._engine.connect() as db:
            return queries.read_consent_times(db, subscriber_ids)

    def get(self, subscriber_id: int) -> Subscriber | None:
        """Return the subscriber of an id, or None."""
        return next(iter(self._select(subscribers.c.id == subscriber_id)), None)

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber of an address in any spelling, or None.

        Raises:
            AddressError: the text is not an address.

        """
        key = addresses.parse(text).key
        return next(iter(self._select(subscribers.c.address_key == key)), None)

    def find_all(self, keys: Collection[str]) -> dict[str, Subscriber]:
        """Return the subscribers of these keys of addresses, by key."""
        with self._engine.connect() as db:
            return queries.read_by_key(db, keys)

    def all(self) -> list[Subscriber]:
        """Return all subscribers, in every status, sorted by address."""
        return sorted(self._select(), key=lambda subscriber: subscriber.address.casefold())

    def each(self) -> Iterator[Subscriber]:
        """Yield all subscribers, in every status, sorted by address; they are read as they go."""
        with self._engine.connect() as db:
            yield from queries.read_subscribers_by_address(db)

    def some(self, subscriber_ids: Collection[int]) -> list[Subscriber]:
        """Return the subscribers with these ids, in every status; unknown ids are left out."""
        return self._select(subscribers.c.id.in_(subscriber_ids))

    def confirmed(self) -> list[Subscriber]:
        """Return the subscribers who get a digest, by id, so that all runs have the same order."""
        return self._select(subscribers.c.status == Status.CONFIRMED)

    def numbers(self) -> dict[Status, int]:
        """Count the subscribers of each status."""
        query = sa.select(subscribers.c.status, sa.func.count()).group_by(subscribers.c.status)
        with self._engine.connect() as db:
            return {Status(status): number for status, number in db.execute(query)}

    def wanting(self, topic: str) -> int:
        """Count the subscribers of a topic who have not left and are not suppressed."""
        inactive = subscribers.c.status.in_(INACTIVE)
        query = (
            sa.select(sa.func.count())
            .select_from(subscriptions.join(subscribers))
            .where(subscriptions.c.topic == topic, ~inactive)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def numbers_by_day(self) -> list[tuple[date, Mapping[Status, int]]]:
        """Return how many subscribers of each status there were, for each day with a change."""
        with self._engine.connect() as db:
            return list(status_changes.numbers_by_day(db))

    def wanting_each(self) -> dict[str, int]:
        """Count the confirmed subscribers of each topic.

        Few are not confirmed, so their choices are subtracted from all of them.
        """
        number = sa.func.count().label("number")
        chosen = sa.select(subscriptions.c.topic, number).group_by(subscriptions.c.topic)
        theirs = (
            sa.select(subscriptions.c.topic, number)
            .join_from(subscribers, subscriptions)
            .where(is_not_confirmed)
            .group_by(subscriptions.c.topic)
        )
        with self._engine.connect() as db:
            found = {row.topic: int(row.number) for row in db.execute(chosen)}
            for row in db.execute(theirs):
                found[row.topic] -= row.number
        return found

    def count(self, status: Status) -> int:
        """Return how many subscribers have a status."""
        query = sa.select(sa.func.count()).where(subscribers.c.status == status)
        with self._engine.connect() as db:
            return int(db.execute(query).scalar_one())

    def timezones(self) -> set[str]:
        """Return the time zones that subscribers chose, also those that this machine lacks."""
        chosen = subscribers.c.preferences["timezone"].as_string()
        with self._engine.connect() as db:
            found = db.execute(sa.select(chosen).distinct()).scalars()
            return {zone for zone in found if zone is not None}

    def history(self, subscriber_id: int) -> list[ConsentRecord]:
        """Return every change of a subscriber's consent, oldest first."""
        query = sa.select(consent).where(consent.c.subscriber_id == subscriber_id).order_by("id")
        with self._engine.connect() as db:
            return [_consent_record(row) for row in db.execute(query)]

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Subscriber]:
        with self._engine.connect() as db:
            return list(queries.read_subscribers(db, *conditions))


def _consent_record(row: Any) -> ConsentRecord:
    evidence = Evidence(
        at=row.at, channel=row.channel, note=row.note, wording=row.wording, network=row.network
    )
    return ConsentRecord(event=Event(row.event), status=Status(row.status), evidence=evidence)
