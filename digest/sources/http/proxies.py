"""Which proxy a request takes, by the variables of the environment.

The variables are those of curl and of most programs: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and
NO_PROXY, in upper or lower case. The HTTP library would read them too, but all at once when a
client is made, so that a wrong one would end the program. Here a wrong one is an error of the
requests that take that proxy.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: What each scheme is for the HTTP library. It always lets a SOCKS proxy look up names of hosts,
#: which curl spells socks5h.
_SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5"}
_REMEDY = "write http://host:port, https://host:port or socks5://host:port"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy, and the variable that names it."""

    variable: str
    #: without the login
    address: httpx.URL
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def find_proxy(url: httpx.URL, variables: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for an address, or None if requests go there directly.

    Raises:
        SourceError: the variable that counts holds no address of a proxy.

    """
    if _is_excepted(url, _value("no_proxy", variables)[1]):
        return None
    for name in (f"{url.scheme}_proxy", "all_proxy"):
        variable, value = _value(name, variables)
        if value:
            return _parse(variable, value)
    return None


def _value(name: str, variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the variable that counts and its value; an empty one in lower case counts too."""
    for variable in (name, name.upper()):
        if variable in variables:
            return variable, variables[variable].strip()
    return name, ""


def _parse(variable: str, value: str) -> Proxy:
    """Read `[scheme://][user[:password]@]host[:port]`; a password may hold any character."""
    scheme, _, rest = value.partition("://") if "://" in value else ("http", "", value)
    login, _, place = rest.rpartition("@")
    place = re.split("[/?#]", place, maxsplit=1)[0]
    # Not the whole value, because a password must not be shown.
    address = "".join(char if char.isprintable() else "?" for char in f"{scheme}://{place}")
    shown = f"{variable}: {address}"
    if scheme.lower() not in _SCHEMES:
        raise SourceError(f"{shown} is no proxy that can be used; {_REMEDY}")
    try:
        value.encode()  # the bytes of a variable need not be UTF-8
        url = httpx.URL(f"{_SCHEMES[scheme.lower()]}://{place}")
    except UnicodeEncodeError as error:
        raise SourceError(f"{shown} is not UTF-8; {_REMEDY}") from error
    except (httpx.InvalidURL, ValueError) as error:
        raise SourceError(f"{shown} is no address ({error}); {_REMEDY}") from error
    if not url.host:
        raise SourceError(f"{shown} names no host; {_REMEDY}")
    username, _, password = login.partition(":")
    return Proxy(
        variable=variable,
        address=url,
        username=unquote(username),
        password=unquote(password),
    )


def _is_excepted(url: httpx.URL, exceptions: str) -> bool:
    return any(_is_meant(entry, url) for entry in re.split(r"[\s,]+", exceptions) if entry)


def _is_meant(entry: str, url: httpx.URL) -> bool:
    """Whether an entry of NO_PROXY means an address; one that is not understood means none.

    An entry is `*`, a host or domain, an IP address or a network. `example.org`, `.example.org` and
    `*.example.org` mean the same: the domain and all below it. All but networks may have a port.
    """
    scheme, _, rest = entry.lower().rpartition("://")
    if scheme not in ("", "all", url.scheme):
        return False
    place, port = _split_port(rest)
    if port not in ("", str(url.port or _DEFAULT_PORTS.get(url.scheme))):
        return False
    if place == "*":
        return True
    network = _network(place)
    if network is not None:
        with suppress(ValueError):  # the host is a name
            return ip_address(url.host) in network
        return False
    domain = place.removeprefix("*").strip(".")
    # An international domain may be given as it is written or as it is sent.
    hosts = [host.rstrip(".") for host in (url.host.lower(), url.raw_host.decode("ascii"))]
    return domain != "" and any(f".{host}".endswith(f".{domain}") for host in hosts)


def _split_port(place: str) -> tuple[str, str]:
    """Split `host:port`; an IPv6 address has a port only behind brackets."""
    if _network(place) is None:
        found = re.fullmatch(r"\[(.*)\]:?(\d*)|([^:]*):(\d+)", place)
        if found is not None:
            return found[1] or found[3] or "", found[2] or found[4] or ""
    return place, ""


def _network(place: str) -> IPv4Network | IPv6Network | None:
    """Return the network of `192.168.0.0/16`, `fd00::/8` or a single IP address."""
    try:
        return ip_network(place, strict=False)
    except ValueError:
        return None
