"""Measures of lists, against values by hand and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from digest.ranking.evaluation.metrics import (
    intra_list_diversity,
    jaccard,
    ndcg,
    recall,
    share,
    spearman,
)

ITEMS = st.integers(0, 9)
LISTS = st.lists(ITEMS, unique=True)
GAINS = st.dictionaries(ITEMS, st.floats(0, 100))
SCORES = st.lists(st.integers(0, 4), min_size=2, max_size=8)


# -- nDCG ---------------------------------------------------------------------------------------


def test_binary_ndcg_by_hand() -> None:
    gains = {"a": 1.0, "b": 1.0}

    ideal = 1 + 1 / math.log2(3)
    assert ndcg(["a", "x", "b"], gains, 10) == pytest.approx((1 + 1 / 2) / ideal)


def test_graded_ndcg_by_hand() -> None:
    """The example of Järvelin and Kekäläinen, with their gains and log2(rank + 1)."""
    gains = {"a": 3.0, "b": 2.0, "c": 1.0}

    ideal = 3 + 2 / math.log2(3) + 1 / 2
    assert ndcg(["c", "a", "b"], gains, 3) == pytest.approx((1 + 3 / math.log2(3) + 2 / 2) / ideal)


def test_ndcg_has_no_answer_where_nothing_has_a_gain() -> None:
    assert ndcg(["a"], {}, 5) is None
    assert ndcg(["a"], {"a": 0.0}, 5) is None


@given(order=LISTS, gains=GAINS, depth=st.integers(1, 12))
def test_ndcg_is_1_for_the_ideal_order_and_never_more(
    order: list[int], gains: dict[int, float], depth: int
) -> None:
    found, ideal = ndcg(order, gains, depth), sorted(gains, key=lambda item: -gains[item])

    if found is not None:
        assert 0 <= found <= 1
        assert ndcg(ideal, gains, depth) == pytest.approx(1)


@given(order=st.permutations(range(6)), place=st.integers(0, 4))
def test_a_better_paper_moved_up_never_lowers_ndcg(order: list[int], place: int) -> None:
    gains = {item: float(item) for item in order}
    better = list(order)
    better[place : place + 2] = sorted(better[place : place + 2], reverse=True)

    before, after = ndcg(order, gains, 4), ndcg(better, gains, 4)

    assert before is not None
    assert after is not None
    assert after >= before - 1e-12


# -- sets ---------------------------------------------------------------------------------------


def test_recall_counts_no_more_than_the_list_can_hold() -> None:
    assert recall(["a", "b"], ["a", "b", "c", "d"], 2) == 1
    assert recall(["a"], ["a", "b"], 5) == 0.5
    assert recall(["a"], [], 5) is None


def test_a_share_is_of_what_is_shown() -> None:
    assert share(["a", "b", "c", "d"], ["a", "z"]) == 0.25
    assert share([], ["a"]) is None


@given(left=LISTS, right=LISTS)
def test_overlap_is_the_same_from_both_sides_and_1_only_for_equal_sets(
    left: list[int], right: list[int]
) -> None:
    found = jaccard(left, right)

    assert found == jaccard(right, left)
    assert (found == 1) == (set(left) == set(right) and bool(left))
    assert (found is None) == (not left and not right)


# -- Spearman -----------------------------------------------------------------------------------


def test_spearman_by_hand() -> None:
    """1 - 6 * sum(d²) / (n (n² - 1)), with differences of 1, 1, 0 and 0."""
    assert spearman([1, 2, 3, 4], [20, 10, 30, 40]) == pytest.approx(1 - 6 * 2 / (4 * 15))


@given(left=SCORES, right=SCORES)
def test_spearman_is_that_of_scipy_also_with_ties(left: list[int], right: list[int]) -> None:
    size = min(len(left), len(right))
    left, right = left[:size], right[:size]

    found = spearman(left, right)

    if len(set(left)) == 1 or len(set(right)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(left, right).statistic)
        turned = spearman([-score for score in left], right)
        assert turned is not None
        assert found == pytest.approx(-turned)


def test_spearman_has_no_answer_for_less_than_two_pairs() -> None:
    assert spearman([], []) is None
    assert spearman([1], [2]) is None
    with pytest.raises(ValueError, match="2 values beside 1"):
        spearman([1, 2], [1])


# -- diversity ----------------------------------------------------------------------------------


def test_diversity_is_one_minus_the_mean_cosine_of_the_pairs() -> None:
    rows = np.array([[1, 0], [1, 0], [0, 1]], np.float64)

    assert intra_list_diversity(sp.csr_array(rows)) == pytest.approx(1 - 1 / 3)
    assert intra_list_diversity(sp.csr_array(rows[:2])) == pytest.approx(0)
    assert intra_list_diversity(sp.csr_array(rows[:1])) is None
