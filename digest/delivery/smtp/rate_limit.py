"""How fast mails may leave: in all, and to each large provider. The time is passed in.

A rate such as 50/second is a leaky bucket (the virtual scheduling form of the ATM Forum's GCRA):
mails leave one by one in even steps. One that is late may be followed a little sooner, but there
are never more than 50 in a second, wherever that second begins.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.models.delivery import OutgoingMessage

#: By how many seconds a mail may be late without slowing those behind it.
_SLACK = 0.02
#: So many mails may wait for their turn; more are not made before some have left.
HELD = 50
#: So many buckets are kept; one that has run empty is as good as none.
_BUCKETS = 1000
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

#: Whose domain it is by the whole of it, or by its first label when that is all that is given.
_PROVIDERS = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "outlook.": "outlook",
    "hotmail.": "outlook",
    "live.": "outlook",
    "msn.com": "outlook",
    "yahoo.": "yahoo",
    "aol.com": "yahoo",
    "ymail.com": "yahoo",
    "rocketmail.com": "yahoo",
    "icloud.com": "icloud",
    "me.com": "icloud",
    "mac.com": "icloud",
}


def provider(recipient: str) -> str:
    """Return the provider of an address by its name, or the address's domain."""
    domain = recipient.rpartition("@")[2].lower()
    return _PROVIDERS.get(domain) or _PROVIDERS.get(domain.partition(".")[0] + ".") or domain


class Rate:
    """One or more rates such as "50/second;2000/minute", all of which hold."""

    def __init__(self, text: str) -> None:
        """Read a rate; an empty one has no limit."""
        self._steps: list[float] = []
        for part in filter(None, text.split(";")):
            number, _, unit = part.partition("/")
            self._steps.append((_SECONDS[unit.strip()] + _SLACK) / int(number))
        # When each bucket will have run empty, had every mail left in its own step.
        self._empty = [float("-inf")] * len(self._steps)

    def wait(self, now: float) -> float:
        """Return the seconds until the next mail may leave."""
        return max((empty - _SLACK - now for empty in self._empty), default=0.0)

    def spend(self, now: float) -> None:
        """Count a mail that leaves now."""
        self._empty = [
            max(empty, now) + step for empty, step in zip(self._empty, self._steps, strict=True)
        ]


class RateLimiter:
    """The parcels that wait for their turn; who must wait does not hold up the others."""

    def __init__(self, rates: Mapping[str, str]) -> None:
        """Take rates by name: total, a provider's, and other for each domain that is of none."""
        self._total = Rate(rates.get("total", ""))
        self._other = rates.get("other", "")
        self._named = set(_PROVIDERS.values())
        self._rates = {name: Rate(rates[name]) for name in self._named if rates.get(name)}
        self._lanes: dict[str, deque[OutgoingMessage]] = {}
        #: how many wait
        self.waiting = 0

    def add(self, parcel: OutgoingMessage) -> None:
        """Let a parcel wait for its turn."""
        self._lanes.setdefault(self._lane(parcel.recipient), deque()).append(parcel)
        self.waiting += 1

    def next(self, now: float) -> OutgoingMessage | None:
        """Take out a parcel that may leave now, and count it as left."""
        if not self.waiting or self._total.wait(now) > 0:
            return None
        for name, lane in self._lanes.items():
            if self._wait(name, now) > 0:
                continue
            parcel = lane.popleft()
            if not lane:
                del self._lanes[name]
            self.waiting -= 1
            self._spend(name, now)
            return parcel
        return None

    def wait(self, now: float) -> float:
        """Return the seconds until one of those that wait may leave; for ever if none waits."""
        first = min((self._wait(name, now) for name in self._lanes), default=float("inf"))
        return max(first, self._total.wait(now), 0.0)

    def wants(self, now: float, *, ahead: int) -> bool:
        """Whether another parcel would be of use, when so many shall lie ready."""
        if self.waiting < ahead:
            return True
        return self.waiting < HELD and self.wait(now) > 0 >= self._total.wait(now)

    def clear(self) -> list[OutgoingMessage]:
        """Take out all that wait."""
        parcels = [parcel for lane in self._lanes.values() for parcel in lane]
        self._lanes.clear()
        self.waiting = 0
        return parcels

    def _lane(self, recipient: str) -> str:
        """Name the lane of an address: all without a rate of their own share one."""
        if not (self._rates or self._other):
            return ""
        name = provider(recipient)
        if name in self._named:
            return name if name in self._rates else ""
        return name if self._other else ""

    def _wait(self, name: str, now: float) -> float:
        rate = self._rates.get(name)
        return rate.wait(now) if rate else 0.0

    def _spend(self, name: str, now: float) -> None:
        self._total.spend(now)
        if name and name not in self._rates:
            if len(self._rates) > _BUCKETS:
                self._rates = {
                    known: rate
                    for known, rate in self._rates.items()
                    if known in self._named or rate.wait(now) > -_SLACK
                }
            self._rates[name] = Rate(self._other)
        if name:
            self._rates[name].spend(now)
