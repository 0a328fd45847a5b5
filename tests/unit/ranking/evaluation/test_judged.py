"""Rankers beside readers' verdicts: pairs, weights, and readers as units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.feedback import Verdict
from digest.ranking.evaluation.bootstrap import seeded
from digest.ranking.evaluation.judged import MOST_WEIGHT, JudgedLists, compare, ndcg, order

LIKE, LESS, SAVE = Verdict.LIKE, Verdict.LESS, Verdict.SAVE


def mail(
    listed: str = "abcd", *, reader: int = 1, drawn: Any = None, **said: Verdict
) -> JudgedLists:
    lists = {"ours": tuple(listed), "reversed": tuple(reversed(listed))}
    return JudgedLists(reader=reader, lists=lists, verdicts=said, propensities=drawn or {})


def test_what_is_liked_should_stand_first() -> None:
    said = mail(a=LIKE, b=SAVE, d=LESS)

    assert ndcg(said, "ours", 20) == 1.0
    assert (ndcg(said, "reversed", 20) or 0) < 0.7
    assert (order(said, "ours"), order(said, "reversed")) == (1.0, 0.0)


def test_without_a_like_or_a_pair_there_is_no_answer() -> None:
    assert ndcg(mail(a=LESS), "ours", 20) is None
    assert order(mail(a=LESS), "ours") is None
    assert order(mail(a=LIKE, b=LIKE), "ours") is None


def test_what_is_not_in_the_list_comes_last_and_two_such_papers_are_even() -> None:
    assert order(mail(a=LIKE, z=LESS), "ours") == 1.0
    assert order(mail(z=LIKE, a=LESS), "ours") == 0.0
    assert order(mail(y=LIKE, z=LESS), "ours") == 0.5


def test_a_drawn_paper_stands_for_those_that_might_have_been_drawn() -> None:
    """A liked one that no list has costs as much as ten of weight one."""
    said = mail(a=LIKE, z=LIKE, d=LESS, drawn={"z": 0.1})

    assert said.weight("z") == pytest.approx(10)
    assert order(said, "ours") == pytest.approx(1 / 11)
    assert mail(drawn={"z": 0.001}).weight("z") == MOST_WEIGHT
    assert mail(drawn={"z": 0.0}).weight("z") == MOST_WEIGHT


def test_weights_undo_how_seldom_a_pool_is_drawn_from() -> None:
    """Of 20 papers half are liked; 5 % drawn and weighted tell that, as all would."""
    pool = [f"p{n}" for n in range(20)]
    liked = set(pool[::2])
    mails = [
        JudgedLists(
            reader=number,
            lists={"ours": pool},
            verdicts={one: LIKE if one in liked else LESS},
            propensities={one: 0.05},
        )
        for number in range(400)
        for one in [pool[number % 20]]
    ]

    weights = [(m.weight(it), v.is_liked) for m in mails for it, v in m.verdicts.items()]

    estimate = sum(weight * is_liked for weight, is_liked in weights) / len(mails)
    assert estimate == pytest.approx(len(liked))


def test_a_reader_with_many_mails_counts_once() -> None:
    eager = [mail(reader=1, a=LIKE, d=LESS) for _ in range(9)]
    other = mail(reader=2, d=LIKE, a=LESS)

    ours, reversed_ = compare([*eager, other], ["ours", "reversed"], seeded(1), depth=4)

    assert ours.means["order"] is not None
    assert (ours.means["order"].mean, ours.means["order"].units) == (0.5, 2)
    assert ours.differences == {}
    assert reversed_.differences["order"] is not None
    assert reversed_.differences["order"].mean == 0.0


said = st.dictionaries(st.sampled_from("abcdyz"), st.sampled_from(list(Verdict)))


@given(said, st.dictionaries(st.sampled_from("yz"), st.floats(0.001, 1)))
def test_measures_are_shares_and_a_turned_list_turns_the_order(
    verdicts: dict[str, Verdict], drawn: dict[str, float]
) -> None:
    one = mail(drawn=drawn, **verdicts)

    for ranker in one.lists:
        assert all(v is None or 0 <= v <= 1 for v in (ndcg(one, ranker, 4), order(one, ranker)))
    if not {"y", "z"} & set(verdicts) and (found := order(one, "ours")) is not None:
        assert found + (order(one, "reversed") or 0.0) == pytest.approx(1)
