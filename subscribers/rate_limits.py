"""Rate limits for sign-ups: per mailbox, per network, per mail domain, and in total.

Strangers share the limits per mailbox, per domain and in total, so a few of them must not use these
up. A *site*, the /24 or /48 around a client, has a limit of its own and counts little towards that
of a domain. Its first sign-up in an hour is held up by the full total only.

The counts are in memory, so a restart resets them. The limit that must survive a restart, one
confirmation mail per mailbox and day, is kept in the database.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from limits import RateLimitItemPerHour, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

if TYPE_CHECKING:
    from limits import RateLimitItem

#: How many networks' worth of sign-ups a site has: all /64 of a /48 may belong to one client.
NETWORKS_PER_SITE = 4
#: The part of a mail domain's limit that one site can use up.
SHARE_OF_DOMAIN = 1 / 20
#: The part of the total that is not kept for the first sign-up of each site in an hour.
UNRESERVED = 3 / 4
_FIRST = RateLimitItemPerHour(1)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The limits, in the notation of the library `limits`, such as `5/hour;20/day`."""

    address: str = "5/hour;12/day"
    network: str = "6/hour;20/day"
    domain: str = "60/hour"
    total: str = "600/hour"


@dataclass(frozen=True)
class SignupLimiter:
    """Counts sign-ups in moving windows and refuses those above a limit."""

    rates: Rates
    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )

    def allow(self, *, ip: str, mailbox: str) -> bool:
        """Return whether a sign-up is within all limits; count it only if it is.

        `mailbox` is the one of the address, by the rules of its provider.
        """
        site, domain = truncated(ip), mailbox.rpartition("@")[2]
        networks, domains, totals = map(
            _items, (self.rates.network, self.rates.domain, self.rates.total)
        )
        own = [
            *((item, "network", network(ip)) for item in networks),
            *((_scaled(item, NETWORKS_PER_SITE), "site", site) for item in networks),
            *((item, "total", "") for item in totals),
        ]
        others = [
            *((item, "address", mailbox) for item in _items(self.rates.address)),
            *((_scaled(item, UNRESERVED), "total", "") for item in totals),
        ]
        of_domain = [(item, "domain", domain) for item in domains]
        first = self._limiter.test(_FIRST, "first", site)
        asked = own if first else [*own, *others, *of_domain]
        if not all(self._limiter.test(item, name, key) for item, name, key in asked):
            return False
        self._limiter.hit(_FIRST, "first", site)
        for item, name, key in (*own, *others):
            self._limiter.hit(item, name, key)
        for item, name, key in of_domain:
            if self._limiter.hit(_scaled(item, SHARE_OF_DOMAIN), "share", domain, site):
                self._limiter.hit(item, name, key)
        return True


@lru_cache(maxsize=64)
def _items(rate: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(rate))


def _scaled(item: RateLimitItem, factor: float) -> RateLimitItem:
    """Return a limit of this many times the amount, at least 1, in the same time."""
    return type(item)(max(1, ceil(item.amount * factor)), item.multiples)


def network(ip: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    return _network(ip, v4=32, v6=64)


def truncated(ip: str) -> str:
    """Return the network of an IP address, /24 or /48, which identifies no person.

    Returns an empty string if the text is not an IP address.
    """
    return _network(ip, v4=24, v6=48)


def _network(ip: str, *, v4: int, v6: int) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = v4 if address.version == 4 else v6
    return str(ipaddress.ip_network((address, prefix), strict=False))
