"""The polite HTTP that all sources share, the only room that asks the internet.

A request waits for its turn at a gate, keeps to the hosts of its source, asks whether an answer is
still the same, and is bounded in time, in bytes and in how often it is made. A service that asks to
be left alone is, and so is an address at which it is broken, by every process and also after this
one has ended. Whatever goes wrong is a SourceError.
"""

from __future__ import annotations

import json as json_format
import logging
import time
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from digest.errors import RefusedError, SourceError
from digest.sources.http.backoff import Backoffs, clock_time
from digest.sources.http.cache import Cache
from digest.sources.http.deadline import Lines
from digest.sources.http.decoding import PACKINGS, CutOffError, decode, unpack, whole
from digest.sources.http.exchange import HTTPRequest, HTTPResponse, named
from digest.sources.http.rate_limit import (
    LONGEST_PAUSE,
    SPACINGS,
    HostRateLimiter,
    Slot,
    host_key,
    retry_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

#: bytes of a body, unpacked; a day's answer is a few hundred kB
LIMIT = 20_000_000
#: bytes of what comes with a refusal
REFUSAL_LIMIT = 100_000
#: Requests for one answer, redirects not counted; and redirects in a row.
ATTEMPTS = 3
REDIRECTS = 3
#: The time limit of a whole answer, in time limits of one read.
PATIENCE = 6.0
#: How long a service is left alone that stays busy, and an address that stays broken, if it does
#: not say how long.
_REST = timedelta(minutes=15)
_REST_OF_BROKEN = timedelta(minutes=5)


class _BusyError(Exception):
    """The service asks to come back later."""

    def __init__(self, refusal: RefusedError, answered: str, pause: float | None, *, final: bool):
        super().__init__(answered)
        self.refusal = refusal
        #: seconds the service wants to be left alone, if it said so
        self.pause = pause
        self.final = final


def _wait_for(error: Exception) -> bool | float:
    """Say whether to ask again; the pause a service wants is kept at the gate, by all processes."""
    if isinstance(error, _BusyError):
        return False if error.final else True if error.pause is None else 0.0
    return isinstance(error, CutOffError | httpx.TransportError)


def _log_retry(details: RetryDetails) -> None:
    error = details.caused_by
    wait = max(details.wait_for, getattr(error, "pause", None) or 0.0)
    said = str(error) or type(error).__name__
    extra = {"error": said, "attempt": details.retry_num, "wait": round(wait, 1)}
    log.warning("source asked again", extra=extra)


# stamina's own way of telling would print to standard output, which belongs to the answer.
set_on_retry_hooks([_log_retry])


class SourceClient:
    """HTTP for one source: it asks no other hosts than the source's own."""

    def __init__(self, client: HTTPClient, hosts: frozenset[str]) -> None:
        """Keep to these hosts."""
        self._client = client
        self._hosts = hosts

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        gate: str | None = None,
    ) -> str:
        """Return the body of the answer as text.

        Args:
            url: where to ask.
            params: the query, in addition to what the address has.
            accept: the media type that is wanted.
            headers: more to send, such as a key.
            gate: the name under which requests are counted and spaced, if not the host's own.

        Raises:
            RefusedError: the service answered with an error; its status and words are in it.
            SourceError: the address could not be reached or is not the source's, it or the
                service is left alone, or what it sent is too long, too slow or no text.

        """
        sent = _sendable({**(headers or {}), "Accept": accept})
        address = _address(url, params, self._hosts)
        return self._client.ask(HTTPRequest(method="GET", url=address, headers=sent, gate=gate))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        gate: str | None = None,
    ) -> str:
        """Send JSON, and return the body of the answer as text; see `get`."""
        ours = {"Accept": "application/json", "Content-Type": "application/json"}
        sent = _sendable({**(headers or {}), **ours})
        address = _address(url, params, self._hosts)
        content = json_format.dumps(json).encode()
        return self._client.ask(
            HTTPRequest(method="POST", url=address, headers=sent, gate=gate, content=content)
        )


class HTTPClient:
    """One HTTP client for all sources of a process; connections are kept open between requests."""

    def __init__(
        self,
        folder: Path,
        *,
        agent: str,
        timeout: float,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        spacings: Mapping[str, float] = SPACINGS,
        deadline: float | None = None,
    ) -> None:
        """Ask in the name of `agent`, with gates and answers kept in a folder.

        Args:
            folder: where they are kept; all processes that share it ask as one.
            agent: the User-Agent, see `agent`.
            timeout: seconds for connecting and for each read.
            clock: the time, UTC.
            sleep: waits so many seconds.
            spacings: seconds between two requests, by gate.
            deadline: seconds for a whole answer, if not PATIENCE times the timeout.

        """
        self._http = httpx.Client(
            headers={"User-Agent": agent, "Accept-Encoding": PACKINGS},
            timeout=timeout,
            follow_redirects=False,
        )
        self._deadline = PATIENCE * timeout if deadline is None else deadline
        self._lines = Lines()
        self._clock = clock
        self._closings = Backoffs(folder / "closed", clock=clock)
        self._gates = HostRateLimiter(
            folder / "gates", closings=self._closings, clock=clock, sleep=sleep, spacings=spacings
        )
        self._cache = Cache(folder / "answers", clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def restricted_to(self, hosts: frozenset[str]) -> SourceClient:
        """Return HTTP for a source that may ask these hosts."""
        return SourceClient(self, hosts)

    def ask(self, question: HTTPRequest) -> str:
        """Ask until there is an answer, or none is to be expected; see `Web.get`."""
        where = named(question.url)
        if question.method == "GET":
            question = replace(question, known=self._cache.find(*question.key))
        try:
            for attempt in stamina.retry_context(
                on=_wait_for, attempts=ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=10.0
            ):
                with attempt:
                    return self._follow(question, attempt.num)
        except _BusyError as busy:
            raise busy.refusal from busy
        # An InvalidURL is one of a redirect; the last two are how Python refuses hosts and ports.
        except (
            CutOffError,
            httpx.HTTPError,
            httpx.InvalidURL,
            UnicodeError,
            OverflowError,
        ) as error:
            raise SourceError(
                f"{where} could not be read: {str(error) or type(error).__name__}"
            ) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def _follow(self, question: HTTPRequest, attempt: int) -> str:
        """Ask once, and again where the answer is a redirect."""
        url = question.url
        for _ in range(1 + REDIRECTS):
            gate = question.gate or host_key(url.raw_host.decode("ascii"))
            with self._gates.slot(gate, named(url)) as turn:
                answer = self._send(question, url)
                if answer.is_busy:
                    raise self._busy(question, answer, attempt, gate=gate, turn=turn)
            if answer.status not in question.moved or "Location" not in answer.headers:
                return self._understand(question, answer)
            url = _moved_to(answer)
        raise SourceError(f"{named(question.url)} redirects more than {REDIRECTS} times")

    def _send(self, question: HTTPRequest, url: httpx.URL) -> HTTPResponse:
        """Make one request and read the answer to its end, while there is time."""
        where = named(url)
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        conditions = question.known.conditions if question.known else {}
        request = self._http.build_request(
            question.method,
            url,
            headers={**question.headers, **conditions},
            content=question.content,
            extensions={"trace": self._lines.noting(origin)},
        )
        until = time.monotonic() + self._deadline
        try:
            with (
                self._lines.cut_after(self._deadline, origin),
                closing(self._http.send(request, stream=True)) as response,
            ):
                return _read(response, url, where=where, late=lambda: time.monotonic() > until)
        except (httpx.TransportError, CutOffError) as error:
            if time.monotonic() > until:
                raise SourceError(f"{where} could not be read: it answers too slowly") from error
            raise

    def _busy(
        self, question: HTTPRequest, answer: HTTPResponse, attempt: int, *, gate: str, turn: Slot
    ) -> _BusyError:
        """Keep what the service asks for: a pause, or that it or the address is left alone."""
        now = self._clock()
        pause = retry_after(answer.headers.get("Retry-After"), now)
        too_long = pause is not None and pause > LONGEST_PAUSE
        final = too_long or attempt >= ATTEMPTS
        refusal = question.refusal(answer, f" {attempt} times" if attempt > 1 else "")
        if final:
            # That we ask too much holds for all of the service; that it is broken, only there.
            rest, closed = _REST, {"gate": gate}
            if answer.is_broken:
                rest, closed = _REST_OF_BROKEN, {"url": named(answer.url)}
            until = now + (timedelta(seconds=pause) if pause and too_long else rest)
            (name,) = closed.values()
            self._closings.start(name, until, answer.line)
            said = {**closed, "until": until.isoformat(), "reason": answer.line}
            log.warning("source left alone", extra=said)
            refusal = RefusedError(
                f"{refusal}; {name} is left alone until {clock_time(until)}",
                status=refusal.status,
                body=refusal.body,
            )
        else:
            turn.pause = pause or 0.0
        return _BusyError(refusal, answer.line, pause, final=final)

    def _understand(self, question: HTTPRequest, answer: HTTPResponse) -> str:
        """Return the text of an answer that is one."""
        if question.known and answer.status == httpx.codes.NOT_MODIFIED:
            self._cache.confirm(*question.key)
            return question.known.text
        if not 200 <= answer.status < 300:
            raise question.refusal(answer)
        text = decode(answer.body, charset=answer.charset, where=named(answer.url))
        kept = answer.status == httpx.codes.OK and question.method == "GET"
        if kept and "no-store" not in answer.headers.get("Cache-Control", "").lower():
            self._cache.keep(
                *question.key,
                text=text,
                etag=answer.headers.get("ETag"),
                last_modified=answer.headers.get("Last-Modified"),
            )
        return text


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers that can be sent; the library's own error would show a key that cannot."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise SourceError(f"the header {name} is not plain ASCII; check the key of this source")
    return headers


def _address(url: str, params: Mapping[str, str] | None, hosts: frozenset[str]) -> httpx.URL:
    """Return the address of a question that may be asked."""
    plain = str(url).rpartition("@")[2].partition("?")[0][:200]
    try:
        address = httpx.URL(url).copy_merge_params(params or {})
        host = address.host
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise SourceError(f"{plain!r} could not be read: {error}") from error
    if address.scheme not in ("http", "https") or not host:
        raise SourceError(f"{plain!r} could not be read: it is no http or https address")
    if not {host, address.raw_host.decode("ascii")} & hosts:
        raise SourceError(
            f"{host} is not asked: the hosts of this source are {', '.join(sorted(hosts))}"
        )
    return address


def _moved_to(answer: HTTPResponse) -> httpx.URL:
    """Return where a redirect leads, if it is the same host and no less protected."""
    there = answer.headers["Location"]
    try:
        target = answer.url.join(there)
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{named(answer.url)} redirects to nowhere: {error}") from error
    here = (answer.url.scheme, answer.url.port)
    same = (target.scheme, target.port) == here or (answer.url.scheme, target.scheme) == (
        "http",
        "https",
    )
    if target.raw_host != answer.url.raw_host or not same:
        raise SourceError(
            f"{named(answer.url)} redirects to {named(target)}, which is another place;"
            " if that is right, make it the url of the source"
        )
    return target


def _read(
    response: httpx.Response, url: httpx.URL, *, where: str, late: Callable[[], bool]
) -> HTTPResponse:
    """Read an answer to its end; of a refusal the beginning is enough."""
    packing = response.headers.get("Content-Encoding", "")
    pieces = unpack(response.iter_raw(), packing=packing, late=late, where=where)
    read_all = response.is_success
    return HTTPResponse(
        url=url,
        status=response.status_code,
        reason=response.reason_phrase,
        headers=response.headers,
        charset=response.charset_encoding,
        body=whole(pieces, limit=LIMIT, where=where) if read_all else _beginning(pieces),
    )


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """Return what comes of the body of a refusal, which is welcome but not needed."""
    body = bytearray()
    with suppress(SourceError, CutOffError, httpx.HTTPError):
        for piece in pieces:
            body += piece
            if len(body) >= REFUSAL_LIMIT:
                break
    return bytes(body[:REFUSAL_LIMIT])
