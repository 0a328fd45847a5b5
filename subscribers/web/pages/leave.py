"""The page of the link to leave, which every issue has, and one-click unsubscribing (RFC 8058)."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Request
from starlette.responses import Response

from subscribers.links import Purpose
from subscribers.models import Event, Status
from subscribers.web.access import GoneError, record, subscriber_of
from subscribers.web.dependencies import READ, ServicesDep, TemplatesDep
from subscribers.web.pages.action import action_page, left_page

routes = APIRouter(include_in_schema=False)


@routes.api_route("/leave/{token}", methods=READ)
def leave_form(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the button that leaves."""
    try:
        subscriber = subscriber_of(services, Purpose.LEAVE, token)
    except GoneError:
        return left_page(templates)
    if subscriber.status in (Status.LEFT, Status.SUPPRESSED):
        return left_page(templates)
    title, button = "Leave the digest?", "Leave"
    return action_page(services, templates, subscriber, title=title, button=button)


@routes.post("/leave/{token}")
def leave(token: str, request: Request, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Leave at once. The token says everything, so the body is not read."""
    with suppress(GoneError):  # an erased subscriber has left already
        subscriber = subscriber_of(services, Purpose.LEAVE, token)
        record(services, request, subscriber, Event.LEAVE, "web")
    return left_page(templates)
