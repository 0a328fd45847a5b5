"""Whether an address answers: one request, without a retry, a redirect or a body that is kept.

For an operator who asks what is wrong. What an answer means is for the caller to say.
"""

from __future__ import annotations

import math
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

import httpx

from digest.errors import SourceError, UnreachableError
from digest.sources.http.exchange import redacted
from digest.sources.http.pools import Pools
from digest.sources.http.rate_limit import SPACINGS, host_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Characters of the beginning of a body that are kept.
_BEGINNING = 20_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an address answered."""

    status: int
    #: where it sends us instead; empty for no redirect
    location: str = ""
    #: the Date header; empty without one
    date: str = ""
    #: the beginning of the body; empty for HEAD
    text: str = ""
    #: when the certificate of the host expires; None without TLS
    certificate_until: datetime | None = None


class Reach:
    """Asks addresses, each in one way only once, and keeps no connection open."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: float,
        variables: Mapping[str, str],
        tls: Callable[[], ssl.SSLContext],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask nobody yet; see `Pools` for the arguments. `sleep` waits for a number of seconds."""
        self._sleep = sleep
        self._asked: dict[str, float] = {}
        self._open = partial(
            Pools, headers={"User-Agent": user_agent}, timeout=timeout, variables=variables, tls=tls
        )
        self._answers: dict[tuple[str, str], Answer | SourceError] = {}

    def ask(self, url: str, *, method: Literal["HEAD", "GET"] = "HEAD") -> Answer:
        """Return what an address answers, whatever its status.

        Raises:
            SourceError: it does not answer, or is no address; the text says why.

        """
        key = (method, url)
        if key not in self._answers:
            try:
                self._answers[key] = self._ask(method, url)
            except SourceError as error:
                self._answers[key] = error
        found = self._answers[key]
        if isinstance(found, SourceError):
            raise found
        return found

    def _ask(self, method: str, url: str) -> Answer:
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise SourceError(f"{url!r} is no address: {error}") from error
        self._keep_spacing(address.host)
        with closing(self._open()) as pools:
            try:
                sent = pools.send(method, address, headers={}, content=None, extensions={})
                with closing(sent) as response:
                    return _answer(response)
            except (httpx.HTTPError, UnicodeError, OverflowError) as error:
                reason = pools.explain(address, error)
                raise UnreachableError(f"{redacted(address)} does not answer: {reason}") from error

    def _keep_spacing(self, host: str) -> None:
        """Wait until a service that limits the rate of requests takes another one of ours."""
        key, now = host_key(host), time.monotonic()
        since = now - self._asked.get(key, -math.inf)
        if since < (spacing := SPACINGS.get(key, 0.0)):
            self._sleep(spacing - since)
        self._asked[key] = time.monotonic()


def _answer(response: httpx.Response) -> Answer:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    text = ""
    if response.request.method == "GET":
        for piece in response.iter_text():
            text += piece
            if len(text) >= _BEGINNING:
                break
    return Answer(
        status=response.status_code,
        location=response.headers.get("Location", "") if response.is_redirect else "",
        date=response.headers.get("Date", ""),
        text=text[:_BEGINNING],
        certificate_until=expiry(tls) if tls is not None else None,
    )


def expiry(connection: ssl.SSLObject | ssl.SSLSocket) -> datetime | None:
    """Return when the certificate of the other side expires; None if it is not known."""
    found = connection.getpeercert() or {}
    until = found.get("notAfter")
    if not isinstance(until, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)
