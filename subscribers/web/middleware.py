"""What holds for every request: security headers, the longest and slowest body, and a sub-path."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from subscribers.libraries import MOST_OCTETS
from subscribers.web.caching import CACHE_CONTROL, is_public
from subscribers.web.errors import error_response

if TYPE_CHECKING:
    from collections.abc import Callable

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
_TOO_LONG = "That is more than a form can hold."
_TOO_LARGE = "The file is larger than 2 MB. Export a part of the library."
#: bytes; the longest form has a few kB
_MAX_BODY = 100_000
#: bytes; the form with a library has ids and the marks of its parts beside the file
_MAX_UPLOAD = MOST_OCTETS + _MAX_BODY
#: Seconds for the body to arrive. The server ends no sooner while it waits for one.
BODY_TIMEOUT = 8
#: the same for a library, over the connection of a phone
_UPLOAD_TIMEOUT = 60


@dataclass(frozen=True)
class SecurityMiddleware:
    """Sets the security headers, and refuses bodies that are long or slow.

    It wraps the whole application, so that the response to an unexpected error has the headers too.
    """

    app: ASGIApp
    templates: Templates
    #: seconds
    body_timeout: float = BODY_TIMEOUT
    #: whether a path takes a file; others take short forms alone
    takes_file: Callable[[str], bool] = lambda _path: False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the body is counted, whatever length its headers claim."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), scope["path"], message["status"])
            await send(message)

        def refusal(status: int, message: str) -> ASGIApp:
            # The rest of the body is not read, so the connection cannot be used again.
            headers = {"Connection": "close"}
            return error_response(scope["path"], status, message, self.templates, headers=headers)

        is_upload = scope["method"] == "POST" and self.takes_file(scope["path"])
        try:
            async with asyncio.timeout(_UPLOAD_TIMEOUT if is_upload else self.body_timeout):
                body = await _read(receive, _MAX_UPLOAD if is_upload else _MAX_BODY)
        except TimeoutError:
            app = refusal(408, "That took too long to arrive.")
        else:
            if body is None:
                app = refusal(413, _TOO_LARGE if is_upload else _TOO_LONG)
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


async def _read(receive: Receive, most: int) -> bytes | None:
    """Return the body of a request, or None as soon as it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):  # also true after a client disconnects
            return bytes(body)


def _set_headers(headers: MutableHeaders, path: str, status: int) -> None:
    headers.update(_HEADERS)
    headers["Cache-Control"] = CACHE_CONTROL if is_public(path) and status < 400 else "no-store"
    if not is_public(path) and path != "/":
        headers["X-Robots-Tag"] = "noindex"


@dataclass(frozen=True)
class SubPath:
    """Serves a site below a path, such as `/digest`, of a host that others share.

    A proxy may remove that path from requests, or leave it there.
    """

    app: ASGIApp
    #: the path without a slash at its end
    base: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the application sees its own paths alone."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self.base}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self.base) or "/"}
        await self.app(scope, receive, send)
