"""How fast messages may leave: all together, and to each large mail provider.

A rate such as 50/second is a leaky bucket, in the form that the ATM Forum calls virtual scheduling
(GCRA): messages leave one by one in even steps. The next may leave a little early if one left late,
but never more than 50 leave in any period of one second, wherever it begins.

All times are monotonic seconds and come in as arguments.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.models.delivery import OutgoingMessage

#: How many seconds late a message may leave without a delay for those behind it.
_TOLERANCE = 0.02
#: The most messages that wait. More are not rendered before some of them have left.
MAX_WAITING = 50
#: The most rates that are kept. One that has not been used for a while can be forgotten.
_MAX_RATES = 1000
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

#: The provider of a domain. A name that ends in a dot stands for all domains that begin with it.
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
    """Return the name of an address's provider, or its domain if the provider is not known."""
    domain = recipient.rpartition("@")[2].lower()
    return _PROVIDERS.get(domain) or _PROVIDERS.get(domain.partition(".")[0] + ".") or domain


class Rate:
    """One or more limits such as "50/second;2000/minute", all of which hold."""

    def __init__(self, text: str) -> None:
        """Parse a rate; an empty text has no limit."""
        self._steps: list[float] = []
        for part in filter(None, text.split(";")):
            number, _, unit = part.partition("/")
            self._steps.append((_SECONDS[unit.strip()] + _TOLERANCE) / int(number))
        # For each limit: the time of the next message if all leave exactly one step apart.
        self._next_times = [float("-inf")] * len(self._steps)

    def delay(self, now: float) -> float:
        """Return the seconds until the next message may leave; 0 or less if it may leave now."""
        return max((time - _TOLERANCE - now for time in self._next_times), default=0.0)

    def record(self, now: float) -> None:
        """Count a message that leaves now."""
        self._next_times = [
            max(time, now) + step for time, step in zip(self._next_times, self._steps, strict=True)
        ]


class RateLimiter:
    """The messages that wait to be sent, in one queue for each provider with a rate.

    A message that has to wait does not delay those to other providers.
    """

    def __init__(self, rates: Mapping[str, str]) -> None:
        """Set the rates by name.

        The names are `total` for all messages, those of the providers, and `other` for each domain
        that belongs to none of them. A name that is missing or empty has no limit of its own.
        """
        self._total = Rate(rates.get("total", ""))
        self._other = rates.get("other", "")
        self._providers = set(_PROVIDERS.values())
        self._rates = {name: Rate(rates[name]) for name in self._providers if rates.get(name)}
        self._queues: dict[str, deque[OutgoingMessage]] = {}
        #: How many messages wait.
        self.waiting = 0

    def add(self, message: OutgoingMessage) -> None:
        """Put a message at the end of its queue."""
        self._queues.setdefault(self._queue_name(message.recipient), deque()).append(message)
        self.waiting += 1

    def take_next(self, now: float) -> OutgoingMessage | None:
        """Remove and count a message that may leave now; return None if none may."""
        if not self.waiting or self._total.delay(now) > 0:
            return None
        for name, queue in self._queues.items():
            if self._delay(name, now) > 0:
                continue
            message = queue.popleft()
            if not queue:
                del self._queues[name]
            self.waiting -= 1
            self._record(name, now)
            return message
        return None

    def delay(self, now: float) -> float:
        """Return the seconds until a waiting message may leave; infinity if none waits."""
        first = min((self._delay(name, now) for name in self._queues), default=float("inf"))
        return max(first, self._total.delay(now), 0.0)

    def wants_more(self, now: float, *, ahead: int) -> bool:
        """Whether another message should be added.

        That is so while fewer than `ahead` wait. If all that wait are held back by the rates of
        their providers, it is so up to MAX_WAITING: the next may be for another provider.
        """
        if self.waiting < ahead:
            return True
        return self.waiting < MAX_WAITING and self.delay(now) > 0 >= self._total.delay(now)

    def clear(self) -> list[OutgoingMessage]:
        """Remove and return all waiting messages."""
        messages = [message for queue in self._queues.values() for message in queue]
        self._queues.clear()
        self.waiting = 0
        return messages

    def _queue_name(self, recipient: str) -> str:
        """Return the name of an address's queue; all without a rate of their own share one."""
        if not (self._rates or self._other):
            return ""
        name = provider(recipient)
        if name in self._providers:
            return name if name in self._rates else ""
        return name if self._other else ""

    def _delay(self, name: str, now: float) -> float:
        rate = self._rates.get(name)
        return rate.delay(now) if rate else 0.0

    def _record(self, name: str, now: float) -> None:
        self._total.record(now)
        if name and name not in self._rates:
            if len(self._rates) > _MAX_RATES:
                self._rates = {
                    known: rate
                    for known, rate in self._rates.items()
                    if known in self._providers or rate.delay(now) > -_TOLERANCE
                }
            self._rates[name] = Rate(self._other)
        if name:
            self._rates[name].record(now)
