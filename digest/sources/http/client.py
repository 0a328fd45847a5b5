"""The HTTP client that all sources share. Only this module sends requests to services.

A request waits for a slot of its host, goes to the hosts of its source only, and revalidates what
is cached. It is bounded in time, in bytes and in the number of attempts. After repeated refusals a
host or address gets a backoff, which all processes respect. Every failure is a SourceError.
"""

from __future__ import annotations

import json as json_format
import logging
import ssl
import time
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from digest.errors import RefusedError, SourceError
from digest.sources.http.addresses import checked_headers, checked_url, redirect_target
from digest.sources.http.backoff import Backoffs, clock_time
from digest.sources.http.cache import Cache
from digest.sources.http.deadline import Connections
from digest.sources.http.decoding import (
    ACCEPTED_ENCODINGS,
    TruncatedError,
    decode,
    decompress,
    read_limited,
)
from digest.sources.http.exchange import HTTPRequest, HTTPResponse, redacted
from digest.sources.http.pools import Pools
from digest.sources.http.rate_limit import (
    LONGEST_PAUSE,
    SPACINGS,
    HostRateLimiter,
    Slot,
    host_key,
    retry_after,
)
from digest.sources.http.unreachable import (
    UNREACHABLE,
    SilenceError,
    UnreachableHosts,
    is_unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

#: bytes of a decompressed body; a day's response has a few hundred kB
MAX_BODY = 20_000_000
#: bytes of the body of a refusal
MAX_REFUSAL_BODY = 100_000
#: Attempts for one request, not counting redirects; and redirects in a row.
ATTEMPTS = 3
REDIRECTS = 3
#: The time limit of a whole response, as a multiple of the limit of one read.
DEADLINE_FACTOR = 6.0
#: The backoffs of a host that stays busy and of an address that stays broken, if the service does
#: not say how long.
_BUSY_BACKOFF = timedelta(minutes=15)
_BROKEN_BACKOFF = timedelta(minutes=5)


class _BusyError(Exception):
    """The service refuses the request for now."""

    def __init__(self, refusal: RefusedError, answered: str, pause: float | None, *, final: bool):
        super().__init__(answered)
        self.refusal = refusal
        #: seconds of pause that the service asks for, if it says so
        self.pause = pause
        self.final = final


def _wait_for(error: Exception, *, is_offline: Callable[[], bool]) -> bool | float:
    """Return whether to send a request again, or 0 to do so at once.

    The pause that a service asks for is kept by the rate limiter, for all processes. Where another
    host could not be reached either, the network is probably down, and one attempt is enough. A
    connection that timed out was tried several times by the system.
    """
    if is_unreachable(error):
        return not isinstance(error, httpx.ConnectTimeout) and not is_offline()
    if isinstance(error, _BusyError):
        return False if error.final else True if error.pause is None else 0.0
    return isinstance(error, TruncatedError | httpx.TransportError)


def _log_retry(details: RetryDetails) -> None:
    error = details.caused_by
    wait = max(details.wait_for, getattr(error, "pause", None) or 0.0)
    reason = str(error) or type(error).__name__
    extra = {"error": reason, "attempt": details.retry_num, "wait": round(wait, 1)}
    log.warning("source asked again", extra=extra)


# stamina's own hook would print to standard output, which belongs to the output of the command.
set_on_retry_hooks([_log_retry])


class SourceClient:
    """HTTP for one source: it sends requests to the source's own hosts only."""

    def __init__(self, client: HTTPClient, hosts: frozenset[str]) -> None:
        """Send requests through a client, to these hosts."""
        self._client = client
        self._hosts = hosts

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        rate_limit_key: str | None = None,
    ) -> str:
        """Send a GET request and return the body of the response as text.

        Args:
            url: the address.
            params: added to the query of the address.
            accept: the media type to accept.
            headers: more headers, such as one with a key.
            rate_limit_key: the name under which the request is counted and spaced, if not its host;
                see `host_key`.

        Raises:
            RefusedError: the service responded with an error status.
            SourceError: the address cannot be reached or is not one of the source's, there is a
                backoff, or the response is too long, too slow or not text.

        """
        sent = checked_headers({**(headers or {}), "Accept": accept})
        address = checked_url(url, params, self._hosts)
        return self._client.send(
            HTTPRequest(method="GET", url=address, headers=sent, rate_limit_key=rate_limit_key)
        )

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        rate_limit_key: str | None = None,
    ) -> str:
        """Send a POST request with JSON and return the body of the response as text; see `get`."""
        ours = {"Accept": "application/json", "Content-Type": "application/json"}
        sent = checked_headers({**(headers or {}), **ours})
        address = checked_url(url, params, self._hosts)
        content = json_format.dumps(json).encode()
        return self._client.send(
            HTTPRequest(
                method="POST",
                url=address,
                headers=sent,
                rate_limit_key=rate_limit_key,
                content=content,
            )
        )


class HTTPClient:
    """One HTTP client for all sources of a process; connections are kept open between requests."""

    def __init__(
        self,
        folder: Path,
        *,
        user_agent: str,
        timeout: float,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        spacings: Mapping[str, float] = SPACINGS,
        deadline: float | None = None,
        variables: Mapping[str, str] | None = None,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        """Create a client; rate limits, backoffs and cached responses are files in a folder.

        Args:
            folder: all processes that share it count as one client.
            user_agent: the User-Agent; see `exchange.user_agent`.
            timeout: seconds for connecting and for each read.
            clock: the time, UTC.
            sleep: waits for a number of seconds.
            spacings: seconds between two requests, by host key.
            deadline: seconds for a whole response, if not DEADLINE_FACTOR times the timeout.
            variables: the variables of the environment that name proxies and certificates.
            tls: returns the certificates to trust; see `Pools`.

        """
        self._pools = Pools(
            headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPTED_ENCODINGS},
            timeout=timeout,
            variables=variables or {},
            tls=tls,
        )
        self._deadline = DEADLINE_FACTOR * timeout if deadline is None else deadline
        self._connections = Connections()
        self._unreachable = UnreachableHosts(self._pools)
        self._clock = clock
        self._backoffs = Backoffs(folder / "closed", clock=clock)
        self._rate_limiter = HostRateLimiter(
            folder / "gates", backoffs=self._backoffs, clock=clock, sleep=sleep, spacings=spacings
        )
        self._cache = Cache(folder / "answers", clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pools.close()

    def restricted_to(self, hosts: frozenset[str]) -> SourceClient:
        """Return a client for a source that may send requests to these hosts."""
        return SourceClient(self, hosts)

    def send(self, request: HTTPRequest) -> str:
        """Send a request, again if that may help, and return the body; see `SourceClient.get`."""
        where = redacted(request.url)
        self._unreachable.check(request.url)
        wait_for = partial(_wait_for, is_offline=lambda: self._unreachable.is_offline)
        if request.method == "GET":
            request = replace(request, cached=self._cache.find(*request.cache_key))
        try:
            for attempt in stamina.retry_context(
                on=wait_for, attempts=ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=10.0
            ):
                with attempt:
                    return self._send_following(request, attempt.num)
        except _BusyError as busy:
            raise busy.refusal from busy
        except UNREACHABLE as error:
            raise self._unreachable.add(request.url, error) from error
        # An InvalidURL comes from a redirect; Python raises the last two for bad hosts and ports.
        except (
            TruncatedError,
            httpx.HTTPError,
            httpx.InvalidURL,
            UnicodeError,
            OverflowError,
        ) as error:
            raise SourceError(
                f"{where} could not be read: {self._pools.explain(request.url, error)}"
            ) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def _send_following(self, request: HTTPRequest, attempt: int) -> str:
        """Send a request once and follow its redirects."""
        url = request.url
        for _ in range(1 + REDIRECTS):
            host = request.rate_limit_key or host_key(url.raw_host.decode("ascii"))
            with self._rate_limiter.slot(host, redacted(url)) as slot:
                response = self._exchange(request, url)
                if response.is_busy:
                    raise self._refused(request, response, attempt, host=host, slot=slot)
            is_redirect = response.status in request.followed_redirects
            if not is_redirect or "Location" not in response.headers:
                return self._text_of(request, response)
            url = redirect_target(response)
        raise SourceError(f"{redacted(request.url)} redirects more than {REDIRECTS} times")

    def _exchange(self, request: HTTPRequest, url: httpx.URL) -> HTTPResponse:
        """Send one request and read the response to its end, within the deadline."""
        where = redacted(url)
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        conditions = request.cached.conditions if request.cached else {}
        until = time.monotonic() + self._deadline
        has_begun = False
        try:
            with (
                self._connections.shut_down_after(self._deadline, origin),
                closing(
                    self._pools.send(
                        request.method,
                        url,
                        headers={**request.headers, **conditions},
                        content=request.content,
                        extensions={"trace": self._connections.trace(origin)},
                    )
                ) as incoming,
            ):
                has_begun = True
                response = _read(incoming, url, where=where, late=lambda: time.monotonic() > until)
                return replace(response, way=self._pools.way_to(url))
        except (httpx.TransportError, TruncatedError) as error:
            if time.monotonic() > until:
                reason = f"it answers too slowly{self._pools.way_to(url)}"
                raise SourceError(f"{where} could not be read: {reason}") from error
            if isinstance(error, httpx.ReadTimeout) and not has_begun:
                raise SilenceError("it does not answer") from error
            raise

    def _refused(
        self, request: HTTPRequest, response: HTTPResponse, attempt: int, *, host: str, slot: Slot
    ) -> _BusyError:
        """Return the error for a refusal, and set the pause or start the backoff after it."""
        now = self._clock()
        pause = retry_after(response.headers.get("Retry-After"), now)
        too_long = pause is not None and pause > LONGEST_PAUSE
        final = too_long or attempt >= ATTEMPTS
        refusal = request.refusal(response, f" {attempt} times" if attempt > 1 else "")
        if final:
            # Too many requests concern the whole host; a broken service, only the address.
            if response.is_broken:
                duration, name = _BROKEN_BACKOFF, redacted(response.url)
            else:
                duration, name = _BUSY_BACKOFF, host
            until = now + (timedelta(seconds=pause) if pause and too_long else duration)
            self._backoffs.start(name, until, response.status_line)
            named = {"url": name} if response.is_broken else {"gate": name}
            extra = {**named, "until": until.isoformat(), "reason": response.status_line}
            log.warning("source left alone", extra=extra)
            refusal = RefusedError(
                f"{refusal}; {name} is left alone until {clock_time(until)}",
                status=refusal.status,
                body=refusal.body,
            )
        else:
            slot.pause = pause or 0.0
        return _BusyError(refusal, response.status_line, pause, final=final)

    def _text_of(self, request: HTTPRequest, response: HTTPResponse) -> str:
        """Return the text of a response: the cached one if the service confirms it."""
        if request.cached and response.status == httpx.codes.NOT_MODIFIED:
            self._cache.confirm(*request.cache_key)
            return request.cached.text
        if not 200 <= response.status < 300:
            raise request.refusal(response)
        text = decode(response.body, charset=response.charset, where=redacted(response.url))
        is_cacheable = response.status == httpx.codes.OK and request.method == "GET"
        if is_cacheable and "no-store" not in response.headers.get("Cache-Control", "").lower():
            self._cache.keep(
                *request.cache_key,
                text=text,
                etag=response.headers.get("ETag"),
                last_modified=response.headers.get("Last-Modified"),
            )
        return text


def _read(
    incoming: httpx.Response, url: httpx.URL, *, where: str, late: Callable[[], bool]
) -> HTTPResponse:
    """Read a response to its end; of a refusal the start is enough."""
    encoding = incoming.headers.get("Content-Encoding", "")
    pieces = decompress(incoming.iter_raw(), encoding=encoding, late=late, where=where)
    read_all = incoming.is_success
    return HTTPResponse(
        url=url,
        status=incoming.status_code,
        reason=incoming.reason_phrase,
        headers=incoming.headers,
        charset=incoming.charset_encoding,
        body=read_limited(pieces, limit=MAX_BODY, where=where) if read_all else _start_of(pieces),
    )


def _start_of(pieces: Iterator[bytes]) -> bytes:
    """Return the start of the body of a refusal; an error while reading it does not matter."""
    body = bytearray()
    with suppress(SourceError, TruncatedError, httpx.HTTPError):
        for piece in pieces:
            body += piece
            if len(body) >= MAX_REFUSAL_BODY:
                break
    return bytes(body[:MAX_REFUSAL_BODY])
