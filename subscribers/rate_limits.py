"""Rates for the doors: how often one network, one mail domain, and everybody may sign up.

Moving windows in memory: a restart forgives. What must survive one, a confirmation per address
and day, is kept in the database.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How many sign-ups there may be, in the notation of `limits`, such as `5/hour;20/day`."""

    address: str = "5/hour;12/day"
    network: str = "6/hour;20/day"
    domain: str = "60/hour"
    total: str = "600/hour"


@dataclass(frozen=True)
class SignupLimiter:
    """Counts sign-ups and says when there are too many."""

    rates: Rates
    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )

    def allow(self, *, ip: str, mailbox: str) -> bool:
        """Count a sign-up and say whether it may go on; one too many is not counted.

        `mailbox` is an address in its one spelling, without what follows a plus sign.
        """
        domain = mailbox.rpartition("@")[2]
        asked = (
            ("address", mailbox, parse_many(self.rates.address)),
            ("network", network(ip), parse_many(self.rates.network)),
            ("domain", domain, parse_many(self.rates.domain)),
            ("total", "", parse_many(self.rates.total)),
        )
        if not all(self._has_room(item, name, key) for name, key, items in asked for item in items):
            return False
        for name, key, items in asked:
            for item in items:
                self._limiter.hit(item, name, key)
        return True

    def _has_room(self, item: RateLimitItem, name: str, key: str) -> bool:
        return self._limiter.test(item, name, key)


def network(ip: str) -> str:
    """Return who counts as one visitor: an IPv4 address, or the /64 that an IPv6 host gets."""
    return _cut(ip, v4=32, v6=64)


def truncated(ip: str) -> str:
    """Return an address cut so that it names no person: /24 or /48. Empty if it is none."""
    return _cut(ip, v4=24, v6=48)


def _cut(ip: str, *, v4: int, v6: int) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = v4 if address.version == 4 else v6
    return str(ipaddress.ip_network((address, prefix), strict=False))
