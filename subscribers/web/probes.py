"""What asks whether the site works: load balancers, orchestrators and monitoring."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from subscribers.web.dependencies import READ, ServicesDep

routes = APIRouter(include_in_schema=False)


@routes.api_route("/health", methods=READ)
async def health() -> Response:
    """Say that the process answers."""
    return PlainTextResponse("alive\n")


@routes.api_route("/ready", methods=READ)
def ready(services: ServicesDep) -> Response:
    """Say whether the site can do its work, and else what is missing."""
    is_ready, text = services.readiness()
    return PlainTextResponse(text, status_code=200 if is_ready else 503)


@routes.api_route("/metrics", methods=READ)
def metrics(request: Request, services: ServicesDep) -> Response:
    """Return the figures to whoever has the token; nobody else learns that there are any."""
    found = services.metrics(request.headers.get("Authorization", ""))
    if found is None:
        raise HTTPException(404)
    content, kind = found
    return Response(content, media_type=kind)
