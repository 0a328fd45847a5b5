"""The address book: every change of consent, with its evidence.

Nobody's row is deleted when they leave: that they left is what keeps them from being
written to again.
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
    """How a change of consent came about."""

    at: datetime
    #: the way it came in by, such as cli
    channel: str
    #: who said so, or other circumstances
    note: str = ""
    #: which version of the words they agreed to
    wording: str = ""
    #: where they came from: an IP address cut to its network
    network: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentRecord:
    """One line of a subscriber's history."""

    event: Event
    status: Status
    evidence: Evidence


class Book:
    """The address book on an open database."""

    def __init__(self, engine: sa.Engine, *, new_id: Callable[[], int], pepper: str) -> None:
        """Use an engine whose tables exist.

        `new_id` gives unused random ids; `pepper` keys the hashes of those who were erased and
        must never change.
        """
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
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
        """Sign an address up for topics, and confirm it if somebody vouches for the consent.

        A known address gets these topics instead of its old ones, unless it stays where it was:
        an import does not change somebody who left. None when the address belongs to somebody
        who was erased and may not come back this way.

        Raises:
            AddressError: the text is not an address.
            ConsentError: it cannot be confirmed, being suppressed.

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
            gone = status in (Status.LEFT, Status.SUPPRESSED)
            if confirmed and not (gone and event is Event.IMPORT):
                self._move(db, subscriber_id, status, Event.CONFIRM, evidence)
            if not gone:
                self._subscribe(db, subscriber_id, topics)
        return self.find(address.original)

    def enrol(self, people: Iterable[tuple[str, Sequence[str]]], *, evidence: Evidence) -> int:
        """Take in many readers nobody knows yet, confirmed, all or none; return how many.

        Raises:
            AddressError: one is not an address.
            ValueError: one is known already, was erased, or stands twice.

        """
        who, wants, steps, keys = [], [], [], []
        for text, topics in people:
            address, subscriber_id = addresses.parse(text), self._new_id()
            who.append(
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
            wants += _wishes(subscriber_id, topics)
            step = {"subscriber_id": subscriber_id, **asdict(evidence)}
            steps.append({**step, "event": Event.SIGN_UP, "status": Status.PENDING})
            steps.append({**step, "event": Event.CONFIRM, "status": Status.CONFIRMED})
        try:
            with self._writer.begin() as db:
                if self._were_erased(db, keys):
                    raise ValueError("one of these readers asked to be forgotten")
                for table, rows in ((subscribers, who), (subscriptions, wants), (consent, steps)):
                    if rows:
                        db.execute(table.insert(), rows)
        except sa.exc.IntegrityError as error:
            raise ValueError("one of these readers is known already, or stands twice") from error
        return len(who)

    def record(self, subscriber_id: int, event: Event, *, evidence: Evidence) -> Subscriber | None:
        """Write down what a reader did; return them as they now stand, None if unknown or erased.

        Raises:
            ConsentError: it is not possible from where they stand.

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
        """Keep what a reader chose; None if there is no such reader."""
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
        """Forget a reader, but for a keyed hash that keeps an import from bringing them back.

        Whoever must never be written to stays so. False if there is no such reader.
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
            # The pages just overwritten may stand in the write-ahead log until it is tidied.
            raw = self._engine.raw_connection()
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.close()
        return True

    def had_left(self, subscriber_id: int) -> bool:
        """Whether a reader ever left; then only their own confirmation brings them back."""
        query = sa.select(consent.c.id).where(
            consent.c.subscriber_id == subscriber_id, consent.c.event == Event.LEAVE
        )
        with self._engine.connect() as db:
            return db.execute(query).first() is not None

    def forget_unconfirmed(self, *, before: datetime, evidence: Evidence) -> int:
        """Delete those who signed up before a time and never confirmed; return how many.

        Whoever had left before they signed up again has left once more: their row is what keeps
        them from being imported, and the mails they got speak of it.
        """

        def asked(which: Any) -> sa.ScalarSelect[Any]:
            this = consent.c.subscriber_id == subscribers.c.id
            return sa.select(which(consent.c.at)).where(this).scalar_subquery()

        pending = subscribers.c.status == Status.PENDING
        had_left = subscribers.c.id.in_(
            sa.select(consent.c.subscriber_id).where(consent.c.event == Event.LEAVE)
        )
        # From the first time they were asked: signing up again and again keeps nobody here.
        never = pending & ~had_left & (asked(sa.func.min) < before)
        overdue = pending & had_left & (asked(sa.func.max) < before)
        with self._writer.begin() as db:
            gone = db.execute(subscribers.delete().where(never)).rowcount
            for row in db.execute(sa.select(subscribers.c.id).where(overdue)).all():
                self._move(db, row.id, Status.PENDING, Event.LEAVE, evidence)
        return gone

    def is_erased(self, text: str) -> bool:
        """Whether an address belongs to somebody who was erased and has not confirmed since."""
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
        """Return everybody who ever signed up, by address."""
        return sorted(self._select(), key=lambda reader: reader.address.casefold())

    def some(self, subscriber_ids: Collection[int]) -> list[Subscriber]:
        """Return the subscribers of these ids, whatever their status; unknown ids are left out."""
        return list(self._select(subscribers.c.id.in_(subscriber_ids)))

    def confirmed(self) -> list[Subscriber]:
        """Return those who want a digest, by id, so that every run goes in the same order."""
        return list(self._select(subscribers.c.status == Status.CONFIRMED))

    def wanting(self, topic: str) -> int:
        """Count the subscribers of a topic who may still get it."""
        gone = subscribers.c.status.in_((Status.LEFT, Status.SUPPRESSED))
        query = (
            sa.select(sa.func.count())
            .select_from(subscriptions.join(subscribers))
            .where(subscriptions.c.topic == topic, ~gone)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def history(self, subscriber_id: int) -> list[ConsentRecord]:
        """Return every change of a subscriber's consent, oldest first."""
        query = sa.select(consent).where(consent.c.subscriber_id == subscriber_id).order_by("id")
        with self._engine.connect() as db:
            return [_step(row) for row in db.execute(query)]

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
            self._lift(db, subscriber_id)
        return after

    def _subscribe(self, db: sa.Connection, subscriber_id: int, topics: Sequence[str]) -> None:
        db.execute(subscriptions.delete().where(subscriptions.c.subscriber_id == subscriber_id))
        if topics:
            db.execute(subscriptions.insert(), _wishes(subscriber_id, topics))

    def _may_return(self, db: sa.Connection, key: str, event: Event) -> bool:
        """Whether an address that may have been erased can be written down again.

        Only the reader's own sign-up can, and not if they were never to be written to. The hash
        stays until they confirm, since anybody can type in their address.
        """
        this = suppressions.c.key_hash == self._hash(key)
        erased = db.execute(sa.select(suppressions).where(this)).first()
        return erased is None or not (event is Event.IMPORT or erased.for_ever)

    def _were_erased(self, db: sa.Connection, keys: Sequence[str]) -> bool:
        hashes = [self._hash(key) for key in keys]
        some = (
            sa.select(suppressions).where(suppressions.c.key_hash.in_(hashes[start : start + 500]))
            for start in range(0, len(hashes), 500)
        )
        return any(db.execute(query).first() for query in some)

    def _lift(self, db: sa.Connection, subscriber_id: int) -> None:
        """Let somebody who was erased, and now confirmed, be a reader like any other."""
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
        who = sa.select(*columns).where(*conditions).order_by(subscribers.c.id)
        wants = (
            sa.select(subscriptions.c.subscriber_id, subscriptions.c.topic)
            .join_from(subscriptions, subscribers)
            .where(*conditions)
            .order_by(subscriptions.c.subscriber_id, subscriptions.c.position)
        )
        with self._engine.connect() as db:
            topics = _grouped(db.execute(wants))
            for subscriber_id, address, status, since, preferences in db.execute(who):
                yield Subscriber(
                    id=subscriber_id,
                    address=address,
                    status=Status(status),
                    since=since,
                    topics=tuple(topics.get(subscriber_id, ())),
                    preferences=_preferences(preferences),
                )


def _grouped(rows: Iterable[Any]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for subscriber_id, topic in rows:
        grouped.setdefault(subscriber_id, []).append(topic)
    return grouped


def _wishes(subscriber_id: int, topics: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"subscriber_id": subscriber_id, "topic": topic, "position": position}
        for position, topic in enumerate(dict.fromkeys(topics))
    ]


def _step(row: Any) -> ConsentRecord:
    evidence = Evidence(
        at=row.at, channel=row.channel, note=row.note, wording=row.wording, network=row.network
    )
    return ConsentRecord(event=Event(row.event), status=Status(row.status), evidence=evidence)


@lru_cache(maxsize=4096)  # most readers choose what others chose before them
def _preferences(stored: str) -> Preferences:
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(stored).items()
    }
    return Preferences(**tuples)
