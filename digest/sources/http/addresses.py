"""Where requests may go, and what their headers may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from digest.errors import SourceError
from digest.sources.http.exchange import HTTPResponse, redacted

if TYPE_CHECKING:
    from collections.abc import Mapping


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Check that headers can be sent; the library's own error would show the key."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise SourceError(f"the header {name} is not plain ASCII; check the key of this source")
    return headers


def checked_url(url: str, params: Mapping[str, str] | None, hosts: frozenset[str]) -> httpx.URL:
    """Return the address of a request, after checking that it may be sent there."""
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


def redirect_target(response: HTTPResponse) -> httpx.URL:
    """Return the target of a redirect, if it is the same host and not less secure."""
    there = response.headers["Location"]
    try:
        target = response.url.join(there)
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{redacted(response.url)} redirects to nowhere: {error}") from error
    here = (response.url.scheme, response.url.port)
    same = (target.scheme, target.port) == here or (response.url.scheme, target.scheme) == (
        "http",
        "https",
    )
    if target.raw_host != response.url.raw_host or not same:
        raise SourceError(
            f"{redacted(response.url)} redirects to {redacted(target)}, which is another place;"
            " if that is right, make it the url of the source"
        )
    return target
