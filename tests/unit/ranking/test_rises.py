"""Papers that were passed over and took off later."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper

from digest.ranking.rises import MOST, Rise, rises
from digest.ranking.trend import trends

DAY_OF_TEN = [120, 40, 30, 20, 10, 9, 8, 7, 6, 5]


def found(votes: list[int], before: dict[str, int]) -> dict[str, Rise]:
    papers = [paper(str(number), votes=count) for number, count in enumerate(votes)]
    return rises(papers, before=before, trends=trends(papers))


def test_a_paper_that_took_off_comes_back() -> None:
    assert found(DAY_OF_TEN, {"0": 35}) == {"0": Rise(votes=120, before=35)}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param({"0": 100}, id="much voted from the first"),
        pytest.param({"4": 0}, id="risen, but not among the most voted"),
        pytest.param({}, id="no earlier votes are known"),
        pytest.param({"99": 1}, id="not here any more"),
    ],
)
def test_others_do_not(before: dict[str, int]) -> None:
    assert found(DAY_OF_TEN, before) == {}


def test_a_few_votes_are_no_rise() -> None:
    assert found([9, 1, 1, 1, 1, 0, 0, 0], {"0": 0}) == {}


def test_papers_that_are_tied_at_the_top_are_not_all_the_top() -> None:
    assert found([30] * 8, dict.fromkeys("01234567", 1)) == {}


@given(st.lists(st.tuples(st.integers(0, 500), st.none() | st.integers(0, 500)), max_size=40))
def test_only_a_few_come_back_each_with_many_more_votes(
    days: list[tuple[int, int | None]],
) -> None:
    before = {str(n): then for n, (_, then) in enumerate(days) if then is not None}

    back = found([now for now, _ in days], before)

    assert len(back) <= MOST
    assert all(rise.votes > 2 * rise.before for rise in back.values())
