"""What a reader may ask of what is known about them: all of it, or that it be forgotten."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from subscribers.book import Book, Evidence
    from subscribers.models import Subscriber


def export(
    reader: Subscriber,
    book: Book,
    *,
    issues: Callable[[int], list[dict[str, Any]]],
    letters: Callable[[int], list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return everything known about a reader, ready for JSON.

    `issues` and `letters` give the mails to an id; they come from above, where mails are known.
    """
    return {
        "address": reader.address,
        "status": str(reader.status),
        "since": _moment(reader.since),
        "topics": list(reader.topics),
        "preferences": asdict(reader.preferences),
        "consent": [
            {
                "event": str(step.event),
                "status": str(step.status),
                "at": _moment(step.evidence.at),
                "door": step.evidence.channel,
                "note": step.evidence.note,
                "wording": step.evidence.wording,
                "network": step.evidence.network,
            }
            for step in book.history(reader.id)
        ],
        "issues": issues(reader.id),
        "letters": letters(reader.id),
    }


def erase(
    reader: Subscriber, book: Book, *, forget: Callable[[int], None], evidence: Evidence
) -> None:
    """Forget a reader everywhere; only a keyed hash stays, which keeps imports from a revival.

    `forget` removes what is known above of an id. It comes first: if this breaks off in between
    it can simply be asked for again.
    """
    forget(reader.id)
    book.erase(reader.id, evidence=evidence)


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")
