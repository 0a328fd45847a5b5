"""How sure a mean is: percentile bootstrap intervals over units, such as days or readers.

Units are drawn with replacement and the mean is taken anew, many times; the interval holds the
middle share of these means (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, §13.3).
Units must be independent of each other: topics of one day are not, so a day is one unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.random import Generator

Unit = TypeVar("Unit", bound="Hashable")

#: How often units are drawn anew.
ROUNDS = 2000
#: The share of the means that lie in the interval.
LEVEL = 0.95
#: Draws of units that are made at once, which bounds the memory.
_BLOCK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A mean over units, with the bounds of its interval.

    One unit alone says nothing of how far others would be off, so it has no bounds.
    """

    mean: float
    low: float | None
    high: float | None
    #: the number of units
    units: int


def seeded(seed: int) -> Generator:
    """Return the generator that draws alike for the same seed."""
    return np.random.default_rng(seed)


def mean_interval(values: Sequence[float], rng: Generator) -> Interval | None:
    """Return the mean of some units' values with its interval; None without any unit."""
    if not values:
        return None
    found = np.asarray(values, np.float64)
    if len(found) == 1:
        return Interval(mean=float(found[0]), low=None, high=None, units=1)
    rounds = max(1, _BLOCK // len(found))
    means = np.concatenate(
        [
            found[rng.integers(len(found), size=(min(rounds, ROUNDS - start), len(found)))].mean(1)
            for start in range(0, ROUNDS, rounds)
        ]
    )
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean=float(found.mean()), low=float(low), high=float(high), units=len(found))


def paired_difference(
    left: Mapping[Unit, float], right: Mapping[Unit, float], rng: Generator
) -> Interval | None:
    """Return the mean of `left - right` over the units that both have, with its interval.

    A unit that is hard is hard for both, so the difference is surer than the two means are.
    """
    both = [unit for unit in left if unit in right]
    return mean_interval([left[unit] - right[unit] for unit in both], rng)
