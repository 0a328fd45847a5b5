"""The address book: subscribers, and every change of their consent with its evidence.

The row of a subscriber who leaves is kept, because it prevents further mail to them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from subscribers import addresses
from subscribers.models import Event, Preferences, Status, Subscriber, next_status
from subscribers.tables import consent, subscribers, subscriptions, suppressions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime


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
        self._pepper = pepper.encode()

    def add(
        self,
        text: str,
        topics: Sequence[str],
        *,
        confirmed: bool,
        evidence: Evidence,
        event: Event = Event.SIGN_UP,
    ) -> Subscriber | None:
        """Sign an address up for topics; `confirmed` says that its owner has consented.

        The topics replace those of a known address. An import changes nothing for a subscriber
        who left. Returns None if the address was erased and this event may not bring it back.

        Raises:
            AddressError: the text is not an address.
            ConsentError: the address cannot be confirmed, because it is suppressed.

        """
        address = addresses.parse(text)
        with self._writer.begin() as db:
            if not self._may_return(db, address.key, event):
                return None
            known = db.execute(
                sa.select(subscribers).where(subscribers.c.address_key == address.key)
            ).first()
            subscriber_id = known.id if known else self._new_id()
            status = Status(known.status) if known else None
            if not known:
                db.execute(
                    subscribers.insert().values(
                        id=subscriber_id,
                        address=address.original,
                        address_key=address.key,
                        status=Status.PENDING,
                        since=evidence.at,
                        preferences={},
                    )
                )
            status = self._move(db, subscriber_id, status, event, evidence)
            inactive = status in (Status.LEFT, Status.SUPPRESSED)
            if confirmed and not (inactive and event is Event.IMPORT):
                self._move(db, subscriber_id, status, Event.CONFIRM, evidence)
            if not inactive:
                self._subscribe(db, subscriber_id, topics)
        return self.find(address.original)

    def enrol(self, people: Iterable[tuple[str, Sequence[str]]], *, evidence: Evidence) -> int:
        """Add many new subscribers as confirmed, all or none; return their number.

        `people` are pairs of an address and its topics.

        Raises:
            AddressError: a text is not an address.
            ValueError: an address is known, was erased, or appears twice.

        """
        added, wanted, history, keys = [], [], [], []
        for text, topics in people:
            address, subscriber_id = addresses.parse(text), self._new_id()
            added.append(
                {
                    "id": subscriber_id,
                    "address": address.original,
                    "address_key": address.key,
                    "status": Status.CONFIRMED,
                    "since": evidence.at,
                    "preferences": {},
                }
            )
            keys.append(address.key)
            wanted += _topic_rows(subscriber_id, topics)
            entry = {"subscriber_id": subscriber_id, **asdict(evidence)}
            history.append({**entry, "event": Event.SIGN_UP, "status": Status.PENDING})
            history.append({**entry, "event": Event.CONFIRM, "status": Status.CONFIRMED})
        tables = ((subscribers, added), (subscriptions, wanted), (consent, history))
        try:
            with self._writer.begin() as db:
                if self._any_erased(db, keys):
                    raise ValueError("one of these readers asked to be forgotten")
                for table, rows in tables:
                    if rows:
                        db.execute(table.insert(), rows)
        except sa.exc.IntegrityError as error:
            raise ValueError("one of these readers is known already, or stands twice") from error
        return len(added)

    def record(self, subscriber_id: int, event: Event, *, evidence: Evidence) -> Subscriber | None:
        """Record an event; return the changed subscriber, or None if unknown or now erased.

        Raises:
            ConsentError: the event is not possible in the subscriber's status.

        """
        if event is Event.ERASE:
            self.erase(subscriber_id, evidence=evidence)
            return None
        with self._writer.begin() as db:
            status = db.execute(
                sa.select(subscribers.c.status).where(subscribers.c.id == subscriber_id)
            ).scalar()
            if status is None:
                return None
            self._move(db, subscriber_id, Status(status), event, evidence)
        return self.get(subscriber_id)

    def choose(
        self, subscriber_id: int, topics: Sequence[str], preferences: Preferences
    ) -> Subscriber | None:
        """Replace a subscriber's topics and preferences; return None if the id is unknown."""
        chosen = asdict(preferences)
        with self._writer.begin() as db:
            found = db.execute(
                subscribers.update()
                .where(subscribers.c.id == subscriber_id)
                .values(preferences=chosen)
            )
            if found.rowcount:
                self._subscribe(db, subscriber_id, topics)
        return self.get(subscriber_id)

    def erase(self, subscriber_id: int, *, evidence: Evidence) -> bool:
        """Delete a subscriber, except for a keyed hash that blocks later imports.

        The hash of a suppressed address blocks sign-ups too. Returns False if the id is unknown.
        """
        with self._writer.begin() as db:
            known = db.execute(
                sa.select(subscribers).where(subscribers.c.id == subscriber_id)
            ).first()
            if known is None:
                return False
            key_hash = self._hash(known.address_key)
            for_ever = next_status(Status(known.status), Event.ERASE) is Status.SUPPRESSED
            db.execute(suppressions.delete().where(suppressions.c.key_hash == key_hash))
            db.execute(
                suppressions.insert().values(
                    key_hash=key_hash, for_ever=for_ever, at=evidence.at, channel=evidence.channel
                )
            )
            db.execute(subscribers.delete().where(subscribers.c.id == subscriber_id))
        if self._engine.dialect.name == "sqlite":
            # The write-ahead log still holds the deleted data until it is truncated.
            raw = self._engine.raw_connection()
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.close()
        return True

    def had_left(self, subscriber_id: int) -> bool:
        """Return whether a subscriber ever left. If so, an operator cannot confirm them again."""
        query = sa.select(consent.c.id).where(
            consent.c.subscriber_id == subscriber_id, consent.c.event == Event.LEAVE
        )
        with self._engine.connect() as db:
            return db.execute(query).first() is not None

    def forget_unconfirmed(self, *, before: datetime, evidence: Evidence) -> int:
        """Delete sign-ups before a time that were never confirmed; return their number.

        A subscriber who had left and signed up again is marked as left instead. Their row blocks
        imports, and it belongs to the mails they once got.
        """

        def consent_time(which: Any) -> sa.ScalarSelect[Any]:
            this = consent.c.subscriber_id == subscribers.c.id
            return sa.select(which(consent.c.at)).where(this).scalar_subquery()

        pending = subscribers.c.status == Status.PENDING
        had_left = subscribers.c.id.in_(
            sa.select(consent.c.subscriber_id).where(consent.c.event == Event.LEAVE)
        )
        # Counted from the first sign-up: repeated sign-ups do not extend the deadline.
        never = pending & ~had_left & (consent_time(sa.func.min) < before)
        overdue = pending & had_left & (consent_time(sa.func.max) < before)
        with self._writer.begin() as db:
            deleted = db.execute(subscribers.delete().where(never)).rowcount
            for row in db.execute(sa.select(subscribers.c.id).where(overdue)).all():
                self._move(db, row.id, Status.PENDING, Event.LEAVE, evidence)
        return deleted

    def is_erased(self, text: str) -> bool:
        """Return whether an address was erased and has not been confirmed since."""
        key_hash = self._hash(addresses.parse(text).key)
        query = sa.select(suppressions).where(suppressions.c.key_hash == key_hash)
        with self._engine.connect() as db:
            return db.execute(query).first() is not None

    def get(self, subscriber_id: int) -> Subscriber | None:
        """Return the subscriber of an id, or None."""
        return next(self._select(subscribers.c.id == subscriber_id), None)

    def find(self, text: str) -> Subscriber | None:
        """Return the subscriber of an address in any spelling, or None.

        Raises:
            AddressError: the text is not an address.

        """
        key = addresses.parse(text).key
        return next(self._select(subscribers.c.address_key == key), None)

    def all(self) -> list[Subscriber]:
        """Return all subscribers, in every status, sorted by address."""
        return sorted(self._select(), key=lambda subscriber: subscriber.address.casefold())

    def some(self, subscriber_ids: Collection[int]) -> list[Subscriber]:
        """Return the subscribers with these ids, in every status; unknown ids are left out."""
        return list(self._select(subscribers.c.id.in_(subscriber_ids)))

    def confirmed(self) -> list[Subscriber]:
        """Return the subscribers who get a digest, by id, so that all runs have the same order."""
        return list(self._select(subscribers.c.status == Status.CONFIRMED))

    def wanting(self, topic: str) -> int:
        """Count the subscribers of a topic who have not left and are not suppressed."""
        inactive = subscribers.c.status.in_((Status.LEFT, Status.SUPPRESSED))
        query = (
            sa.select(sa.func.count())
            .select_from(subscriptions.join(subscribers))
            .where(subscriptions.c.topic == topic, ~inactive)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def history(self, subscriber_id: int) -> list[ConsentRecord]:
        """Return every change of a subscriber's consent, oldest first."""
        query = sa.select(consent).where(consent.c.subscriber_id == subscriber_id).order_by("id")
        with self._engine.connect() as db:
            return [_consent_record(row) for row in db.execute(query)]

    def _move(
        self,
        db: sa.Connection,
        subscriber_id: int,
        status: Status | None,
        event: Event,
        evidence: Evidence,
    ) -> Status:
        after = next_status(status, event)
        db.execute(
            subscribers.update().where(subscribers.c.id == subscriber_id).values(status=after)
        )
        db.execute(
            consent.insert().values(
                subscriber_id=subscriber_id, event=event, status=after, **asdict(evidence)
            )
        )
        if event is Event.CONFIRM:
            self._delete_hash(db, subscriber_id)
        return after

    def _subscribe(self, db: sa.Connection, subscriber_id: int, topics: Sequence[str]) -> None:
        db.execute(subscriptions.delete().where(subscriptions.c.subscriber_id == subscriber_id))
        if topics:
            db.execute(subscriptions.insert(), _topic_rows(subscriber_id, topics))

    def _may_return(self, db: sa.Connection, key: str, event: Event) -> bool:
        """Return whether an event may add an address, which may have been erased.

        For an erased address only a sign-up may, and only if it was not suppressed. The hash is
        kept until the confirmation, because anybody can type in any address.
        """
        this = suppressions.c.key_hash == self._hash(key)
        erased = db.execute(sa.select(suppressions).where(this)).first()
        return erased is None or not (event is Event.IMPORT or erased.for_ever)

    def _any_erased(self, db: sa.Connection, keys: Sequence[str]) -> bool:
        hashes = [self._hash(key) for key in keys]
        some = (
            sa.select(suppressions).where(suppressions.c.key_hash.in_(hashes[start : start + 500]))
            for start in range(0, len(hashes), 500)
        )
        return any(db.execute(query).first() for query in some)

    def _delete_hash(self, db: sa.Connection, subscriber_id: int) -> None:
        """Delete the hash of an erased address that was now confirmed."""
        query = sa.select(subscribers.c.address_key).where(subscribers.c.id == subscriber_id)
        this = suppressions.c.key_hash == self._hash(db.execute(query).scalar_one())
        db.execute(suppressions.delete().where(this))

    def _hash(self, key: str) -> str:
        return hmac.new(self._pepper, key.encode(), hashlib.sha256).hexdigest()

    def _select(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Subscriber]:
        columns = [
            *(subscribers.c[name] for name in ("id", "address", "status", "since")),
            sa.cast(subscribers.c.preferences, sa.Text),
        ]
        people = sa.select(*columns).where(*conditions).order_by(subscribers.c.id)
        topics_query = (
            sa.select(subscriptions.c.subscriber_id, subscriptions.c.topic)
            .join_from(subscriptions, subscribers)
            .where(*conditions)
            .order_by(subscriptions.c.subscriber_id, subscriptions.c.position)
        )
        with self._engine.connect() as db:
            topics = _topics_by_id(db.execute(topics_query))
            for subscriber_id, address, status, since, preferences in db.execute(people):
                yield Subscriber(
                    id=subscriber_id,
                    address=address,
                    status=Status(status),
                    since=since,
                    topics=tuple(topics.get(subscriber_id, ())),
                    preferences=_preferences(preferences),
                )


def _topics_by_id(rows: Iterable[Any]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for subscriber_id, topic in rows:
        grouped.setdefault(subscriber_id, []).append(topic)
    return grouped


def _topic_rows(subscriber_id: int, topics: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"subscriber_id": subscriber_id, "topic": topic, "position": position}
        for position, topic in enumerate(dict.fromkeys(topics))
    ]


def _consent_record(row: Any) -> ConsentRecord:
    evidence = Evidence(
        at=row.at, channel=row.channel, note=row.note, wording=row.wording, network=row.network
    )
    return ConsentRecord(event=Event(row.event), status=Status(row.status), evidence=evidence)


@lru_cache(maxsize=4096)  # most subscribers share their preferences with others
def _preferences(stored: str) -> Preferences:
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(stored).items()
    }
    return Preferences(**tuples)
