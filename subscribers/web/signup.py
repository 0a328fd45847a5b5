"""Signing up, after the response was sent.

The response must not depend on who the address belongs to, and neither must its duration.
So all of this runs afterwards. Only a mail tells whether the address is already known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.book import Evidence
    from subscribers.web.services import WebServices

_SUBSCRIBED = (Status.CONFIRMED, Status.PAUSED)


def sign_up(
    services: WebServices, address: str, topics: Sequence[str], *, evidence: Evidence
) -> None:
    """Store a sign-up and queue the mail that fits: a confirmation, or "already subscribed"."""
    try:
        found = services.book.find(address)
        if found is not None and found.status in (*_SUBSCRIBED, Status.PENDING):
            # Anybody can type in an address. Only a link can change topics that a mail has named.
            topics = found.topics
        subscriber = services.book.add(address, topics, confirmed=False, evidence=evidence)
    except AddressError:
        return  # the form was checked, so this happens only if the rules change in between
    if subscriber is None or subscriber.status is Status.SUPPRESSED:
        return
    services.queue_mail(subscriber.id, "known" if subscriber.status in _SUBSCRIBED else "confirm")
