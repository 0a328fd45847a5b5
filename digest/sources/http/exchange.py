"""One request to a service and its response, and how messages name them."""

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

#: The statuses of a service that gets too many requests; arXiv sends 403 and 406.
_TOO_MUCH = frozenset({403, 406, 429})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_THAT_KEEP_THE_METHOD = frozenset({307, 308})
#: The ends of the names of headers that carry a key.
_KEYS = ("authorization", "key", "token")


def user_agent(contact: str) -> str:
    """Return our User-Agent with a contact: a mail address or a web page."""
    name = f"papers-digest/{__version__}"
    if not contact:
        return name
    # A header is ASCII, and parentheses delimit the comment (RFC 9110, 5.6.5).
    contact = quote(contact, safe=" ".join(set(string.punctuation) - set('()<>\\"')))
    if "://" in contact:
        return f"{name} (+{contact})"
    if "@" in contact:
        return f"{name} (mailto:{contact.removeprefix('mailto:')})"
    return f"{name} ({contact})"


def redacted(url: httpx.URL) -> str:
    """Return an address for messages, without the parts that may be secret."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))


@dataclass(frozen=True, kw_only=True)
class HTTPRequest:
    """One request, which may be sent several times."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    #: the name under which it is counted, if not its host's; see `host_key`
    rate_limit_key: str | None
    content: bytes | None = None
    #: the response to an earlier request, if it was kept
    cached: CachedResponse | None = None

    @property
    def cache_key(self) -> tuple[str, ...]:
        """The name of its response in the cache; API keys are not part of it."""
        return self.method, str(self.url), self.headers["Accept"]

    @property
    def followed_redirects(self) -> frozenset[int]:
        """The redirect statuses that are followed; most of them would turn a POST into a GET."""
        return _REDIRECTS if self.method == "GET" else _REDIRECTS_THAT_KEEP_THE_METHOD

    def refusal(self, response: HTTPResponse, times: str = "") -> RefusedError:
        """Return the error for a response that is a refusal, with the start of its text."""
        body = decode_refusal(response.body, charset=response.charset)
        plain = "".join(char if char.isprintable() else " " for char in body[:300])
        words = " ".join(plain.split())
        message = f"{redacted(response.url)} answered {response.status_line}{times}{response.way}"
        message += f": {words}" if words else ""
        if response.status in (401, 403) and any(
            name.lower().endswith(_KEYS) for name in self.headers
        ):
            message += "; check the key of this source"
        return RefusedError(message, status=response.status, body=body)


@dataclass(frozen=True, kw_only=True)
class HTTPResponse:
    """A response, read to its end."""

    url: httpx.URL
    status: int
    reason: str
    headers: httpx.Headers
    charset: str | None
    body: bytes
    #: words for the proxy it came through, or nothing
    way: str = ""

    @property
    def status_line(self) -> str:
        return f"{self.status} {self.reason}".strip()

    @property
    def is_busy(self) -> bool:
        """Whether the request should be repeated later."""
        return self.status in _TOO_MUCH or self.is_broken

    @property
    def is_broken(self) -> bool:
        """Whether the service fails at this address, whatever we send."""
        return self.status >= 500
