"""One question to a service and its answer, and how both are named in messages."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest import __version__
from digest.errors import RefusedError
from digest.sources.http.decoding import decode_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from digest.sources.http.cache import CachedResponse

#: How a service says that we ask too much; arXiv answers 403 and 406 then.
_TOO_MUCH = frozenset({403, 406, 429})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_AS_IT_IS = frozenset({307, 308})
#: How the names of headers end that carry a key.
_KEYS = ("authorization", "key", "token")


def agent(contact: str) -> str:
    """Return the name we give, with whom to write to: a mail address or a web page."""
    name = f"papers-digest/{__version__}"
    if not contact:
        return name
    # A header is ASCII, and the brackets are ours.
    contact = quote(contact, safe=" ".join(set(string.punctuation) - set('()<>\\"')))
    if "://" in contact:
        return f"{name} (+{contact})"
    if "@" in contact:
        return f"{name} (mailto:{contact.removeprefix('mailto:')})"
    return f"{name} ({contact})"


def named(url: httpx.URL) -> str:
    """Return an address for messages: without what may be secret."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))


@dataclass(frozen=True, kw_only=True)
class HTTPRequest:
    """One request, however often it is made."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    gate: str | None
    content: bytes | None = None
    #: what it was answered before
    known: CachedResponse | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The name of its answer in the cache; keys are not part of it."""
        return self.method, str(self.url), self.headers["Accept"]

    @property
    def moved(self) -> frozenset[int]:
        """The redirects that are followed; most would make a GET of a POST."""
        return _MOVED if self.method == "GET" else _MOVED_AS_IT_IS

    def refusal(self, answer: HTTPResponse, times: str = "") -> RefusedError:
        """Return an answer that is an error, with the beginning of what the service says of it."""
        body = decode_refusal(answer.body, charset=answer.charset)
        plain = "".join(char if char.isprintable() else " " for char in body[:300])
        words = " ".join(plain.split())
        message = f"{named(answer.url)} answered {answer.line}{times}"
        message += f": {words}" if words else ""
        if answer.status in (401, 403) and any(
            name.lower().endswith(_KEYS) for name in self.headers
        ):
            message += "; check the key of this source"
        return RefusedError(message, status=answer.status, body=body)


@dataclass(frozen=True, kw_only=True)
class HTTPResponse:
    """What a service says, read to its end."""

    url: httpx.URL
    status: int
    reason: str
    headers: httpx.Headers
    charset: str | None
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.status} {self.reason}".strip()

    @property
    def is_busy(self) -> bool:
        """Whether to ask again later."""
        return self.status in _TOO_MUCH or self.is_broken

    @property
    def is_broken(self) -> bool:
        """Whether something is wrong at this address, and not with us."""
        return self.status >= 500
