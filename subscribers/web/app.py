"""The web application: pages, archive, feeds and API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from subscribers.web import admin, api, archive, pages, probes
from subscribers.web.access import is_upload
from subscribers.web.caching import PublicAnswers
from subscribers.web.dependencies import provide
from subscribers.web.errors import add_error_handlers
from subscribers.web.middleware import SecurityMiddleware, SubPath
from subscribers.web.templates import Templates

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Lifespan

    from subscribers.web.services import WebServices


def create(services: WebServices, *, lifespan: Lifespan[FastAPI] | None = None) -> ASGIApp:
    """Return the site as an ASGI application; `lifespan` starts and stops background work."""
    app = FastAPI(
        title=services.name,
        version="1",
        description="Topics, past editions, signing up, and a reader's own choices by token.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its pages load scripts from a third party
        redoc_url=None,
        # A redirect would send a link's token to whatever Host the request named.
        redirect_slashes=False,
        servers=[{"url": services.base}] if services.base else None,
        lifespan=lifespan,
    )
    templates = Templates(services)
    provide(app, services, templates)
    for routes in (
        *pages.ROUTERS,
        *admin.ROUTERS,
        archive.routes,
        api.routes,
        probes.routes,
    ):
        app.include_router(routes)
    app.mount("/static", StaticFiles(directory=services.templates / "static"), name="static")
    add_error_handlers(app, templates)
    # Inside the application, which answers its errors too.
    app.add_middleware(PublicAnswers, state=services.editions_state, started_at=services.clock())
    site = SecurityMiddleware(app, templates, takes_file=partial(is_upload, services))
    return SubPath(site, services.base) if services.base else site
