"""Rate limits for sign-ups: per address, per network, per mail domain, and in total.

The counts are in memory, so a restart resets them. The limit that must survive a restart, one
confirmation mail per address and day, is kept in the database.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


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

        `mailbox` is the key of an address, without its `+` tag.
        """
        domain = mailbox.rpartition("@")[2]
        limits = (
            ("address", mailbox, parse_many(self.rates.address)),
            ("network", network(ip), parse_many(self.rates.network)),
            ("domain", domain, parse_many(self.rates.domain)),
            ("total", "", parse_many(self.rates.total)),
        )
        if not all(
            self._below_limit(item, name, key) for name, key, items in limits for item in items
        ):
            return False
        for name, key, items in limits:
            for item in items:
                self._limiter.hit(item, name, key)
        return True

    def _below_limit(self, item: RateLimitItem, name: str, key: str) -> bool:
        return self._limiter.test(item, name, key)


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
