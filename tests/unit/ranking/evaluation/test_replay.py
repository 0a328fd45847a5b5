"""Rankers compared over days."""

from __future__ import annotations

import math
from datetime import date

import pytest
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
    return ReplayedDay(day=at, papers=PAPERS, shown=shown, gains={"agents": gains or {}})


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


def test_what_the_same_topic_had_on_the_day_before_is_repeated() -> None:
    days = (day(MONDAY, a={"agents": ("1", "2")}), day(TUESDAY, a={"agents": ("2", "3")}))

    assert [found.repeated for found in of("a", *days)] == [None, 0.5]


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
