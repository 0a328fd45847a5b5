"""Writes changes of subscribers on an open connection: their consent, their topics, and lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from subscribers import schedules, status_changes
from subscribers.models import INACTIVE, Event, Preferences, Status, next_status
from subscribers.queries import read_consent_times, read_standings
from subscribers.tables import consent, subscribers, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from subscribers.addresses import Address
    from subscribers.book import Evidence
    from subscribers.queries import Standing


class ListEntry(NamedTuple):
    """A reader of a list, as they come into the book."""

    address: Address
    #: the topics and preferences the list gives; None for those a known reader has
    topics: tuple[str, ...] | None
    preferences: Preferences | None
    #: the time of the first sign-up; None for now
    since: datetime | None
    #: the topics of a new reader to whom the list gives none
    default_topics: tuple[str, ...] = ()
    #: the evidence of the import of a new reader; None for that of the whole list
    imported: Evidence | None = None
    #: what happened after the import, in order, each with its evidence
    steps: tuple[tuple[Event, Evidence], ...] = ()
    #: whether a letter asks them to confirm, if they are pending then
    asks: bool = False


def subscriber_row(
    subscriber_id: int,
    address: Address,
    status: Status,
    since: datetime,
    preferences: Preferences | None = None,
) -> dict[str, Any]:
    """Return the row of a new subscriber."""
    return {
        "id": subscriber_id,
        "address": address.original,
        "address_key": address.key,
        "mailbox": address.mailbox,
        "status": status,
        "since": since,
        "preferences": dict(vars(preferences)) if preferences else {},
    }


def consent_row(
    subscriber_id: int, event: Event, status: Status, evidence: Evidence
) -> dict[str, Any]:
    """Return the row of an event, with the status after it."""
    # Not `asdict`, which copies every value and takes most of the time of a long list.
    return {"subscriber_id": subscriber_id, "event": event, "status": status, **vars(evidence)}


def topic_rows(subscriber_id: int, topics: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a subscriber's topics, each once."""
    return [
        {"subscriber_id": subscriber_id, "topic": topic, "position": position}
        for position, topic in enumerate(dict.fromkeys(topics))
    ]


def insert_rows(db: sa.Connection, *tables: tuple[sa.Table, Sequence[dict[str, Any]]]) -> None:
    """Insert rows into tables, in this order, each reader's in theirs.

    Rows of the same reader, whose ids are random, go to the same pages of a table and its indexes.
    """
    for table, rows in tables:
        if rows:
            db.execute(table.insert(), sorted(rows, key=_reader))


def _reader(row: Mapping[str, Any]) -> int:
    subscriber_id: int = row["id"] if "id" in row else row["subscriber_id"]
    return subscriber_id


def move(
    db: sa.Connection, subscriber_id: int, status: Status | None, event: Event, evidence: Evidence
) -> Status:
    """Record an event of a subscriber in this status; return the status after it.

    Raises:
        ConsentError: the event is not possible in the status.

    """
    after = next_status(status, event)
    this = subscribers.c.id == subscriber_id
    db.execute(subscribers.update().where(this).values(status=after))
    db.execute(consent.insert().values(consent_row(subscriber_id, event, after, evidence)))
    if after is not status:
        status_changes.record(db, [(status, after, evidence.at)])
        schedules.keep(db, [subscriber_id], at=evidence.at)
    return after


def move_all(
    db: sa.Connection,
    statuses: Mapping[int, Status],
    events: Iterable[tuple[int, Event, Evidence]],
) -> None:
    """Record events of subscribers in these statuses, in two statements; the order counts.

    Raises:
        ConsentError: an event is not possible in the status.

    """
    after = dict(statuses)
    rows, steps, at = [], [], None
    for subscriber_id, event, evidence in events:
        at, before = evidence.at, after[subscriber_id]
        after[subscriber_id] = next_status(before, event)
        steps.append((before, after[subscriber_id], at))
        rows.append(consent_row(subscriber_id, event, after[subscriber_id], evidence))
    if at is None:
        return
    this = subscribers.c.id == sa.bindparam("this")
    changed = {row["subscriber_id"] for row in rows}
    db.execute(
        subscribers.update().where(this), [{"this": one, "status": after[one]} for one in changed]
    )
    db.execute(consent.insert(), rows)
    status_changes.record(db, steps)
    schedules.keep(db, changed, at=at)


def choose_topics(db: sa.Connection, subscriber_id: int, topics: Sequence[str]) -> None:
    """Replace a subscriber's topics."""
    db.execute(subscriptions.delete().where(subscriptions.c.subscriber_id == subscriber_id))
    insert_rows(db, (subscriptions, topic_rows(subscriber_id, topics)))


class Brought(NamedTuple):
    """What a list has changed."""

    #: the keys of those who were added or may have changed
    changed: set[str]
    #: the ids of those who are pending and to be asked to confirm
    asked: list[int]


def bring_in(
    db: sa.Connection,
    entries: Iterable[ListEntry],
    *,
    new_id: Callable[[], int],
    evidence: Evidence,
) -> Brought:
    """Write the entries of a list; return whom they changed, and who is to be asked to confirm.

    An entry does not bring back a reader who has left or is suppressed: here or since it was made.
    """
    by_key = {entry.address.key: entry for entry in entries}
    known = read_standings(db, by_key)
    times = read_consent_times(db, [one.id for one in known.values()])
    writing, brought = _Writing(), Brought(set(), [])
    for key, entry in by_key.items():
        found = known.get(key)
        if found and _is_refused(found, entry, had_left=times[found.id].left is not None):
            continue
        subscriber_id = found.id if found else new_id()
        status = writing.happened(subscriber_id, found, entry, evidence)
        if found is None:
            since = entry.since or evidence.at
            writing.people.append(
                subscriber_row(subscriber_id, entry.address, status, since, entry.preferences)
            )
            topics = entry.default_topics if entry.topics is None else entry.topics
            writing.wanted += topic_rows(subscriber_id, topics)
        else:
            writing.change(found, entry, status)
        brought.changed.add(key)
        if entry.asks and status is Status.PENDING:
            brought.asked.append(subscriber_id)
    writing.write(db)
    schedules.keep(db, writing.scheduled, at=evidence.at)
    return brought


def _is_refused(found: Standing, entry: ListEntry, *, had_left: bool) -> bool:
    """Whether an entry would bring back a known reader who has left or is suppressed."""
    gone = found.status in INACTIVE or (found.status is Status.PENDING and had_left)
    return gone and (not entry.steps or Event.CONFIRM in [event for event, _ in entry.steps])


@dataclass(kw_only=True)
class _Writing:
    """The rows that the entries of a list write, a statement for each table and kind of change."""

    people: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    preferences: list[dict[str, Any]] = field(default_factory=list)
    #: the ids of known readers whose topics are replaced
    chosen: list[dict[str, int]] = field(default_factory=list)
    wanted: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    steps: list[status_changes.Step] = field(default_factory=list)

    def happened(
        self, subscriber_id: int, found: Standing | None, entry: ListEntry, evidence: Evidence
    ) -> Status:
        """Take note of the import and of what happened after it; return the status then."""
        status = found.status if found else None
        imported = evidence if found else entry.imported or evidence
        for event, step in ((Event.IMPORT, imported), *entry.steps):
            before, status = status, next_status(status, event)
            self.steps.append((before, status, step.at))
            self.history.append(consent_row(subscriber_id, event, status, step))
        assert status is not None  # noqa: S101 (there is one event at least)
        return status

    def change(self, found: Standing, entry: ListEntry, status: Status) -> None:
        """Take note of a known reader's status and, unless they want no mail, of their choices."""
        if status is not found.status:
            self.statuses.append({"this": found.id, "status": status})
        if status in INACTIVE:
            return
        if entry.topics is not None:
            self.chosen.append({"this": found.id})
            self.wanted += topic_rows(found.id, entry.topics)
        if entry.preferences is not None:
            self.preferences.append(
                {"this": found.id, "preferences": dict(vars(entry.preferences))}
            )

    @property
    def scheduled(self) -> set[int]:
        """Those whose status or preferences are new."""
        known = (*self.statuses, *self.preferences)
        return {one["id"] for one in self.people} | {one["this"] for one in known}

    def write(self, db: sa.Connection) -> None:
        """Write everything."""
        this = subscribers.c.id == sa.bindparam("this")
        for statement, rows in (
            (subscribers.update().where(this), self.statuses),
            (subscribers.update().where(this), self.preferences),
            (
                subscriptions.delete().where(subscriptions.c.subscriber_id == sa.bindparam("this")),
                self.chosen,
            ),
        ):
            if rows:
                db.execute(statement, rows)
        insert_rows(
            db, (subscribers, self.people), (subscriptions, self.wanted), (consent, self.history)
        )
        status_changes.record(db, self.steps)
