"""Suppression of the addresses that a mail server refuses for good: no run tries them again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from subscribers.book import Evidence
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from subscribers.book import Book

log = logging.getLogger(__name__)

#: The most characters of the server's words that are kept as evidence.
_LONGEST_NOTE = 500


def suppress_invalid_address(
    book: Book, subscriber_id: int, reason: str, *, clock: Callable[[], datetime]
) -> None:
    """Suppress a subscriber whose address does not exist, with the server's words as evidence."""
    evidence = Evidence(at=clock(), channel="mail server", note=reason[:_LONGEST_NOTE])
    book.record(subscriber_id, Event.BOUNCE, evidence=evidence)
    log.warning("address suppressed", extra={"subscriber": subscriber_id, "reason": reason})
