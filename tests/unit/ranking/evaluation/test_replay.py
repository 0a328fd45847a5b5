"""Rankers compared over days."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper

from digest.ranking.evaluation.bootstrap import seeded
from digest.ranking.evaluation.replay import (
    Measured,
    ReplayedDay,
    Shown,
    compare,
    gains_of_votes,
    measure,
)

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
PAPERS = [paper(i, title=f"word{i} shared", abstract="") for i in "1234"]


def day(at: date, gains: dict[str, float] | None = None, **shown: Shown) -> ReplayedDay:
    return ReplayedDay(day=at, papers=PAPERS, shown=shown, gains=gains or {})


def of(ranker: str, *days: ReplayedDay) -> list[Measured]:
    return list(measure(days, depth=2)[ranker].values())


def test_lists_are_measured_against_the_later_votes_within_the_topic() -> None:
    votes = {"1": 4.0, "2": 2.0}

    (best,) = of("a", day(MONDAY, votes, a={"agents": ("1", "2")}))
    (worse,) = of("a", day(MONDAY, votes, a={"agents": ("2", "1")}))

    assert best.ndcg == 1
    assert worse.ndcg == pytest.approx((2 + 4 / math.log2(3)) / (4 + 2 / math.log2(3)))


def test_a_day_without_votes_has_no_answer_instead_of_0() -> None:
    (found,) = of("a", day(MONDAY, a={"agents": ("1",)}))

    assert found.ndcg is None


def test_coverage_counts_topics_with_a_paper_and_papers() -> None:
    (found,) = of("a", day(MONDAY, a={"agents": ("1", "2"), "robots": ()}))

    assert (found.covered, found.papers) == (0.5, 2)


def test_overlap_is_with_the_first_ranker() -> None:
    both = day(MONDAY, a={"agents": ("1", "2")}, b={"agents": ("2", "3")})

    assert [one.overlap for one in (*of("a", both), *of("b", both))] == [1, pytest.approx(1 / 3)]


def test_a_paper_counts_if_any_ranker_shows_it_for_the_topic() -> None:
    votes = {"1": 4.0, "2": 2.0, "3": 8.0, "4": 16.0}
    alone = day(MONDAY, votes, a={"agents": ("1", "2")})
    other: Shown = {"agents": ("3",), "robots": ("4",)}
    pooled = day(MONDAY, votes, a={"agents": ("1", "2"), "robots": ()}, b=other)

    assert [one.ndcg for one in of("a", alone)] == [1]
    ideal = 8 + 4 / math.log2(3)
    (found,) = of("a", pooled)
    # No paper of the robots' pool is among them, so that topic is worth 0.
    assert found.ndcg == pytest.approx((4 + 2 / math.log2(3)) / ideal / 2)


@given(st.permutations("1234"), st.permutations("1234"))
def test_which_ranker_comes_first_changes_no_ndcg(one: list[str], other: list[str]) -> None:
    votes = {"1": 4.0, "2": 2.0, "3": 8.0}
    lists: dict[str, Shown] = {"a": {"t": tuple(one[:2])}, "b": {"t": tuple(other[:2])}}
    turned = dict(reversed(lists.items()))

    found = [measure([day(MONDAY, votes, **shown)], depth=2) for shown in (lists, turned)]

    assert [{name: of_[MONDAY].ndcg for name, of_ in each.items()} for each in found] == [
        {name: of_[MONDAY].ndcg for name, of_ in found[0].items()}
    ] * 2


def test_papers_without_known_votes_are_counted_and_not_in_the_ideal() -> None:
    found, other = (
        of(name, day(MONDAY, {"1": 4.0}, a={"agents": ("1",)}, b={"agents": ("2", "1")}))
        for name in "ab"
    )

    assert [(one.ndcg, one.unknown) for one in found] == [(1, 0)]
    assert [(one.ndcg, one.unknown) for one in other] == [(pytest.approx(1 / math.log2(3)), 0.5)]


def test_two_papers_of_other_words_are_diverse() -> None:
    twins = [paper(i, title="the same words", abstract="") for i in "12"]
    others = [paper(i, title=f"word{i}", abstract="") for i in "12"]
    lists: dict[str, Shown] = {"a": {"agents": ("1", "2")}}
    of_twins = ReplayedDay(day=MONDAY, papers=twins, shown=lists, gains={})
    of_others = ReplayedDay(day=TUESDAY, papers=others, shown=lists, gains={})

    found = of("a", of_twins, of_others)

    assert [one.diversity for one in found] == [pytest.approx(0), 1]


def test_the_others_are_compared_with_the_first_day_by_day() -> None:
    votes = {"1": 4.0, "2": 2.0}
    days = [
        day(at, votes, a={"agents": ("1", "2")}, b={"agents": ("3", "4")})
        for at in (MONDAY, TUESDAY)
    ]

    first, second = compare(measure(days, depth=2), seeded(0))

    assert (first.ranker, first.differences) == ("a", {})
    difference = second.differences["ndcg"]
    assert difference is not None
    assert (difference.mean, difference.units) == (-1, 2)
    assert first.means["ndcg"] is not None
    assert first.means["ndcg"].mean == 1


def test_unknown_votes_are_no_zero_votes() -> None:
    papers = [paper("1", votes=0), paper("2"), paper("3", votes=9)]

    assert gains_of_votes(papers) == {"1": 0, "3": pytest.approx(math.log(10))}
