"""How far each count of a day, such as votes, is from what is usual for its age.

A count n is read as a Poisson number of a rate that varies between papers by a gamma distribution
(Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.6). The mean of the posterior, and
so the deviation of a paper in logarithms, is

    x = ln((n + K) / (m E + K exp(-b)))

with K for how many counts the expectation counts, E the hours in which the counts came, m the
usual counts in an hour, and b the deviation that was expected before any count. While m E is small
x is near b; as counts come in, the part of b fades. So three votes differ little from two.

The usual rate m is the one around which the deviations balance, sum(tanh(2 x)) = 0: a smooth form
of Huber's estimator (1964), near the median. One count of a million moves it hardly. More counts
never make the deviation of their own paper smaller: a change of n_i moves x_i by
(1 - w_i) / (n_i + K), where w_i, the share of i in the slope of that sum, is at most 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

#: For how many counts the expectation counts. A choice: the gamma distributions that fit the votes
#: of whole days best have the shapes 1.75 (213 days of 2024) and 0.67 (14 days of 2026).
EXPECTED_COUNTS = 2.0
#: The standard deviation of x among the papers of a day: 1.01 on 14 days of 2026.
SPREAD = 1.0
#: Votes settle in one to two weeks: after so many hours, 63 % of a paper's votes are there, after
#: two weeks 99 %. A choice between the two reports that there are of it.
SETTLING_HOURS = 72.0
#: Within about this distance of the usual a paper counts by how far it is, beyond as one of many.
_WIDTH = 0.5
#: The bisection ends after so many halvings, with the last digit of a float.
_HALVINGS = 100


def effective_hours(hours: float) -> float:
    """Return the hours of full growth in which a paper gets as many votes as in `hours`."""
    return -SETTLING_HOURS * math.expm1(-hours / SETTLING_HOURS)


def deviations(
    counts: Sequence[int], hours: Sequence[float], expected: Sequence[float] | None = None
) -> list[float]:
    """Return how far each count is from what is usual, in natural logarithms; 0 is usual.

    Args:
        counts: the votes, comments or stars of the papers of a day; none is negative.
        hours: how old each paper was when they were read, more than 0.
        expected: the deviation that was expected of each paper; 0 if it is not given.

    """
    if not counts:
        return []
    seen = np.log(np.asarray(counts, np.float64) + EXPECTED_COUNTS)
    exposure = np.array([effective_hours(each) for each in hours])
    before = EXPECTED_COUNTS * np.exp(-np.asarray(expected or [0.0] * len(counts), np.float64))
    usual = _usual_rate(seen, exposure, before)
    found: list[float] = (seen - np.log(usual * exposure + before)).tolist()
    return found


def _usual_rate(
    seen: npt.NDArray[np.float64],
    exposure: npt.NDArray[np.float64],
    before: npt.NDArray[np.float64],
) -> float:
    """Return the counts in an hour around which the deviations balance; 0 if there are none."""

    def balance(rate: float) -> float:
        # fsum is exact, so the order of the papers cannot change the last digit.
        return math.fsum(np.tanh((seen - np.log(rate * exposure + before)) / _WIDTH).tolist())

    if balance(0.0) <= 0:
        return 0.0
    # At this rate no paper has more than is usual.
    low, high = 0.0, float(np.exp(seen.max()) / exposure.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if balance(middle) > 0 else (low, middle)
    return low
