"""The page of a subscriber's own data: download it, or have it erased."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from subscribers import json_stream, privacy
from subscribers.links import Purpose
from subscribers.web.access import subscriber_of
from subscribers.web.client import evidence_of
from subscribers.web.dependencies import READ, ServicesDep, TemplatesDep

routes = APIRouter(include_in_schema=False)


@routes.api_route("/privacy/{token}", methods=READ)
def show(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the link to download and the button to erase."""
    subscriber = subscriber_of(services, Purpose.PRIVACY, token)
    return templates.page("privacy", subscriber=subscriber, token=token)


@routes.api_route("/privacy/{token}/export.json", methods=READ)
def export(token: str, request: Request, services: ServicesDep) -> Response:
    """Return everything known about a subscriber as a JSON file, which is sent as it is read."""
    subscriber = subscriber_of(services, Purpose.PRIVACY, token)
    data = privacy.export(
        subscriber,
        services.book,
        issues=services.issues,
        transactional=services.transactional,
        inbound=services.inbound,
        feedback=services.feedback.export,
    )
    return StreamingResponse(
        iter(()) if request.method == "HEAD" else json_stream.chunks(data),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="digest-data.json"'},
    )


@routes.post("/privacy/{token}/erase")
def erase(token: str, request: Request, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Erase a subscriber."""
    subscriber = subscriber_of(services, Purpose.PRIVACY, token)
    evidence = evidence_of(services, request, "web")
    privacy.erase(subscriber, services.book, forget=services.forget, evidence=evidence)
    return templates.page("done", message="Everything we knew about you is erased.")
