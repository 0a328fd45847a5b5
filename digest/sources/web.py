"""The polite HTTP that sources share: a name, a time limit, a size limit, a few retries."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from digest import __version__
from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

#: bytes; a day's answer is a few hundred kB
LIMIT = 20_000_000
#: seconds for connecting and for each read
TIMEOUT = 20.0
ATTEMPTS = 3

_HEADERS = {"User-Agent": f"papers-digest/{__version__}", "Accept": "application/json"}


class _BusyError(Exception):
    """The server asks to come back later: 429 or 5xx."""


def _log_retry(details: RetryDetails) -> None:
    error = str(details.caused_by) or type(details.caused_by).__name__
    extra = {"error": error, "attempt": details.retry_num, "wait": round(details.wait_for, 1)}
    log.warning("source asked again", extra=extra)


# stamina's own way of telling would print to standard output, which belongs to the answer.
set_on_retry_hooks([_log_retry])


class Web:
    """HTTP for one source: it asks no other hosts than the source's own."""

    def __init__(self, hosts: frozenset[str]) -> None:
        """Keep to these hosts."""
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
            params: the query.
            accept: the media type that is wanted.
            headers: more to send, such as a key.
            gate: the name under which requests are counted and spaced, if not the host's own.

        Raises:
            SourceError: the address could not be reached, or answered with an error.

        """
        return get(url, dict(params or {}))

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
        raise NotImplementedError


def get(url: str, params: dict[str, str]) -> str:
    """Return the body of a GET request as text.

    Raises:
        SourceError: the address could not be reached, answered with an error,
            or sent more than LIMIT bytes.

    """
    try:
        for attempt in stamina.retry_context(
            on=(_BusyError, httpx.TransportError), attempts=ATTEMPTS, wait_max=10.0
        ):
            with attempt:
                return _get_once(url, params)
    except _BusyError as error:
        raise SourceError(f"{url} answered {error} {ATTEMPTS} times; try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(
            f"{url} could not be read: {str(error) or type(error).__name__}"
        ) from error
    raise AssertionError("unreachable: the loop returns or raises")


def _refusal(url: str, response: httpx.Response) -> str:
    """Write an answer that is an error, with the beginning of what the service says of it."""
    said = next(response.iter_bytes(300), b"").decode("utf-8", "replace")
    words = " ".join("".join(ch if ch.isprintable() else " " for ch in said).split())
    answered = f"{url} answered {response.status_code} {response.reason_phrase}"
    return f"{answered}: {words}" if words else answered


def _get_once(url: str, params: dict[str, str]) -> str:
    received = bytearray()
    with httpx.stream(
        "GET", url, params=params, headers=_HEADERS, timeout=TIMEOUT, follow_redirects=False
    ) as response:
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise _BusyError(f"{response.status_code} {response.reason_phrase}")
        if not response.is_success:
            raise SourceError(_refusal(url, response))
        for chunk in response.iter_bytes():
            received += chunk
            if len(received) > LIMIT:
                raise SourceError(f"{url} sent more than {LIMIT:,} bytes")
        encoding = response.charset_encoding or "utf-8"
    try:
        return received.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"{url} sent text that is not {encoding}") from error
