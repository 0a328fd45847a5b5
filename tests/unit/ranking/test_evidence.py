"""How strongly words speak for papers: their rarity, their place, and that nothing counts twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper

from digest.models.issue import WordCounts
from digest.models.paper import Paper
from digest.ranking.evidence import KEYWORD, LONE, REPEATED, TITLE, Evidence
from digest.ranking.index import PaperIndex
from digest.ranking.terms import phrase


def evidence(*papers: Paper, counts: WordCounts | None = None) -> Evidence:
    return Evidence(PaperIndex(papers), counts or WordCounts())


PLACES = {
    "title": (TITLE, paper(title="An agent", abstract="An agent, agent.")),
    "keyword": (KEYWORD, paper(title="This", keywords=("Agents",), abstract="An agent.")),
    "repeated": (REPEATED, paper(title="This", abstract="An agent. Agents.")),
    "summary": (REPEATED, paper(title="This", tldr="An agent.", abstract="Else.")),
    "lone": (LONE, paper(title="This", abstract="An agent.")),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_word_says_as_much_as_its_best_place(place: str) -> None:
    weight, one = PLACES[place]
    found = evidence(one)

    assert found.of("agent").tolist() == [weight * found.rarity(phrase("agent"))]


def test_places_are_ordered_from_the_title_to_a_lone_mention() -> None:
    assert TITLE > KEYWORD > REPEATED > LONE > 0


def test_a_word_that_earlier_papers_have_is_less_telling() -> None:
    one = paper(title="Agents in tomography")
    counts = WordCounts(papers=900, papers_with={"agent": 500, "tomographi": 3})

    found = evidence(one, counts=counts)

    assert found.rarity(phrase("tomography")) > 3 * found.rarity(phrase("agent")) > 0


def test_the_accidents_of_a_first_day_are_no_rarer_than_its_words() -> None:
    """Of 30 papers one says "compute": no reason yet to think it a hundred times as telling."""
    papers = [paper(str(i), title="Agents at work") for i in range(10)]
    papers += [paper(str(i), title="Sorting") for i in range(10, 29)]

    found = evidence(*papers, paper("30", abstract="More compute."))

    assert found.rarity(phrase("compute")) < 2 * found.rarity(phrase("agent"))


@given(st.integers(0, 50), st.integers(0, 400))
def test_rarity_is_a_share_and_falls_with_each_paper_that_has_the_word(more: int, few: int) -> None:
    one = paper(title="Agents")
    rarer, commoner = (
        evidence(one, counts=WordCounts(papers=450, papers_with={"agent": number}))
        for number in (few, few + more)
    )

    assert 0 < commoner.rarity(phrase("agent")) <= rarer.rarity(phrase("agent")) <= 1


def test_a_phrase_is_at_least_as_rare_as_its_rarest_word() -> None:
    papers = [paper("1", title="Language model"), paper("2", title="A model of language")]

    found = evidence(*papers)

    assert found.rarity(phrase("language model")) >= found.rarity(phrase("language"))


def test_operators_join_evidence() -> None:
    papers = [
        paper("1", title="Agents and tools"),
        paper("2", title="Agents", abstract="No such thing."),
        paper("3", title="Agents play a game"),
    ]
    found = evidence(*papers)

    both = found.of('agent AND "tool"')
    either = found.of("agent OR tool")
    without = found.of("agent AND NOT game")

    assert (both > 0).tolist() == [True, False, False]
    assert either.tolist() == np.maximum(found.of("agent"), found.of("tool")).tolist()
    assert (without > 0).tolist() == [True, True, False]


def test_entries_add_up() -> None:
    found = evidence(paper(title="Agents with tools"))

    total = found.of_all(["agent", "tool"])

    assert total.tolist() == (found.of("agent") + found.of("tool")).tolist()


@pytest.mark.parametrize(
    ("entries", "same_as"),
    [
        (["agent", "agentic", "agents"], ["agent"]),
        (["language model", "large language model"], ["large language model"]),
        (["large language model", "large language model agent"], ["large language model agent"]),
    ],
    ids=["forms of a word", "a phrase inside another", "and again"],
)
def test_what_says_the_same_counts_once(entries: list[str], same_as: list[str]) -> None:
    found = evidence(paper(title="Large language model agents"))

    assert found.of_all(entries).tolist() == pytest.approx(found.of_all(same_as).tolist())


def test_a_phrase_inside_another_counts_where_it_stands_in_a_better_place() -> None:
    one = paper(title="An agent", abstract="A web agent.")
    found = evidence(one)

    assert found.of_all(["agent", "web agent"]).tolist() == [found.of("agent")[0]]


def test_lone_mentions_are_told_from_better_evidence() -> None:
    papers = [
        paper("1", title="Agents"),
        paper("2", abstract="An agent and a tool."),
        paper("3", title="Tools", abstract="An agent."),
        paper("4", abstract="Else."),
    ]
    found = evidence(*papers)

    in_title, lone = found.mentions(["agent", "tool"])

    assert (in_title > 0).tolist() == [True, False, True, False]
    assert (lone > 0).tolist() == [False, True, False, False]
    assert lone[1] == max(found.rarity(phrase("agent")), found.rarity(phrase("tool")))


def test_no_entries_say_nothing() -> None:
    assert evidence(paper()).of_all([]).tolist() == [0.0]
    assert not evidence(paper()).excludes([]).any()


def test_an_example_says_nothing_by_its_words() -> None:
    found = evidence(paper(title="arXiv 2401.00001 and agents"))

    entries = ["arXiv:2401.00001", "agent"]

    assert found.of_all(entries).tolist() == found.of_all(["agent"]).tolist()
    assert found.of_all(entries[:1]).tolist() == [0.0]
