"""The page that mails name as List-Help (RFC 2369 §3.1): what this list is, and how to leave it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from subscribers.web.dependencies import READ, TemplatesDep

routes = APIRouter(include_in_schema=False)


@routes.api_route("/help", methods=READ)
def show(templates: TemplatesDep) -> Response:
    """Show the page, which is the same for everybody."""
    return templates.page("help")
