"""Times as the exports, the feeds and the API write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def timestamp(value: datetime) -> str:
    """Write a UTC time in ISO 8601 to the second: `2026-02-02T09:30:00Z`."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")
