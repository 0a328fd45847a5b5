"""Intervals of means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.evaluation.bootstrap import (
    Interval,
    Ratio,
    mean_interval,
    paired_difference,
    ratio_interval,
    seeded,
)

VALUES = st.lists(st.floats(-10, 10), min_size=2, max_size=20)


@given(values=VALUES)
def test_the_interval_holds_the_mean_and_lies_among_the_values(values: list[float]) -> None:
    found = mean_interval(values, seeded(0))

    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9
    assert found.units == len(values)


def test_the_interval_of_a_known_case() -> None:
    """Of 100 draws with half ones the mean deviates by 0.05, and 1.96 of that is 0.098."""
    found = mean_interval([0.0, 1.0] * 50, seeded(1))

    assert found is not None
    assert (found.mean, found.low, found.high) == (
        0.5,
        pytest.approx(0.402, abs=0.01),
        pytest.approx(0.598, abs=0.01),
    )


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.1, 0.5, 0.7, 0.2]

    assert mean_interval(values, seeded(3)) == mean_interval(values, seeded(3))


def test_one_unit_has_no_bounds_and_none_has_no_mean() -> None:
    assert mean_interval([0.4], seeded(0)) == Interval(mean=0.4, low=None, high=None, units=1)
    assert mean_interval([], seeded(0)) is None


def test_many_units_take_no_more_memory_at_once() -> None:
    found = mean_interval([0.0, 1.0] * 20_000, seeded(0))

    assert found is not None
    assert found.mean == 0.5


def test_a_difference_is_taken_unit_by_unit() -> None:
    hard_and_easy = {"hard": 0.1, "easy": 0.9, "only left": 5.0}
    better = {"hard": 0.2, "easy": 1.0, "only right": 7.0}

    found = paired_difference(better, hard_and_easy, seeded(0))

    assert found is not None
    assert found.units == 2
    assert (found.low, found.mean, found.high) == (pytest.approx(0.1),) * 3


def test_a_share_is_of_all_that_the_units_have() -> None:
    found = ratio_interval([Ratio(1, 1), Ratio(0, 4), Ratio(0, 0)], seeded(0))

    assert found is not None
    assert (found.mean, found.units) == (0.2, 3)
    assert (found.low, found.high) == (0, 1)
    assert ratio_interval([Ratio(0, 0)], seeded(0)) is None


@given(values=VALUES)
def test_a_mean_is_a_share_with_wholes_of_one(values: list[float]) -> None:
    of_shares = ratio_interval([Ratio(value, 1) for value in values], seeded(0))

    assert of_shares == mean_interval(values, seeded(0))


@given(values=VALUES)
def test_nothing_differs_from_itself(values: list[float]) -> None:
    units = dict(enumerate(values))

    found = paired_difference(units, units, seeded(0))

    assert found is not None
    assert (found.low, found.mean, found.high) == (0, 0, 0)


def test_shares_are_compared_as_shares() -> None:
    left = {"a": Ratio(2, 2), "b": Ratio(0, 2)}
    right = {"a": Ratio(1, 1), "b": Ratio(0, 3)}

    found = paired_difference(left, right, seeded(0))

    assert found is not None
    assert found.mean == 0.25
