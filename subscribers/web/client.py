"""What is known about a client: only its network is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.book import Evidence
from subscribers.rate_limits import truncated

if TYPE_CHECKING:
    from fastapi import Request

    from subscribers.web.services import WebServices


def ip_of(request: Request) -> str:
    """Return the client's IP address, or an empty string if the server has none."""
    return request.client.host if request.client else ""


def evidence_of(
    services: WebServices, request: Request, channel: str, *, wording: str = ""
) -> Evidence:
    """Return the evidence to store for a request: the time, the channel and the network."""
    return Evidence(
        at=services.clock(), channel=channel, network=truncated(ip_of(request)), wording=wording
    )
