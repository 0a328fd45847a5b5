"""The hosts that could not be reached, which are then not tried again by the same client.

Without this, a machine without a network would try every day of every source in turn. A client
lives for one run, so the next run tries again. A response is no such failure, whatever its status.
A host that accepts requests and answers none of several attempts counts as unreachable too.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx

from digest.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.sources.http.pools import Pools


class SilenceError(httpx.ReadTimeout):
    """A host took a request, and sent nothing in time, not even the beginning of a response."""


#: A ProxyError is the answer of a proxy that cannot connect, or does not want to.
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
UNREACHABLE = (*_NO_CONNECTION, SilenceError)


class UnreachableHosts:
    """The hosts and proxies that a client could not reach, each with the reason."""

    def __init__(self, pools: Pools) -> None:
        """Start with none; `pools` knows the proxy of each request."""
        self._pools = pools
        self._reasons: dict[str, str] = {}
        #: whether the network may be down: a connection failed
        self.is_offline = False

    def check(self, url: httpx.URL) -> None:
        """Raise an UnreachableError if the host, or the proxy on the way to it, is among them."""
        for name in (_origin(url), self._pools.proxy_of(url)):
            if name in self._reasons:
                raise _unreachable(url, self._reasons[name])

    def add(self, url: httpx.URL, error: httpx.TransportError) -> UnreachableError:
        """Add the host of a request that could not be connected, or its proxy; return the error."""
        reason = self._pools.explain(url, error)
        # With a proxy, the connection to it comes first, then the encryption with the host.
        is_beyond = isinstance(error, httpx.ProxyError | SilenceError) or _is_of_encryption(error)
        self.is_offline = self.is_offline or not isinstance(error, SilenceError)
        name = None if is_beyond else self._pools.proxy_of(url)
        self._reasons[name or _origin(url)] = reason
        return _unreachable(url, reason)


def is_unreachable(error: Exception) -> bool:
    """Whether an error says that there is no connection: refused, no route, no name, no TLS."""
    return isinstance(error, _NO_CONNECTION)


def _unreachable(url: httpx.URL, reason: str) -> UnreachableError:
    # The same words for every address of the host, so that they can be said once.
    return UnreachableError(f"{_origin(url)} could not be read: {reason}")


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _is_of_encryption(error: Exception) -> bool:
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
