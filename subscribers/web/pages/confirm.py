"""The pages of the two links in a confirmation mail: confirm, or refuse all further mail."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from subscribers.links import Purpose
from subscribers.models import Event, Status
from subscribers.web.access import GoneError, record, subscriber_of
from subscribers.web.dependencies import READ, ServicesDep, TemplatesDep
from subscribers.web.pages.action import action_page

routes = APIRouter(include_in_schema=False)

_SUBSCRIBED = (Status.CONFIRMED, Status.PAUSED)


@routes.api_route("/confirm/{token}", methods=READ)
def confirm_form(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the button that confirms."""
    subscriber = subscriber_of(services, Purpose.CONFIRM, token)
    if subscriber.status in _SUBSCRIBED:
        return templates.page("confirmed", already=True)
    if subscriber.status is not Status.PENDING:
        raise GoneError
    title, button = "Confirm your subscription", "Yes, send me the digest"
    return action_page(services, templates, subscriber, title=title, button=button)


@routes.post("/confirm/{token}")
def confirm(
    token: str, request: Request, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Confirm a subscription, once."""
    subscriber = subscriber_of(services, Purpose.CONFIRM, token)
    already = subscriber.status in _SUBSCRIBED
    if not already:
        record(services, request, subscriber, Event.CONFIRM, "web")
    # The page has no link to manage: with it, every link to confirm could also manage.
    return templates.page("confirmed", already=already)


@routes.api_route("/refuse/{token}", methods=READ)
def refuse_form(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the button that refuses all further mail."""
    subscriber = subscriber_of(services, Purpose.REFUSE, token)
    title, button = "Never write to this address again?", "Never write to me again"
    return action_page(services, templates, subscriber, title=title, button=button)


@routes.post("/refuse/{token}")
def refuse(
    token: str, request: Request, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Suppress an address for good."""
    subscriber = subscriber_of(services, Purpose.REFUSE, token)
    record(services, request, subscriber, Event.COMPLAINT, "web")
    return templates.page("done", message="We will not write to this address again.")
