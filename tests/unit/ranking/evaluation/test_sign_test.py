"""The sign test, beside values of tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.evaluation.sign_test import LEVEL, SignTest, decided_needed

numbers = st.integers(0, 300)


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [(5, 0, 0.0625), (6, 0, 0.03125), (9, 1, 0.021484), (8, 2, 0.109375), (7, 7, 1.0)],
)
def test_p_is_that_of_a_fair_coin(wins: int, losses: int, p: float) -> None:
    found = SignTest(wins=wins, losses=losses, ties=4)

    assert found.p == pytest.approx(p, abs=1e-6)
    assert found.is_seen == (p < LEVEL)


def test_without_a_decision_there_is_no_answer() -> None:
    found = SignTest(wins=0, losses=0, ties=7)

    assert (found.p, found.is_seen, found.decided) == (None, False, 0)


@given(numbers, numbers, numbers)
def test_both_sides_are_treated_alike_and_ties_change_nothing(
    wins: int, losses: int, ties: int
) -> None:
    found = SignTest(wins=wins, losses=losses, ties=ties)

    assert found.p == SignTest(wins=losses, losses=wins, ties=0).p


def test_so_many_decisions_show_60_of_100() -> None:
    """As in tables of the power of the sign test: 199 for a share of .6, .05 and .8."""
    assert decided_needed() == 199
    assert SignTest(wins=100, losses=85, ties=9).more_needed == 14
    assert SignTest(wins=150, losses=150, ties=0).more_needed == 0
