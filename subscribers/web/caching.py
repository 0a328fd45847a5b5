"""Public pages, feeds and editions for the caches of browsers, of proxies, and our own.

The rules are those of RFC 9110 §13 and RFC 9111.

They change when an edition is mailed, and when the server starts anew, maybe with other templates.
Until then an answer is kept here as well: one short query tells that it still holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
#: What caches are told about them: how long, in seconds, they need not ask again.
CACHE_CONTROL = "public, max-age=300"
#: The most bytes of answers in memory.
BYTES_IN_MEMORY = 20_000_000

#: How many editions were mailed, and when the last one was.
State = tuple[int, datetime | None]


def is_public(path: str) -> bool:
    """Whether the answer to a path is the same for everybody."""
    return path.startswith(_PUBLIC)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A whole answer, and the state of the editions that it shows."""

    state: State
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str


@dataclass
class PublicAnswers:
    """Answers public requests from memory, and with 304 where the client's copy still holds.

    The query of a request does not count, since no public page reads it.
    """

    app: ASGIApp
    #: the state of the editions, from the database
    state: Callable[[], State]
    started_at: datetime
    _kept: dict[str, _Answer] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        is_ours = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_ours or not is_public(path) or path.startswith("/static/"):  # has its own ETag
            await self.app(scope, receive, send)
            return
        state = await run_in_threadpool(self.state)
        answer = self._kept.pop(path, None)
        if answer is None or answer.state != state:
            answer = await self._ask(scope, receive, send, state)
        if answer is not None:
            self._keep(path, answer)
            await self._reply(answer, scope, send)

    async def _ask(
        self, scope: Scope, receive: Receive, send: Send, state: State
    ) -> _Answer | None:
        """Return the application's answer to GET; an error goes to the client, and is not kept."""
        start: list[Message] = []
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                start.append(message)
            elif start:
                body.extend(message.get("body", b""))
            elif scope["method"] == "HEAD" and message["type"] == "http.response.body":
                await send({"type": "http.response.body"})
            else:
                await send(message)

        await self.app({**scope, "method": "GET"}, receive, collect)
        if not start:
            return None
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return _Answer(state=state, headers=start[0]["headers"], body=bytes(body), etag=etag)

    async def _reply(self, answer: _Answer, scope: Scope, send: Send) -> None:
        mailed_at = answer.state[1]
        changed_at = max(filter(None, (mailed_at, self.started_at))).replace(microsecond=0)
        validators = [
            (b"etag", answer.etag.encode()),
            (b"last-modified", format_datetime(changed_at, usegmt=True).encode()),
        ]
        still_holds = _still_holds(Headers(scope=scope), answer.etag, changed_at)
        headers = validators if still_holds else [*answer.headers, *validators]
        status = 304 if still_holds else 200
        body = b"" if still_holds or scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _keep(self, path: str, answer: _Answer) -> None:
        self._kept[path] = answer  # at the end: the first is the least recent
        while sum(len(kept.body) for kept in self._kept.values()) > BYTES_IN_MEMORY:
            self._kept.pop(next(iter(self._kept)))


def _still_holds(headers: Headers, etag: str, changed_at: datetime) -> bool:
    """Whether the client has this answer already (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        listed = ",".join(headers.getlist("if-none-match"))
        return listed.strip() == "*" or etag in re.findall(r'"[^"]*"', listed)
    try:
        has = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed_at <= (has if has.tzinfo else has.replace(tzinfo=UTC))
