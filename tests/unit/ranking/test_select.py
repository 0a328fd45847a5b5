"""Quotas, no repeats, no near-duplicates."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, pick

from digest.ranking.select import select


def chosen(ranked: dict[str, list[Any]], wanted: list[str] | None = None, **options: Any) -> Any:
    defaults = {"seen": (), "similar": {}, "per_topic": 3, "max_papers": 9}
    named = {
        slug: [pick(id_, score, topic=slug) for id_, score in picks]
        for slug, picks in ranked.items()
    }
    found = select(named, wanted or list(ranked), **(defaults | options))
    return {slug: ids(section) for slug, section in found.items()}


def test_a_paper_wanted_by_two_topics_appears_once_under_the_better_one() -> None:
    ranked = {"graphs": [("1", 0.4)], "proofs": [("1", 0.9)]}

    assert chosen(ranked) == {"graphs": [], "proofs": ["1"]}


def test_on_a_tie_a_paper_goes_to_the_topic_listed_first() -> None:
    ranked = {"graphs": [("1", 0.5)], "proofs": [("1", 0.5)]}

    assert chosen(ranked, ["proofs", "graphs"]) == {"proofs": ["1"], "graphs": []}


def test_a_topic_gets_no_more_than_its_quota_and_the_best() -> None:
    ranked = {"graphs": [("1", 0.1), ("2", 0.9), ("3", 0.5)]}

    assert chosen(ranked, per_topic=2) == {"graphs": ["2", "3"]}


def test_a_topic_with_two_papers_keeps_them_beside_one_with_two_hundred() -> None:
    ranked = {
        "big": [(f"b{i:03}", 5.0) for i in range(200)],
        "small": [("s1", 0.2), ("s2", 0.1)],
    }

    found = chosen(ranked, per_topic=10, max_papers=6)

    assert found["small"] == ["s1", "s2"]
    assert len(found["big"]) == 4


def test_what_a_small_topic_leaves_goes_to_the_others() -> None:
    ranked = {"big": [("1", 3), ("2", 2), ("3", 1)], "none": []}

    assert chosen(ranked, max_papers=3)["big"] == ["1", "2", "3"]


def test_a_paper_does_not_leave_its_best_topic_for_one_that_has_enough_of_its_own() -> None:
    ranked = {
        "rl": [("1", 0.99), ("2", 0.98), ("3", 0.9), ("4", 0.85)],
        "eval": [("3", 0.8), ("5", 0.7), ("6", 0.6)],
    }

    found = chosen(ranked, per_topic=4, max_papers=4)

    assert found == {"rl": ["1", "2"], "eval": ["5", "6"]}
    assert chosen(ranked, per_topic=4, max_papers=6)["rl"] == ["1", "2", "3", "4"]


def test_a_topic_whose_papers_another_prefers_but_cannot_take_still_gets_them() -> None:
    ranked = {"big": [(f"b{i}", 5.0) for i in range(9)] + [("x", 0.9)], "small": [("x", 0.5)]}

    assert chosen(ranked, per_topic=3, max_papers=4)["small"] == ["x"]


def test_a_paper_that_finds_its_topic_full_is_taken_by_another_that_wants_it() -> None:
    ranked = {"graphs": [("1", 0.9), ("2", 0.8)], "proofs": [("2", 0.3)]}

    assert chosen(ranked, per_topic=1) == {"graphs": ["1"], "proofs": ["2"]}


def test_a_paper_seen_before_is_not_shown_again() -> None:
    ranked = {"graphs": [("1", 0.9), ("2", 0.8)]}

    assert chosen(ranked, seen={"1"}) == {"graphs": ["2"]}


def test_near_duplicates_collapse_into_the_best_which_names_them() -> None:
    ranked = {"graphs": [pick("1", 0.9), pick("2", 0.8), pick("3", 0.7)]}
    similar = {"1": frozenset({"2"}), "2": frozenset({"1"})}

    found = select(
        {"agents": ranked["graphs"]},
        ["agents"],
        seen=(),
        similar=similar,
        per_topic=3,
        max_papers=9,
    )["agents"]

    assert ids(found) == ["1", "3"]
    assert ids(found[0].similar) == ["2"]
    assert found[0].reasons[-1].text == "stands for 1 similar paper"


def test_a_near_duplicate_of_a_paper_seen_before_is_left_out() -> None:
    ranked = {"graphs": [("2", 0.8)]}

    assert chosen(ranked, seen={"1"}, similar={"1": frozenset({"2"})}) == {"graphs": []}


def test_trending_overall_takes_only_what_no_other_topic_wants() -> None:
    ranked = {"trending": [("1", 2.0), ("2", 1.9)], "graphs": [("1", 0.1)]}

    assert chosen(ranked, last=["trending"]) == {"trending": ["2"], "graphs": ["1"]}


def test_topics_that_nobody_ranked_are_left_out() -> None:
    assert chosen({"graphs": [("1", 1.0)]}, ["gone", "graphs"]) == {"graphs": ["1"]}


def test_equal_scores_are_ordered_by_id() -> None:
    assert chosen({"graphs": [("b", 1.0), ("a", 1.0)]}) == {"graphs": ["a", "b"]}


PICKS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([0.1, 0.5, 0.9])),
    unique_by=lambda entry: entry[0],
)


@given(
    PICKS,
    PICKS,
    st.integers(1, 4),
    st.integers(1, 6),
    st.sets(st.sampled_from("abcd")),
    st.randoms(),
)
def test_no_quota_is_broken_no_paper_repeated_and_the_order_of_the_input_does_not_matter(
    first: Any, second: Any, per_topic: int, max_papers: int, seen: set[str], random: Any
) -> None:
    options = {"per_topic": per_topic, "max_papers": max_papers, "seen": seen}

    found = chosen({"one": first, "two": second}, **options)
    random.shuffle(first)
    random.shuffle(second)
    again = chosen({"one": first, "two": second}, **options)

    shown = found["one"] + found["two"]
    assert again == found
    assert len(shown) == len(set(shown)) <= max_papers
    assert not set(shown) & seen
    assert max(map(len, found.values())) <= per_topic
