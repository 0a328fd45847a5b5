"""Topics in the order of a reader who gave feedback."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, paper, pick, topic

from digest.models.issue import Coverage, Edition
from digest.models.picks import Ranking, Rankings
from digest.models.trend import Trend
from digest.ranking.affinity import FARTHEST
from digest.ranking.personal_rankings import (
    CLOSEST,
    SLOPE,
    SPARE,
    PersonalRankings,
)
from subscribers.models import LIKED

if TYPE_CHECKING:
    from digest.models.paper import Paper

PAPERS = [paper(str(number)) for number in range(8)]
#: The relevance of the papers of topic `a`, best first, which are papers 2, 5, 3 and 7.
RELEVANCES = {"2": 0.9, "5": 0.6, "3": 0.5, "7": 0.25}


def edition(trends: dict[str, float] | None = None, weight: float = 0.0) -> Edition:
    ranked = {
        "a": Ranking(
            pick(PAPERS[int(of)], relevance=relevance, score=relevance, topic="a")
            for of, relevance in RELEVANCES.items()
        ),
        "all": Ranking(pick(one, topic="all") for one in PAPERS),
    }
    return Edition(
        coverage=Coverage(day=DAY, considered=8),
        papers=PAPERS,
        topics={"a": topic("a"), "all": topic("all", trending=True)},
        ranked=Rankings(ranked),
        similar={},
        per_topic=5,
        max_papers=10,
        trend_weight=weight,
        trends={
            of: Trend(score=score, rank=None, tied=0, cohort=0)
            for of, score in (trends or {}).items()
        },
    )


def ranked(
    closeness: dict[int, float], verdicts: int, of_the_day: Edition | None = None
) -> Ranking:
    row = np.zeros((1, 8), np.float32)
    for number, value in closeness.items():
        row[0, number] = value
    rankings = PersonalRankings(of_the_day or edition(), PAPERS)
    return rankings.rank([("a",)], row, [verdicts])[0]["a"]


def ids(found: Ranking) -> str:
    return "".join(one.paper.id for one in found)


def test_without_feedback_the_order_is_the_topics() -> None:
    found = ranked({}, 0)

    assert ids(found) == "2537"
    assert [one.relevance for one in found] == pytest.approx(list(RELEVANCES.values()), rel=1e-5)


def test_a_paper_that_is_close_rises() -> None:
    assert ids(ranked({3: 2.0}, 5)) == "3257"
    assert ids(ranked({3: 2.0}, 1)) == "2357"


def test_a_paper_that_is_far_falls_and_may_go() -> None:
    assert ids(ranked({2: -0.85}, 20)) == "5327"
    assert ids(ranked({7: -2.0}, 1)) == "253"


def test_papers_that_nothing_distinguishes_stay_in_the_order_of_the_edition() -> None:
    """The edition's order need not be that of its scores: papers that are alike stand apart."""
    of_the_day = edition()
    two, five, three, seven = of_the_day.ranked["a"]
    reordered = Ranking((two, three, five, seven))
    of_the_day = replace(of_the_day, ranked=Rankings(a=reordered, all=of_the_day.ranked["all"]))

    assert ids(ranked({}, 9, of_the_day)) == "2357"


def test_close_papers_that_no_topic_has_make_a_topic_of_their_own() -> None:
    row = np.array([[0.5, 1.0, 0, 0, 2.0, 0, 0, 1.0]], np.float32)
    rankings = PersonalRankings(edition({"1": 1.0}, weight=1.0), PAPERS)

    (found,) = rankings.rank([("a", "all")], row, [30])

    assert set(found) == {"a", LIKED}
    assert ids(found[LIKED]) == "41"  # and not 7, which topic `a` has
    assert [one.topic for one in found[LIKED]] == [LIKED] * 2
    assert all(one.is_personal for one in found[LIKED])
    assert found[LIKED][1].score == pytest.approx(2 * found[LIKED][1].relevance)


def test_of_a_topic_all_picks_are_kept_since_others_may_take_the_best() -> None:
    of_the_day, papers = crowded(100)
    row = np.zeros((1, 100), np.float32)
    row[0, 99] = 1

    (found,) = PersonalRankings(of_the_day, papers).rank([("a",)], row, [5])

    assert len(found["a"]) == 100
    assert [one.paper.id for one in found["a"]][:3] == ["099", "000", "001"]
    assert not found[LIKED]


def test_of_no_topic_some_picks_are_made_and_none_that_is_barred_or_of_a_wanted_topic() -> None:
    of_the_day, papers = crowded(60)
    rankings, close = PersonalRankings(of_the_day, papers), np.full((2, 100), 2, np.float32)

    with_topic, without = rankings.rank([("a",), ()], close, [5, 5], [range(60, 99), [0]])

    assert [one.paper.id for one in with_topic[LIKED]] == ["099"]
    assert len(without[LIKED]) == SPARE * of_the_day.per_topic
    assert without[LIKED][0].paper.id == "001"


def crowded(of_topic: int) -> tuple[Edition, list[Paper]]:
    """Return a day of 100 papers, of which some are as much about topic `a`."""
    papers = [paper(f"{number:03}") for number in range(100)]
    many = (pick(one, relevance=0.5, score=0.5, topic="a") for one in papers[:of_topic])
    return replace(edition(), papers=papers, ranked=Rankings(a=Ranking(many))), papers


@given(
    st.lists(st.floats(FARTHEST, CLOSEST, width=32), min_size=8, max_size=8),
    st.integers(0, 30),
    st.integers(0, 7),
    st.integers(0, 5),
)
def test_to_be_closer_never_lowers_a_paper(
    closeness: list[float], verdicts: int, number: int, more: int
) -> None:
    before = ranked(dict(enumerate(closeness)), verdicts)
    closer = [*closeness]
    closer[number] = min(CLOSEST, max(closeness[number], 0) + 0.5)
    if closeness[number] < 0:
        more = 0  # a paper that is still far may be pushed down by a reader who is trusted more
    after = ranked(dict(enumerate(closer)), verdicts + more)

    of_before, of_after = ({one.paper.id: one for one in found} for found in (before, after))
    if str(number) in of_before:
        assert of_after[str(number)].relevance >= of_before[str(number)].relevance - 1e-6


@pytest.mark.parametrize(("verdicts", "trust"), [(0, 0.0), (5, 0.5), (15, 0.75)])
def test_a_profile_counts_the_more_the_more_was_judged(verdicts: int, trust: float) -> None:
    (relevance,) = [one.relevance for one in ranked({3: 1.0}, verdicts) if one.paper.id == "3"]

    assert np.log(relevance / (1 - relevance)) == pytest.approx(SLOPE * trust, rel=1e-4)


def test_of_no_topic_a_paper_must_be_closer_while_little_was_judged() -> None:
    row = np.full((2, 8), 1, np.float32)

    one, ten = PersonalRankings(edition(), PAPERS).rank([(), ()], row, [1, 10])

    assert not one[LIKED]
    assert len(ten[LIKED]) == 8
