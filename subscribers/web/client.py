"""Who is at the door: all that is kept of a visitor is the network they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.book import Evidence
from subscribers.rate_limits import truncated

if TYPE_CHECKING:
    from fastapi import Request

    from subscribers.web.services import WebServices


def ip_of(request: Request) -> str:
    """Return the visitor's address, or nothing where the server has none."""
    return request.client.host if request.client else ""


def evidence_of(house: WebServices, request: Request, door: str, *, wording: str = "") -> Evidence:
    """Return what is written down of a visitor's step."""
    return Evidence(
        at=house.clock(), channel=door, network=truncated(ip_of(request)), wording=wording
    )
