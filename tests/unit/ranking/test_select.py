"""Quotas, no repeats, no near-duplicates."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import ids, paper, pick

from digest.ranking.select import CLEAR, select

#: A relevance that is clear, and one of a mention in passing.
SURE, MENTION = CLEAR + 0.3, CLEAR / 2


def chosen(ranked: dict[str, list[Any]], wanted: list[str] | None = None, **options: Any) -> Any:
    """What is selected of picks, each an id and its relevance, which is its score too."""
    named = {
        slug: [pick(id_, relevance, relevance=relevance, topic=slug) for id_, relevance in picks]
        for slug, picks in ranked.items()
    }
    defaults = {"seen": (), "similar": {}, "per_topic": 3, "max_papers": 9}
    found = select(named, wanted or list(ranked), **(defaults | options))
    return {slug: ids(section) for slug, section in found.items()}


# -- topics ----------------------------------------------------------------------------------------


def test_a_paper_wanted_by_two_topics_appears_once_under_the_better_one() -> None:
    ranked = {"graphs": [("1", 0.4)], "proofs": [("1", 0.9)]}

    assert chosen(ranked) == {"graphs": [], "proofs": ["1"]}


def test_a_paper_goes_where_it_is_most_relevant_and_not_where_its_score_is_best() -> None:
    ranked = {
        "graphs": [pick("1", 3.0, relevance=0.5)],
        "proofs": [pick("1", 0.8, relevance=0.6)],
    }

    found = select(ranked, ["graphs", "proofs"], seen=(), similar={}, per_topic=3, max_papers=9)

    assert (ids(found["graphs"]), ids(found["proofs"])) == ([], ["1"])


def test_on_a_tie_a_paper_goes_to_the_topic_listed_first() -> None:
    ranked = {"graphs": [("1", 0.5)], "proofs": [("1", 0.5)]}

    assert chosen(ranked, ["proofs", "graphs"]) == {"proofs": ["1"], "graphs": []}


def test_a_topic_gets_no_more_than_its_quota_and_the_best() -> None:
    assert chosen({"graphs": [("2", 0.9), ("3", 0.8), ("1", 0.7)]}, per_topic=2) == {
        "graphs": ["2", "3"]
    }


def test_t15_a_topic_with_two_papers_keeps_them_beside_one_with_two_hundred() -> None:
    ranked = {
        "big": [(f"b{i:03}", 0.9) for i in range(200)],
        "small": [("s1", 0.5), ("s2", 0.45)],
    }

    found = chosen(ranked, per_topic=10, max_papers=6)

    assert found["small"] == ["s1", "s2"]
    assert len(found["big"]) == 4


def test_what_a_small_topic_leaves_goes_to_the_others() -> None:
    ranked = {"big": [("1", 0.9), ("2", 0.8), ("3", 0.7)], "none": []}

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
    ranked = {"big": [(f"b{i}", 0.99) for i in range(9)] + [("x", 0.9)], "small": [("x", 0.5)]}

    assert chosen(ranked, per_topic=3, max_papers=4)["small"] == ["x"]


def test_a_paper_that_finds_its_topic_full_is_taken_by_another_that_wants_it() -> None:
    ranked = {"graphs": [("1", 0.9), ("2", 0.8)], "proofs": [("2", 0.45)]}

    assert chosen(ranked, per_topic=1) == {"graphs": ["1"], "proofs": ["2"]}


def test_if_there_is_room_for_fewer_papers_than_topics_the_best_are_shown() -> None:
    ranked = {"graphs": [("1", 0.5)], "proofs": [("2", 0.9)], "trees": [("3", 0.7)]}

    assert chosen(ranked, max_papers=2) == {"graphs": [], "proofs": ["2"], "trees": ["3"]}


def test_topics_that_nobody_ranked_are_left_out() -> None:
    assert chosen({"graphs": [("1", 1.0)]}, ["gone", "graphs"]) == {"graphs": ["1"]}
    assert chosen({"graphs": [("1", 1.0)]}, ["gone"]) == {}


# -- short days ------------------------------------------------------------------------------------


def test_mentions_in_passing_fill_the_share_of_a_topic_and_no_more() -> None:
    ranked = {"graphs": [("1", SURE), ("2", MENTION), ("3", MENTION)], "proofs": []}

    assert chosen(ranked, per_topic=3, max_papers=4) == {"graphs": ["1", "2"], "proofs": []}


def test_a_clear_paper_comes_before_a_mention_that_has_more_votes() -> None:
    ranked = {"graphs": [pick("voted", 0.9, relevance=MENTION), pick("clear", 0.8, relevance=SURE)]}

    def shown(number: int) -> list[str]:
        options: Any = {"seen": (), "similar": {}, "per_topic": number, "max_papers": 9}
        return ids(select(ranked, ["graphs"], **options)["graphs"])

    assert shown(1) == ["clear"]
    assert shown(2) == ["voted", "clear"]


# -- seen, excluded, nearly the same ---------------------------------------------------------------


def test_a_paper_seen_before_is_not_shown_again() -> None:
    assert chosen({"graphs": [("1", 0.9), ("2", 0.8)]}, seen={"1"}) == {"graphs": ["2"]}


ALIKE = {"1": frozenset({"2"}), "2": frozenset({"1"})}


def test_near_duplicates_collapse_into_the_best_which_names_them() -> None:
    ranked = {"agents": [pick("1", 0.9), pick("2", 0.8), pick("3", 0.7)]}
    options: Any = {"similar": ALIKE, "per_topic": 3, "max_papers": 9}

    found = select(ranked, ["agents"], seen=(), **options)["agents"]

    assert ids(found) == ["1", "3"]
    assert ids(found[0].similar) == ["2"]
    assert found[0].reasons[-1].text == "stands for 1 similar paper"


@pytest.mark.parametrize("wanted", [["graphs", "proofs"], ["proofs", "graphs"]])
def test_of_near_duplicates_in_two_topics_the_better_is_shown(wanted: list[str]) -> None:
    ranked = {"graphs": [("1", 0.5), ("3", 0.45)], "proofs": [("2", 0.8)]}

    assert chosen(ranked, wanted, similar=ALIKE) == {"graphs": ["3"], "proofs": ["2"]}


def test_a_near_duplicate_of_a_paper_seen_before_is_left_out() -> None:
    assert chosen({"graphs": [("2", 0.8)]}, seen={"1"}, similar=ALIKE) == {"graphs": []}


def test_an_excluded_paper_is_neither_shown_nor_listed_behind_another() -> None:
    ranked = {"graphs": [pick("1", 0.9), pick("2", 0.8), pick("3", 0.7)]}
    options: Any = {"similar": ALIKE, "per_topic": 3, "max_papers": 9}

    found = select(ranked, ["graphs"], seen=(), excluded={"2"}, **options)["graphs"]

    assert ids(found) == ["1", "3"]
    assert found[0].similar == ()


# -- trending --------------------------------------------------------------------------------------


def test_trending_overall_takes_what_lost_in_a_named_topic() -> None:
    ranked = {
        "trending": [("1", 1.0), ("2", 0.9), ("3", 0.8)],
        "graphs": [("5", 0.9), ("1", 0.5)],
    }

    found = chosen(ranked, last=["trending"], per_topic=1)

    assert found == {"trending": ["1"], "graphs": ["5"]}


def test_the_most_voted_paper_stays_in_a_named_topic_that_shows_it() -> None:
    ranked = {"trending": [("1", 2.0), ("2", 1.9)], "graphs": [("1", 0.5)]}

    assert chosen(ranked, last=["trending"]) == {"trending": ["2"], "graphs": ["1"]}


def test_the_share_of_trending_overall_is_kept_while_named_topics_fill_up() -> None:
    ranked = {
        "trending": [(f"t{i}", 1.0) for i in range(5)],
        "graphs": [(f"g{i}", 0.9) for i in range(5)],
    }

    found = chosen(ranked, last=["trending"], per_topic=5, max_papers=6)

    assert {slug: len(shown) for slug, shown in found.items()} == {"trending": 3, "graphs": 3}


def test_named_topics_get_the_room_that_trending_overall_leaves() -> None:
    ranked = {"trending": [("t", 1.0)], "graphs": [(f"g{i}", 0.9) for i in range(5)]}

    found = chosen(ranked, last=["trending"], per_topic=5, max_papers=6)

    assert {slug: len(shown) for slug, shown in found.items()} == {"trending": 1, "graphs": 5}


def test_trending_overall_lists_no_paper_for_its_relevance() -> None:
    ranked = {"trending": [("1", MENTION)]}

    assert chosen(ranked, last=["trending"]) == {"trending": ["1"]}


def test_papers_listed_behind_another_begin_with_the_best_and_on_a_tie_the_larger_id() -> None:
    others = frozenset({"2", "3", "4"})
    picks = [pick("1", 0.9), pick("2", 0.5), pick("3", 0.5), pick("4", 0.6)]
    options: Any = {"per_topic": 3, "max_papers": 9, "last": ["all"]}

    found = select(
        {"graphs": picks, "all": [pick(paper("2"), 2.0)]}, ["graphs", "all"], seen=(),
        similar={"1": others}, **options,
    )  # fmt: skip

    assert ids(found["graphs"][0].similar) == ["4", "3", "2"]
