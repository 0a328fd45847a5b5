"""The connections to services: directly, or through the proxy that the environment names.

A pool is made when the first request needs it. So a variable that is wrong is an error of the
requests that depend on it, and of no others.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

import httpx
import socksio

from digest.errors import ConfigError, SourceError
from digest.sources.http.proxies import Proxy, find_proxy
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
#: How the text of an OSError begins: its number.
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


class Pools:
    """The HTTP library's clients, one for each proxy and one without; encrypted and plain apart."""

    def __init__(
        self,
        *,
        headers: Mapping[str, str],
        timeout: float,
        variables: Mapping[str, str],
        tls: Callable[[], ssl.SSLContext],
    ) -> None:
        """Open nothing yet.

        Args:
            headers: sent with every request.
            timeout: seconds for connecting and for each read.
            variables: the variables of the environment that name proxies and certificates.
            tls: returns the certificates to trust; a ConfigError names what is wrong with them.

        """
        self._headers, self._timeout = headers, timeout
        self._variables, self._tls = variables, tls
        self._pools: dict[tuple[Proxy | None, bool], httpx.Client] = {}

    def send(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str],
        content: bytes | None,
        extensions: Mapping[str, object],
    ) -> httpx.Response:
        """Send a request and return its response, whose body is not read yet.

        Raises:
            SourceError: a variable of the environment is wrong; the text names it.
            httpx.TransportError: the service or the proxy cannot be used.

        """
        pool = self._pool_for(url)
        request = pool.build_request(
            method, url, headers=headers, content=content, extensions=dict(extensions)
        )
        try:
            return pool.send(request, stream=True)
        except socksio.SOCKSError as error:  # httpx passes it on as it is
            raise httpx.ProxyError(f"no answer of SOCKS5 came: {error}") from error

    def _pool_for(self, url: httpx.URL) -> httpx.Client:
        proxy = find_proxy(url, self._variables)
        is_encrypted = "https" in (url.scheme, proxy.address.scheme if proxy else "")
        if (proxy, is_encrypted) not in self._pools:
            self._pools[proxy, is_encrypted] = self._open(proxy, is_encrypted=is_encrypted)
        return self._pools[proxy, is_encrypted]

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()

    def proxy_of(self, url: httpx.URL) -> str | None:
        """Return the address of the proxy that a request takes, or None."""
        proxy = find_proxy(url, self._variables)
        return str(proxy.address) if proxy else None

    def way_to(self, url: httpx.URL) -> str:
        """Return words for the proxy that a request takes, or nothing."""
        proxy = find_proxy(url, self._variables)
        return f" through the proxy of {proxy.variable}" if proxy else ""

    def explain(self, url: httpx.URL, error: Exception) -> str:
        """Return what went wrong on the way to an address, with the variables that matter."""
        reason = _ERRNO.sub("", str(error)) or type(error).__name__
        text = f"{reason}{self.way_to(url)}"
        names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if self._variables.get(name)]
        if "CERTIFICATE_VERIFY_FAILED" in text and names:
            text += f"; the trusted certificates are those of {join_words(names)}"
        return text

    def _open(self, proxy: Proxy | None, *, is_encrypted: bool) -> httpx.Client:
        try:
            # Reading the certificates takes 20 ms. A context without any trusts nobody.
            tls = self._tls() if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        except ConfigError as error:
            raise SourceError(str(error)) from error
        return httpx.Client(
            headers=self._headers,
            timeout=self._timeout,
            follow_redirects=False,
            trust_env=False,
            verify=tls,
            proxy=_as_httpx(proxy, tls) if proxy else None,
        )


def _as_httpx(proxy: Proxy, tls: ssl.SSLContext) -> httpx.Proxy:
    login = (proxy.username, proxy.password)
    return httpx.Proxy(
        proxy.address,
        auth=login if any(login) else None,
        ssl_context=tls if proxy.address.scheme == "https" else None,
    )
