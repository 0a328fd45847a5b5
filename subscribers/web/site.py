"""The application: pages, API and feeds behind one set of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from subscribers.web import api, archive, pages
from subscribers.web.views import StrangerError, Views

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from subscribers.web.house import House

#: Our own styles and forms, and nothing from anywhere else; no scripts at all.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
}
#: Pages that anybody may keep and index; all others are somebody's own.
_PUBLIC = (
    "/archive",
    "/feeds/",
    "/static/",
    "/api/v1/topics",
    "/api/v1/editions",
    "/api/v1/openapi",
)
#: bytes; the longest form is a few kB
_LONGEST_BODY = 100_000


def create(house: House) -> FastAPI:
    """Return the site of a house."""
    app = FastAPI(
        title=house.name,
        version="1",
        description="Topics, past editions, signing up, and a reader's own choices by token.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its pages load scripts from a third party
        redoc_url=None,
    )
    views = Views(house)
    app.include_router(pages.router(house, views))
    app.include_router(archive.router(house, views))
    app.include_router(api.router(house))
    app.mount("/static", StaticFiles(directory=house.templates / "static"), name="static")

    @app.middleware("http")
    async def _guard(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _LONGEST_BODY:
            response: Response = views.fault(413, "That is more than a form can hold.")
        else:
            response = await call_next(request)
        response.headers.update(_HEADERS)
        path = request.url.path
        if not path.startswith(_PUBLIC):
            response.headers["Cache-Control"] = "no-store"
            if path != "/":
                response.headers["X-Robots-Tag"] = "noindex"
        return response

    @app.exception_handler(HTTPException)
    async def _fault(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return api.fault(error.status_code, str(error.detail), error.headers)
        words: dict[int, str] = {404: "There is no such page.", 405: "That cannot be done here."}
        said: Any = words.get(error.status_code, error.detail)
        return views.fault(error.status_code, str(said))

    @app.exception_handler(StrangerError)
    async def _stranger(request: Request, error: StrangerError) -> Response:  # noqa: ARG001
        return views.fault(410, str(error))

    return app
