"""The application: pages, API and feeds behind one set of headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from subscribers.web import api, archive, pages
from subscribers.web.templates import StrangerError, Views

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

    from subscribers.web.services import WebServices

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


def create(house: WebServices, *, lifespan: Lifespan[FastAPI] | None = None) -> ASGIApp:
    """Return the site of a house; `lifespan` begins and ends what runs beside it."""
    app = FastAPI(
        title=house.name,
        version="1",
        description="Topics, past editions, signing up, and a reader's own choices by token.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its pages load scripts from a third party
        redoc_url=None,
        redirect_slashes=False,  # it would send a link's token on, to whatever Host was named
        lifespan=lifespan,
    )
    views = Views(house)
    app.include_router(pages.router(house, views))
    app.include_router(archive.router(house, views))
    app.include_router(api.router(house))
    app.mount("/static", StaticFiles(directory=house.templates / "static"), name="static")
    _answer_faults(app, views)
    return _Guard(app, views)


def _answer_faults(app: FastAPI, views: Views) -> None:
    """Say what went wrong in words, to people as a page and to programs as JSON."""

    @app.exception_handler(HTTPException)
    async def _fault(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return api.fault(error.status_code, str(error.detail), error.headers)
        words = {404: "There is no such page.", 405: "That cannot be done here."}
        said = words.get(error.status_code, str(error.detail))
        return views.fault(error.status_code, said, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _misshapen(request: Request, error: RequestValidationError) -> Response:  # noqa: ARG001
        return api.fault(422, api.explain(error.errors()))

    @app.exception_handler(StrangerError)
    async def _stranger(request: Request, error: StrangerError) -> Response:  # noqa: ARG001
        return views.fault(410, str(error))

    @app.exception_handler(Exception)
    async def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001 (it is logged)
        words = "Something broke on our side. Please try again later."
        return _say(request.url.path, 500, words, views)


def _say(path: str, status: int, words: str, views: Views) -> Response:
    """Answer in words, a program as JSON."""
    return api.fault(status, words) if path.startswith("/api/") else views.fault(status, words)


@dataclass(frozen=True)
class _Guard:
    """Stands before everything, so that even the answer to a fault of ours has the headers."""

    app: ASGIApp
    views: Views

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body no form could have, whatever length it claims; else go on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        body = await _read(receive)
        if body is None:
            app: ASGIApp = _say(
                scope["path"], 413, "That is more than a form can hold.", self.views
            )
        else:
            app, receive = self.app, _Replay(body, receive)
        await app(scope, receive, guarded)


@dataclass
class _Replay:
    """Hands over a body that was read already."""

    body: bytes | None
    receive: Receive

    async def __call__(self) -> Message:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(receive: Receive) -> bytes | None:
    """Return the body of a request, or None as soon as it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _LONGEST_BODY:
            return None
        if not message.get("more_body", False):  # a visitor who hung up says no more, too
            return bytes(body)


def _set_headers(headers: MutableHeaders, path: str) -> None:
    headers.update(_HEADERS)
    if not path.startswith(_PUBLIC):
        headers["Cache-Control"] = "no-store"
        if path != "/":
            headers["X-Robots-Tag"] = "noindex"
