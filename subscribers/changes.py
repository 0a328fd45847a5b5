"""Writes changes of subscribers on an open connection: their consent, their topics, and lists."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from subscribers.models import INACTIVE, Event, Preferences, Status, next_status
from subscribers.queries import read_by_key, read_consent_times
from subscribers.tables import consent, subscribers, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from subscribers.addresses import Address
    from subscribers.book import Evidence
    from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class ListEntry:
    """A reader of a list, as they come into the book."""

    address: Address
    #: the topics and preferences the list gives; None for those a known reader has
    topics: tuple[str, ...] | None
    preferences: Preferences | None
    #: the time of the first sign-up; None for now
    since: datetime | None
    #: the evidence of the import of a new reader; None for that of the whole list
    imported: Evidence | None = None
    #: what happened after the import, in order, each with its evidence
    steps: tuple[tuple[Event, Evidence], ...] = ()


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
        "preferences": asdict(preferences) if preferences else {},
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
    """Insert rows into tables, in this order."""
    for table, rows in tables:
        if rows:
            db.execute(table.insert(), rows)


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
    return after


def choose_topics(db: sa.Connection, subscriber_id: int, topics: Sequence[str]) -> None:
    """Replace a subscriber's topics."""
    db.execute(subscriptions.delete().where(subscriptions.c.subscriber_id == subscriber_id))
    insert_rows(db, (subscriptions, topic_rows(subscriber_id, topics)))


def bring_in(
    db: sa.Connection,
    entries: Iterable[ListEntry],
    *,
    new_id: Callable[[], int],
    evidence: Evidence,
) -> list[str]:
    """Write the entries of a list; return the keys of those that changed something.

    An entry does not bring back a reader who has left or is suppressed: here or since it was made.
    """
    by_key = {entry.address.key: entry for entry in entries}
    known = read_by_key(db, by_key)
    times = read_consent_times(db, [one.id for one in known.values()])
    people, wanted, history, changed = [], [], [], []
    for key, entry in by_key.items():
        if found := known.get(key):
            had_left = times[found.id].left is not None
            if _bring_in_known(db, found, entry, had_left=had_left, evidence=evidence):
                changed.append(key)
            continue
        subscriber_id = new_id()
        status = next_status(None, Event.IMPORT)
        imported = entry.imported or evidence
        history.append(consent_row(subscriber_id, Event.IMPORT, status, imported))
        for event, step in entry.steps:
            status = next_status(status, event)
            history.append(consent_row(subscriber_id, event, status, step))
        since = entry.since or evidence.at
        people.append(
            subscriber_row(subscriber_id, entry.address, status, since, entry.preferences)
        )
        wanted += topic_rows(subscriber_id, entry.topics or ())
        changed.append(key)
    insert_rows(db, (subscribers, people), (subscriptions, wanted), (consent, history))
    return changed


def _bring_in_known(
    db: sa.Connection, found: Subscriber, entry: ListEntry, *, had_left: bool, evidence: Evidence
) -> bool:
    """Write an entry of a known reader; return whether it may change something."""
    refused = found.status in INACTIVE or (found.status is Status.PENDING and had_left)
    if refused and (not entry.steps or Event.CONFIRM in [event for event, _ in entry.steps]):
        return False
    status = found.status
    for event, step in ((Event.IMPORT, evidence), *entry.steps):
        status = move(db, found.id, status, event, step)
    if status in INACTIVE:
        return True
    if entry.topics is not None:
        choose_topics(db, found.id, entry.topics)
    if entry.preferences is not None:
        this = subscribers.c.id == found.id
        db.execute(subscribers.update().where(this).values(preferences=asdict(entry.preferences)))
    return True
