"""Which papers are about a topic, and how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper, topic

from digest.models.paper import Paper
from digest.ranking.background import Background
from digest.ranking.relevance import Match, Relevance, bm25
from subscribers.models import Topic


def match(papers: list[Paper], topics: list[Topic]) -> list[list[Match]]:
    """For each topic the papers about it, the larger id first."""
    relevance = Relevance(papers, Background())
    found = []
    for one in topics:
        scores, is_match = relevance.of(one)
        rows = [row for row in range(len(papers)) if is_match[row]]
        found.append([relevance.match(one, row, float(scores[row])) for row in rows])
    return found


def matched_ids(found: list[list[object]]) -> list[str]:
    return [entry.paper.id for entry in found[0]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("agent", "Agents at work"),
        ("language model", "Small Language Models"),
        ("self-driving", "Self driving in rain"),
        ("self driving", "A self-driving car"),
        ("retrieval", "How to retrieve"),
        ("chain of thought", "Chain-of-Thought, revisited"),
        ("café", "The Cafe problem"),
    ],
    ids=lambda text: text,
)
def test_a_word_brings_a_paper_in_whatever_its_form(word: str, title: str) -> None:
    papers = [paper(title=title)]

    found = match(papers, [topic(words_in=(word,))])

    assert matched_ids(found) == ["2602.00001"]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("rag", "Storage for all"),
        ("language model", "A model of language"),
        ("rl", "Curl and girls"),
    ],
    ids=lambda text: text,
)
def test_a_word_is_not_found_inside_others_or_out_of_order(word: str, title: str) -> None:
    papers = [paper(title=title)]

    found = match(papers, [topic(words_in=(word,))])

    assert matched_ids(found) == []


@pytest.mark.parametrize(
    ("excluded", "title"),
    [
        ("survey", "Agents: a survey"),
        ("survey", "Surveys of agents"),
        ("self-driving", "Self driving agents"),
        ("toy problem", "Agents in toy problems"),
    ],
    ids=lambda text: text,
)
def test_a_word_out_beats_every_reason_to_come_in(excluded: str, title: str) -> None:
    papers = [paper(title=title, authors=("Ada Lovelace",), categories=("cs.MA",))]
    wanted = topic(words_out=(excluded,), authors=("Ada Lovelace",), categories=("cs.MA",))

    assert matched_ids(match(papers, [wanted])) == []


def test_a_word_out_does_not_exclude_words_that_merely_share_its_stem() -> None:
    papers = [paper(title="Agents in animations")]

    found = match(papers, [topic(words_out=("animal",))])

    assert matched_ids(found) == ["2602.00001"]


def test_a_paper_without_the_topic_s_words_is_not_matched() -> None:
    assert matched_ids(match([paper(title="Sorting faster", votes=900)], [topic()])) == []


def test_a_category_alone_brings_a_paper_in() -> None:
    papers = [paper("1", categories=("cs.RO",)), paper("2", categories=("cs.CL",))]

    assert matched_ids(match(papers, [topic(words_in=(), categories=("cs.RO",))])) == ["1"]


def test_a_followed_author_outweighs_any_words() -> None:
    papers = [
        paper("1", title="Agent agent agent", abstract="Agent " * 50),
        paper("2", title="On sorting", authors=("José Núñez",)),
    ]

    (found,) = match(papers, [topic(authors=("Jose Nunez",))])

    assert max(found, key=lambda entry: entry.relevance).paper.id == "2"
    assert found[0].authors == ("José Núñez",)


def test_a_word_in_the_title_counts_more_than_one_in_the_abstract() -> None:
    papers = [
        paper("1", title="Agents and more", abstract="We study a thing here."),
        paper("2", title="Things and more", abstract="We study agents right here."),
    ]

    second, first = match(papers, [topic()])[0]

    assert first.relevance > second.relevance


def test_words_are_quoted_as_the_paper_spells_them() -> None:
    papers = [paper(title="Chain-of-Thought Agents", abstract="An agent uses Tool calls.")]
    wanted = topic(words_in=("agent", "chain of thought", "tool call"))

    (found,) = match(papers, [wanted])[0]

    assert found.title_words == ("Agents", "Chain-of-Thought")
    assert found.abstract_words == ("Tool calls",)


def test_a_part_of_a_longer_phrase_is_not_quoted_beside_it() -> None:
    papers = [paper(title="Large language models", abstract="A language model.")]
    wanted = topic(words_in=("language model", "large language model"))

    (found,) = match(papers, [wanted])[0]

    assert found.title_words == ("Large language models",)
    assert found.abstract_words == ()


def test_trending_overall_takes_every_paper() -> None:
    papers = [paper("1"), paper("2")]

    (found,) = match(papers, [topic(words_in=(), trending=True)])

    assert [entry.relevance for entry in found] == [1.0, 1.0]


def test_no_papers_and_no_topics_are_fine() -> None:
    assert match([], [topic()]) == [[]]
    assert match([paper()], []) == []


TEXT = st.text(st.sampled_from("agent model of -.,Áß \n"), max_size=60)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5), st.lists(TEXT, max_size=4))
def test_relevance_is_between_nothing_and_one(
    texts: list[tuple[str, str]], query: list[str]
) -> None:
    papers = [paper(str(i), title=t, abstract=a) for i, (t, a) in enumerate(texts)]

    scores = bm25(papers, query)
    (found,) = match(papers, [topic(words_in=tuple(query), trending=False)])

    assert scores.shape == (len(papers),)
    assert all(0 < entry.relevance < 1 for entry in found)
