"""How sure a mean is: percentile bootstrap intervals over units, such as days or readers.

Units are drawn with replacement and the mean is taken anew, many times; the interval holds the
middle share of these means (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, §13.3).
Units must be independent of each other: topics of one day are not, so a day is one unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

Unit = TypeVar("Unit", bound="Hashable")

#: How often units are drawn anew.
ROUNDS = 2000
#: The share of the means that lie in the interval.
LEVEL = 0.95
#: Draws of units that are made at once, which bounds the memory.
_BLOCK = 1_000_000


class Ratio(NamedTuple):
    """What a unit adds to a share: a part of a whole, such as clear papers of those shown."""

    part: float
    whole: float


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
    return _interval([_ratios([Ratio(value, 1) for value in values])], rng)


def ratio_interval(ratios: Sequence[Ratio], rng: Generator) -> Interval | None:
    """Return the sum of all parts beside the sum of all wholes; None without any unit.

    So a share is of all that was shown, and a unit that shows more counts more.
    """
    return _interval([_ratios(ratios)], rng)


def paired_difference(
    left: Mapping[Unit, float | Ratio], right: Mapping[Unit, float | Ratio], rng: Generator
) -> Interval | None:
    """Return the mean of `left` minus that of `right`, over the units that both have.

    Both are drawn together: a unit that is hard is hard for both, so the difference is surer than
    the two means are.
    """
    both = [unit for unit in left if unit in right]
    sides = ([_as_ratio(side[unit]) for unit in both] for side in (left, right))
    return _interval([_ratios(side) for side in sides], rng)


def _as_ratio(value: float | Ratio) -> Ratio:
    return value if isinstance(value, Ratio) else Ratio(value, 1)


def _ratios(ratios: Sequence[Ratio]) -> NDArray[np.float64]:
    """Return the parts and the wholes of units, shape (units, 2)."""
    return np.array(ratios, np.float64).reshape(-1, 2)


def _interval(sides: Sequence[NDArray[np.float64]], rng: Generator) -> Interval | None:
    """Return the interval of one side's ratio, or of the difference of two sides."""
    units = len(sides[0])
    if any(side[:, 1].sum() == 0 for side in sides):
        return None
    mean = float(_difference([side.sum(axis=0) for side in sides]))
    if units == 1:
        return Interval(mean=mean, low=None, high=None, units=1)
    rounds = max(1, _BLOCK // units)
    drawn = []
    for start in range(0, ROUNDS, rounds):
        chosen = rng.integers(units, size=(min(rounds, ROUNDS - start), units))
        drawn.append(_difference([side[chosen].sum(axis=1) for side in sides]))
    low, high = np.nanquantile(np.concatenate(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean=mean, low=float(low), high=float(high), units=units)


def _difference(sides: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return part by whole of the first side, minus that of the second if there is one.

    A draw of units that are all empty has no answer (NaN), and is left out.
    """
    with np.errstate(invalid="ignore"):
        first, *second = [side[..., 0] / side[..., 1] for side in sides]
    return first - second[0] if second else first
