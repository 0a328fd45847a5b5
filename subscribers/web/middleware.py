"""The security headers of every response, and the longest and slowest body of a request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from subscribers.web.errors import error_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from subscribers.web.templates import Templates

#: Styles and forms of this site only, and no scripts.
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
#: Paths that caches may keep and search engines may index. All other pages are personal.
_PUBLIC = (
    "/archive",
    "/help",
    "/feeds/",
    "/static/",
    "/api/v1/topics",
    "/api/v1/editions",
    "/api/v1/openapi",
)
#: bytes; the longest form has a few kB
_MAX_BODY = 100_000
#: Seconds for the body to arrive. The server ends no sooner while it waits for one.
BODY_TIMEOUT = 8


@dataclass(frozen=True)
class SecurityMiddleware:
    """Sets the security headers, and refuses bodies that are long or slow.

    It wraps the whole application, so that the response to an unexpected error has the headers too.
    """

    app: ASGIApp
    templates: Templates
    #: seconds
    body_timeout: float = BODY_TIMEOUT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the body is counted, whatever length its headers claim."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        def refusal(status: int, message: str) -> ASGIApp:
            # The rest of the body is not read, so the connection cannot be used again.
            headers = {"Connection": "close"}
            return error_response(scope["path"], status, message, self.templates, headers=headers)

        try:
            async with asyncio.timeout(self.body_timeout):
                body = await _read(receive)
        except TimeoutError:
            app = refusal(408, "That took too long to arrive.")
        else:
            if body is None:
                app = refusal(413, "That is more than a form can hold.")
            else:
                app, receive = self.app, _Replay(body, receive)
        await app(scope, receive, send_with_headers)


@dataclass
class _Replay:
    """An ASGI `receive` that first returns a body that was already read."""

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
        if len(body) > _MAX_BODY:
            return None
        if not message.get("more_body", False):  # also true after a client disconnects
            return bytes(body)


def _set_headers(headers: MutableHeaders, path: str) -> None:
    headers.update(_HEADERS)
    if not path.startswith(_PUBLIC):
        headers["Cache-Control"] = "no-store"
        if path != "/":
            headers["X-Robots-Tag"] = "noindex"
