"""What a subscriber can demand for their data: a copy of all of it, or its erasure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from subscribers.book import Book, Evidence
    from subscribers.models import Subscriber


def export(
    subscriber: Subscriber,
    book: Book,
    *,
    issues: Callable[[int], Iterator[dict[str, Any]]],
    transactional: Callable[[int], list[dict[str, Any]]],
    inbound: Callable[[int], list[dict[str, Any]]],
    feedback: Callable[[int], dict[str, Any]],
) -> dict[str, Any]:
    """Return everything known about a subscriber, ready for `json_stream`.

    `issues` and `transactional` return the mails sent to a subscriber's id, `inbound` the messages
    that came in from or about them, and `feedback` what they said of papers. The caller passes
    them, because this package does not know about mails and papers. The issues stay an iterator:
    they are read while they are written.
    """
    return {
        "address": subscriber.address,
        "status": str(subscriber.status),
        "since": timestamp(subscriber.since),
        "topics": list(subscriber.topics),
        "preferences": asdict(subscriber.preferences),
        "consent": [
            {
                "event": str(entry.event),
                "status": str(entry.status),
                "at": timestamp(entry.evidence.at),
                "door": entry.evidence.channel,
                "note": entry.evidence.note,
                "wording": entry.evidence.wording,
                "network": entry.evidence.network,
            }
            for entry in book.history(subscriber.id)
        ],
        **feedback(subscriber.id),
        "issues": issues(subscriber.id),
        "letters": transactional(subscriber.id),
        "inbound": inbound(subscriber.id),
    }


def erase(
    subscriber: Subscriber, book: Book, *, forget: Callable[[int], None], evidence: Evidence
) -> None:
    """Erase a subscriber everywhere, except for a keyed hash that blocks later imports.

    `forget` deletes the records of all mails to a subscriber's id. It runs first: if the process
    dies in between, the subscriber still exists and can ask for the erasure again.
    """
    forget(subscriber.id)
    book.erase(subscriber.id, evidence=evidence)
