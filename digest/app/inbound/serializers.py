"""The JSON of mail that comes in, as the commands print it. The keys are a published format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.app.serializers import values

if TYPE_CHECKING:
    from digest.models.inbound import BouncedRecipient, Explanation, ReturnedMail
    from digest.storage.arrivals import Arrivals, SettledArrival

#: The most messages of one reader; they are kept for three months.
MOST = 1_000


def arrival(found: SettledArrival) -> dict[str, Any]:
    """Write a message that came in, without its bytes."""
    envelope = found.arrival.envelope
    return {
        **values(found.arrival, "id", "received_at", "channel"),
        "sender": envelope.sender,
        "recipient": envelope.recipient,
        **values(found, "state", "kind", "why", "result"),
    }


def arrivals_of(arrivals: Arrivals, subscriber_id: int) -> list[dict[str, Any]]:
    """Write the messages that came in from or about a subscriber, the newest first."""
    return [arrival(one) for one in arrivals.newest(most=MOST, subscriber_id=subscriber_id)]


def explanation(file: str, found: Explanation) -> dict[str, Any]:
    """Return what a message is, and why."""
    return {
        "file": file,
        "kind": str(found.kind),
        "recipients": [_recipient(one) for one in found.recipients],
        "verp": _returned(found.returned),
        "why": found.why,
    }


def _recipient(found: BouncedRecipient) -> dict[str, Any]:
    return {
        "address": found.address,
        "class": str(found.bounce_class),
        "status": found.status,
        "diagnostic": found.diagnostic,
    }


def _returned(found: ReturnedMail) -> dict[str, Any] | None:
    """Return what proves which mail it is about; None if there is not even a forged proof."""
    if not found.found_in:
        return None
    return {
        "day": None if found.day is None else found.day.isoformat(),
        "subscriber": found.subscriber_id,
        "valid": found.is_proven,
        "found_in": found.found_in,
        "fault": found.fault,
    }
