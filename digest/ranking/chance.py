"""Chance that can be repeated: what is drawn for a reader on a day follows from a secret key.

So a preview is the mail that is sent, and nobody without the key can foresee a draw. Readers fall
into a few variants at random, and all of a variant get the same draws, so that readers with the
same wishes still share their issues.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

#: Readers with the same wishes get at most so many different issues of a day.
VARIANTS = 10
_BITS = 48


@dataclass(frozen=True)
class Chance:
    """The draws of one day. Whoever is drawn how is independent of the draws of other days."""

    secret: str
    day: date

    def variant_of(self, subscriber_id: int) -> int:
        """Return which variant a subscriber is in on this day, from 0."""
        return int(self.number(f"reader {subscriber_id}") * VARIANTS)

    def number(self, name: str) -> float:
        """Return a number in [0, 1), the same for the same name; all are equally likely."""
        mac = hmac.digest(self.secret.encode(), f"draw {self.day} {name}".encode(), "sha256")
        return int.from_bytes(mac[: _BITS // 8]) / float(2**_BITS)


class Draws:
    """The draws of one variant of readers, each made once."""

    def __init__(self, chance: Chance, variant: int) -> None:
        """Draw nothing yet."""
        self._chance, self._variant = chance, variant
        self._numbers: dict[str, float] = {}

    def number(self, name: str) -> float:
        """Return a number in [0, 1), the same for the same name; all are equally likely."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = self._chance.number(f"{self._variant} {name}")
        return found

    def coin(self, name: str) -> bool:
        """Return heads or tails, the same for the same name."""
        return self.number(name) < 0.5
