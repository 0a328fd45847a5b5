"""Signing up, after the visitor has had their answer.

The answer does not depend on who the address belongs to, and neither does the time it takes:
all of this happens afterwards. An address that is known is told so by mail alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.book import Evidence
    from subscribers.web.services import WebServices

_SETTLED = (Status.CONFIRMED, Status.PAUSED)


def sign_up(house: WebServices, address: str, topics: Sequence[str], *, evidence: Evidence) -> None:
    """Write a sign-up down and ask for the letter that fits."""
    try:
        found = house.book.find(address)
        if found is not None and found.status in (*_SETTLED, Status.PENDING):
            # What a letter has named, or its reader chosen, only a link of theirs can change.
            topics = found.topics
        reader = house.book.add(address, topics, confirmed=False, evidence=evidence)
    except AddressError:
        return  # checked at the door; the rules cannot have changed since
    if reader is None or reader.status is Status.SUPPRESSED:
        return
    house.queue_mail(reader.id, "known" if reader.status in _SETTLED else "confirm")
