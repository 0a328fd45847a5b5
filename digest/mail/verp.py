"""Variable envelope return paths (VERP): the envelope sender names the mail that bounced.

Where `[mail] bounce_address` has `{id}`, it becomes the day, the subscriber and a signature. So
nobody can make an address that reports somebody else's mail as undeliverable.
"""

from __future__ import annotations

import hmac
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Stands for the id in `[mail] bounce_address`.
ID_PLACEHOLDER = "{id}"
#: No subscriber has this id, so that a return address with it is valid and nobody's.
NOBODY = 0
_ID = re.compile(r"([0-9]{8})\.([0-9a-f]{1,16})\.[0-9a-f]{16}")


def return_address(pattern: str, day: date, subscriber_id: int, *, secret: str) -> str:
    """Return the envelope sender of a subscriber's mail, or the pattern if it has no `{id}`."""
    if ID_PLACEHOLDER not in pattern:
        return pattern
    return pattern.replace(ID_PLACEHOLDER, _signed(f"{day:%Y%m%d}.{subscriber_id:x}", secret))


def parse_return_address(identifier: str, *, secrets: Sequence[str]) -> tuple[date, int] | None:
    """Return the day and the subscriber of an id in a bounce's address, or None if it is not ours.

    Servers on the way may have changed the case. Any of the secrets may have signed the id.
    """
    match = _ID.fullmatch(identifier := identifier.lower())
    if match is None:
        return None
    name = identifier.rpartition(".")[0]
    # All secrets are tried, so that the time does not show which one fits.
    valid = [hmac.compare_digest(_signed(name, secret), identifier) for secret in secrets]
    if not any(valid):
        return None
    return date.fromisoformat(match[1]), int(match[2], 16)


def _signed(name: str, secret: str) -> str:
    mac = hmac.digest(secret.encode(), f"return {name}".encode(), "sha256")
    return f"{name}.{mac.hex()[:16]}"
