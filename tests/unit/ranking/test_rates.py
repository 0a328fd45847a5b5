"""How far a count is from what is usual for its day and age."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.rates import EXPECTED_COUNTS, deviations, effective_hours

COUNTS = st.lists(
    st.tuples(st.integers(0, 10**9), st.floats(1, 10_000), st.floats(-3, 3)), max_size=12
)


def test_nothing_has_no_deviation() -> None:
    assert deviations([], []) == []


def test_where_nobody_has_a_count_all_are_usual() -> None:
    assert deviations([0, 0, 0], [1, 20, 300]) == [0.0, 0.0, 0.0]


def test_one_paper_alone_is_usual() -> None:
    assert deviations([40], [24]) == pytest.approx([0.0])


def test_equal_papers_are_all_usual() -> None:
    assert deviations([7] * 5, [24] * 5) == pytest.approx([0.0] * 5)


def test_without_counts_the_deviation_is_the_expected_one() -> None:
    assert deviations([0, 0], [1, 1], [-1.0, -0.5]) == pytest.approx([-1.0, -0.5])


def test_an_expectation_counts_as_a_few_votes() -> None:
    (much, little) = deviations([100, 100], [24, 24], [1.0, -1.0])

    assert 0 < much - little < 2 * EXPECTED_COUNTS * math.e / 100


def test_a_young_paper_needs_fewer_votes() -> None:
    young, old = deviations([12, 30], [2, 40])

    assert young > 0 > old


def test_votes_settle_in_two_weeks() -> None:
    assert effective_hours(1) == pytest.approx(1, rel=0.01)
    assert effective_hours(14 * 24) == pytest.approx(effective_hours(60 * 24), rel=0.01)


@given(COUNTS)
def test_every_deviation_is_a_number_and_more_is_more(
    day: list[tuple[int, float, float]],
) -> None:
    counts, hours, expected = ([each[n] for each in day] for n in range(3))

    found = deviations(counts, hours, expected)

    assert all(map(math.isfinite, found))
    assert deviations(counts[::-1], hours[::-1], expected[::-1]) == found[::-1]
    alike = sorted(zip(counts, deviations(counts, [24.0] * len(counts)), strict=True))
    assert [it[1] for it in alike] == sorted(it[1] for it in alike)
