"""Which subscriber a link belongs to, and what its holder does.

Links need no cookie and no password: a link is sent only to the address of its subscriber.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from subscribers import links
from subscribers.errors import LinkError
from subscribers.links import Purpose
from subscribers.web.client import evidence_of

if TYPE_CHECKING:
    from fastapi import Request

    from subscribers.models import Event, Subscriber
    from subscribers.web.services import WebServices

_LIBRARY = re.compile(r"/manage/([^/]+)/library")


class GoneError(Exception):
    """The link is valid, but its subscription does not exist any more."""


class PreviewError(Exception):
    """The link is valid, but of a preview: no such mail was sent."""


def subscriber_of(services: WebServices, purpose: Purpose, token: str) -> Subscriber:
    """Return the subscriber of a link.

    Raises:
        LinkError: the token is forged, expired, or signed for another purpose.
        GoneError: the subscriber was erased.

    """
    subscriber_id = links.read(purpose, token, secrets=services.secrets, now=services.clock())
    subscriber = services.book.get(subscriber_id)
    if subscriber is None:
        raise GoneError
    return subscriber


def is_upload(services: WebServices, path: str) -> bool:
    """Whether a path takes a file: that of a library, with a link that was signed here.

    So a stranger can make the server hold no more than a short form.
    """
    found = _LIBRARY.fullmatch(path)
    if found is None:
        return False
    try:
        links.read(Purpose.MANAGE, found[1], secrets=services.secrets, now=services.clock())
    except LinkError:
        return False
    return True


def record(
    services: WebServices, request: Request, subscriber: Subscriber, event: Event, channel: str
) -> Subscriber | None:
    """Record an event with its evidence; return the changed subscriber, or None if erased.

    Raises:
        ConsentError: the event is not possible, for example because the subscriber has left.

    """
    evidence = evidence_of(services, request, channel)
    return services.book.record(subscriber.id, event, evidence=evidence)
