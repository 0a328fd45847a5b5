"""The rankers that a backtest compares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, edition_of, ids, issue, paper, pick, topic

from digest.errors import ConfigError
from digest.models.issue import Coverage, Edition, Quotas
from digest.ranking.background import Background
from digest.ranking.edition import make_edition
from digest.ranking.rank import rank
from digest.ranking.rankers import NAMES, read_ranker
from digest.ranking.trend import trends


def order(ranker: str, *picks: Any, **details: Any) -> list[str]:
    """The papers of the only topic, as a ranker orders them."""
    return ids(read_ranker(ranker)(edition_of(issue(*picks), **details))["agents"])


def test_digest_is_the_ranking_of_a_run() -> None:
    edition = edition_of(issue(pick("1", 0.2), pick("2", 0.9)))

    assert read_ranker("digest")(edition) == edition.ranked


def test_another_weight_of_votes_changes_the_order() -> None:
    picks = (pick("1", relevance=0.5, trend=0.1), pick("2", relevance=0.4, trend=0.9))

    assert order("digest:trend_weight=0", *picks) == ["1", "2"]
    assert order("digest:trend_weight=1", *picks) == ["2", "1"]


@given(weight=st.sampled_from([0, 0.3, 1, 7]), votes=st.lists(st.integers(0, 50), min_size=3))
def test_another_weight_ranks_as_a_run_with_that_weight(weight: float, votes: list[int]) -> None:
    papers = [
        paper(f"{i:03}", title="An agent" if i % 2 else "A plan", abstract="agent", votes=number)
        for i, number in enumerate(votes)
    ]

    def made(trend_weight: float) -> Edition:
        return make_edition(
            papers,
            [topic("agents")],
            background=Background(),
            trends=trends(papers),
            quotas=Quotas(per_topic=5, max_papers=20, trend_weight=trend_weight),
            coverage=Coverage(day=DAY, considered=len(papers)),
        )

    found = read_ranker(f"digest:trend_weight={weight}")(made(1))

    assert list(found["agents"]) == list(made(weight).ranked["agents"])


def test_bm25_adds_the_words_of_the_topic_and_knows_no_votes() -> None:
    papers = [
        paper("1", title="An agent", abstract="rests", votes=0),
        paper("2", title="An agent", abstract="maps agents", votes=9),
        paper("3", title="Else", abstract=""),
    ]
    topics = {"agents": topic(words_in=("agent maps",))}

    assert order("bm25", papers=papers, topics=topics) == ["2", "1"]


def test_bm25_finds_nothing_for_a_topic_without_words() -> None:
    trending = topic(words_in=(), trending=True)

    assert order("bm25", papers=[paper("1")], topics={"agents": trending}) == []


def test_votes_that_are_not_known_come_last() -> None:
    picks = (pick(paper("1", votes=0)), pick(paper("2")), pick(paper("3", votes=5)))

    assert order("votes", *picks) == ["3", "1", "2"]


def test_newest_takes_the_time_of_publication_and_then_the_larger_id() -> None:
    late, early = datetime(2026, 2, 2, 9, tzinfo=UTC), datetime(2026, 2, 1, 9, tzinfo=UTC)
    picks = (
        pick(paper("1", published_at=early)),
        pick(paper("2", published_at=late)),
        pick(paper("3", featured_at=late)),
        pick(paper("4")),
    )

    assert order("newest", *picks) == ["3", "2", "4", "1"]


def test_random_depends_on_the_seed_and_on_nothing_else() -> None:
    picks = [pick(f"{number}") for number in range(30)]

    first = order("random", *picks)

    assert first == order("random:seed=0", *picks[::-1])
    assert first != order("random:seed=1", *picks)
    assert sorted(first) == sorted(ids(picks))


@pytest.mark.parametrize("name", NAMES)
def test_picks_come_best_first_with_scores_that_keep_the_order(name: str) -> None:
    papers = [paper(f"{i}", title="agent " * i, votes=i) for i in range(1, 6)]
    ranked = rank(papers, [topic("agents")], trend_weight=1)
    edition = edition_of(issue(), papers=papers, ranked=ranked, topics={"agents": topic("agents")})

    scores = [found.score for found in read_ranker(name)(edition)["agents"]]

    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dgest", "there is no ranker 'dgest'; there are: digest, bm25, .*did you mean digest"),
        ("", "there is no ranker ''"),
        ("digest:weight=1", "there is no 'weight'; it takes trend_weight"),
        ("digest:trend_weight", "trend_weight must be a number from 0 to 100"),
        ("digest:trend_weight=-1", "trend_weight must be a number from 0 to 100"),
        ("digest:trend_weight=nan", "trend_weight must be a number from 0 to 100"),
        ("bm25:k1=1,b=2", "b must be a number from 0 to 1"),
        ("votes:seed=1", "there is no 'seed'; it takes no parameters"),
    ],
)
def test_a_ranker_that_is_not_there_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_ranker(text)
