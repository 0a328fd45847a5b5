"""The whole ranker: order, reasons, determinism."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, paper, topic

from digest.ranking.explain import ordinal
from digest.ranking.rank import rank


def test_votes_order_papers_that_are_equally_relevant() -> None:
    papers = [
        paper("1", title="Agents here", votes=3),
        paper("2", title="Agents there", votes=90),
        paper("3", title="Agents where", votes=30),
    ]

    assert ids(rank(papers, [topic()], trend_weight=1.0)["agents"]) == ["2", "3", "1"]


def test_without_trend_weight_votes_do_not_matter() -> None:
    papers = [
        paper("1", title="Agents here", votes=3),
        paper("2", title="Agents there", votes=90),
    ]

    assert ids(rank(papers, [topic()], trend_weight=0.0)["agents"]) == ["1", "2"]


def test_no_number_of_votes_brings_in_a_paper_of_another_topic() -> None:
    papers = [paper("1", title="Agents here", votes=1), paper("2", title="Sorting", votes=10_000)]

    assert ids(rank(papers, [topic()], trend_weight=100.0)["agents"]) == ["1"]


def test_a_pick_says_why_in_words_a_reader_understands() -> None:
    papers = [
        paper(
            "1", title="Agents at play", abstract="They use tools.", votes=90, categories=("cs.MA",)
        ),
        paper("2", votes=1),
    ]
    wanted = topic(words_in=("agent", "tool"), categories=("cs.MA",))

    (pick,) = rank(papers, [wanted], trend_weight=1.0)["agents"]

    assert [(reason.kind, reason.text) for reason in pick.reasons] == [
        ("word", "“Agents” in the title"),
        ("word", "the abstract speaks of “tools”"),
        ("category", "filed under cs.MA"),
        ("trend", "most voted of the 2 papers with votes"),
    ]


def test_a_followed_author_is_named_first() -> None:
    papers = [paper(title="Agents", authors=("Ada Lovelace", "Alan Turing"))]

    (pick,) = rank(papers, [topic(authors=("ada lovelace",))], trend_weight=1.0)["agents"]

    assert pick.reasons[0].text == "by Ada Lovelace, whom this topic follows"


def test_every_pick_has_a_reason_even_without_votes() -> None:
    (pick,) = rank([paper()], [topic("all", words_in=(), trending=True)], trend_weight=1.0)["all"]

    assert [reason.text for reason in pick.reasons] == ["on the day’s list"]


def test_ordinals_follow_english() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip


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


def test_a_tie_praises_nobody_alone() -> None:
    even = [paper(str(i), title=f"Agents {i}", votes=1) for i in range(9)]
    some = [paper(f"1{i}", title=f"Agents 1{i}", votes=7 if i < 2 else 1) for i in range(9)]

    flat = rank(even, [topic()], trend_weight=1.0)["agents"]
    top = rank(some, [topic()], trend_weight=1.0)["agents"][0]

    assert {reason.kind for pick in flat for reason in pick.reasons} == {"word"}
    assert top.reasons[-1].text == "among the 2 most voted of the 9 papers with votes"
