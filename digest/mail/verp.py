"""The envelope sender of each mail, by which a bounce tells whose mail came back (VERP).

Where `[mail] bounce_address` holds `{id}`, that becomes the day, the subscriber and a signature, so
that nobody can make an address that reports somebody else's mail as undeliverable.
"""

from __future__ import annotations

import hmac
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What stands for the id in an address.
PLACE = "{id}"
_ID = re.compile(r"([0-9]{8})\.([0-9a-f]{1,16})\.[0-9a-f]{16}")


def return_address(pattern: str, day: date, subscriber_id: int, *, secret: str) -> str:
    """Return the envelope sender of a subscriber's mail; the pattern itself if it holds no id."""
    if PLACE not in pattern:
        return pattern
    return pattern.replace(PLACE, _signed(f"{day:%Y%m%d}.{subscriber_id:x}", secret))


def parse_return_address(identifier: str, *, secrets: Sequence[str]) -> tuple[date, int] | None:
    """Return the day and the subscriber of an id in a bounce's address; None if it is not ours.

    Servers on the way may have changed the case. Any of the secrets may have signed it.
    """
    match = _ID.fullmatch(identifier := identifier.lower())
    if match is None:
        return None
    name = identifier.rpartition(".")[0]
    # All are tried whatever the first gives, so that the time tells nothing.
    known = [hmac.compare_digest(_signed(name, secret), identifier) for secret in secrets]
    if not any(known):
        return None
    return date.fromisoformat(match[1]), int(match[2], 16)


def _signed(name: str, secret: str) -> str:
    mac = hmac.digest(secret.encode(), f"return {name}".encode(), "sha256")
    return f"{name}.{mac.hex()[:16]}"
