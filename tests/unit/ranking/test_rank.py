"""The whole ranker: order and determinism."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, paper, topic

from digest.ranking.background import Background
from digest.ranking.rank import rank, rank_by
from digest.ranking.relevance import Relevance
from digest.ranking.trend import trends


def test_votes_order_papers_that_are_equally_relevant() -> None:
    papers = [
        paper("1", title="Agents here", votes=3),
        paper("2", title="Agents there", votes=90),
        paper("3", title="Agents where", votes=30),
    ]

    assert ids(rank(papers, [topic()], trend_weight=1.0)["agents"]) == ["2", "3", "1"]


def test_without_trend_weight_votes_do_not_matter() -> None:
    papers = [
        paper("1", title="Agents here", votes=90),
        paper("2", title="Agents there", votes=3),
    ]

    assert ids(rank(papers, [topic()], trend_weight=0.0)["agents"]) == ["2", "1"]


def test_papers_are_compared_with_others_of_their_day_that_are_not_ranked() -> None:
    beside = [paper(str(number), votes=100) for number in range(2, 9)]
    low = paper("1", title="Agents", votes=1)

    (alone,) = rank([low], [topic()], trend_weight=1.0)["agents"]
    found = trends([*beside, low])
    relevance = Relevance([low], Background())
    (pick,) = rank_by(relevance, [topic()], trends=found, trend_weight=1.0)["agents"]

    assert alone.trend == 0.5
    assert pick.trend < 0.1


def test_no_number_of_votes_brings_in_a_paper_of_another_topic() -> None:
    papers = [paper("1", title="Agents here", votes=1), paper("2", title="Sorting", votes=10_000)]

    assert ids(rank(papers, [topic()], trend_weight=100.0)["agents"]) == ["1"]


TITLES = st.sampled_from(["Agents", "Agents at work", "Tools for agents", "Sorting"])


@given(st.lists(st.tuples(TITLES, st.none() | st.integers(0, 99)), max_size=10), st.randoms())
def test_permuted_input_gives_the_same_output(
    days: list[tuple[str, int | None]], random: Any
) -> None:
    papers = [paper(str(i), title=title, votes=votes) for i, (title, votes) in enumerate(days)]
    shuffled = list(papers)
    random.shuffle(shuffled)
    topics = [topic(words_in=("agent", "tool")), topic("all", words_in=(), trending=True)]

    assert rank(shuffled, topics, trend_weight=1.0) == rank(papers, topics, trend_weight=1.0)
