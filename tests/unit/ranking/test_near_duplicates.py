"""Papers so alike that one is enough."""

from __future__ import annotations

from support.builders import paper

from digest.ranking.near_duplicates import near_duplicates

ONE = "We train agents to fold towels with two arms, and they learn it from forty videos in a day."
OTHER = "Sorting networks of optimal depth are searched for with a solver that breaks symmetries."


def test_the_same_abstract_under_another_title_is_a_near_duplicate() -> None:
    papers = [
        paper("1", title="Towel folding agents", abstract=ONE),
        paper("2", title="Agents that fold towels", abstract=ONE),
        paper("3", title="Sorting networks", abstract=OTHER),
    ]

    assert near_duplicates(papers) == {"1": frozenset({"2"}), "2": frozenset({"1"})}


def test_the_same_title_with_another_abstract_is_a_near_duplicate() -> None:
    papers = [
        paper("1", title="Folding Towels!", abstract=ONE),
        paper("2", title="folding towels", abstract=OTHER),
    ]

    assert near_duplicates(papers)["1"] == {"2"}


def test_different_papers_are_not() -> None:
    papers = [paper("1", title="A", abstract=ONE), paper("2", title="B", abstract=OTHER)]

    assert near_duplicates(papers) == {}


def test_papers_without_words_are_no_reason_to_fail() -> None:
    papers = [paper("1", title="—", abstract=""), paper("2", title="…", abstract="")]

    assert near_duplicates(papers) in ({}, {"1": {"2"}, "2": {"1"}})
    assert near_duplicates([]) == {}
