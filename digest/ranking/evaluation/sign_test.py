"""The sign test: whether one side wins more often than a fair coin would let it.

It asks nothing of how much a win is worth, and leaves ties out (Dixon and Mood, "The statistical
sign test", 1946). It is exact and two-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scipy.stats import binom, binomtest

#: A difference counts as seen if chance alone makes one as large in this share of the cases.
LEVEL = 0.05
#: The share of wins that should be seen, and the share of the cases in which it then is.
SHARE, POWER = 0.6, 0.8


@dataclass(frozen=True, kw_only=True)
class SignTest:
    """How often one side won, lost, and neither."""

    wins: int
    losses: int
    ties: int

    @property
    def decided(self) -> int:
        """How often there was a winner."""
        return self.wins + self.losses

    @property
    def p(self) -> float | None:
        """How often a fair coin would differ from one half as much; None if nothing is decided."""
        if not self.decided:
            return None
        return float(binomtest(self.wins, self.decided).pvalue)

    @property
    def is_seen(self) -> bool:
        """Whether the sides differ by more than chance explains."""
        return self.p is not None and self.p < LEVEL

    @property
    def more_needed(self) -> int:
        """How many more must be decided to see a side that wins 60 of 100, four times in five."""
        return max(0, decided_needed() - self.decided)


@cache
def decided_needed(share: float = SHARE) -> int:
    """Return of how many decided cases a side that wins this share of them is seen with `POWER`.

    It is exact, by the binomial distribution.
    """
    number = 1
    while _power(number, share) < POWER:
        number += 1
    return number


def _power(number: int, share: float) -> float:
    """Return how likely so many cases show a side that wins this share of them."""
    most_losses = int(binom.ppf(LEVEL / 2, number, 0.5))
    while most_losses >= 0 and binom.cdf(most_losses, number, 0.5) > LEVEL / 2:
        most_losses -= 1
    return float(binom.cdf(most_losses, number, 1 - share))
