"""Answers to a question: the better ones first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper

from digest.models.issue import WordCounts
from digest.models.paper import Paper
from digest.ranking.evidence import Evidence
from digest.ranking.free_text import strength
from digest.ranking.index import PaperIndex
from digest.ranking.query import Text


def scores(question: str, papers: list[Paper]) -> list[float]:
    found: list[float] = strength(
        Evidence(PaperIndex(papers), WordCounts()), Text(question)
    ).tolist()
    return found


OTHERS = [paper(f"9{i}", title="Sorting", abstract="Numbers are sorted.") for i in range(8)]


def test_more_words_of_a_question_are_a_better_answer() -> None:
    papers = [
        paper("1", title="Agents that plan with tools", abstract="They plan."),
        paper("2", title="Agents that wait", abstract="They wait."),
        *OTHERS,
    ]

    both, one, *others = scores("how do agents plan with tools?", papers)

    assert both > one > 0
    assert not any(others)


def test_where_no_paper_answers_their_words_make_no_answer() -> None:
    walking = "Robots walk and walk, and a walking robot walks further than robots before."
    papers = [
        paper("1", title="Walking robots", abstract=f"{walking} An agent."),
        *(paper(str(n), title="Walking robots", abstract=walking) for n in range(2, 6)),
        *OTHERS,
    ]

    first, *others = scores("which agents forget what they planned with tools?", papers)

    assert 0 < first < 0.3
    assert not any(others)


def test_a_word_in_the_title_is_a_better_answer() -> None:
    papers = [
        paper("1", title="Agents", abstract="Some words."),
        paper("2", title="Some words", abstract="Agents."),
        *OTHERS,
    ]

    title, abstract, *_ = scores("what are agents?", papers)

    assert title > abstract > 0


def test_words_beside_each_other_as_in_the_question_are_a_better_answer() -> None:
    papers = [
        paper("1", title="This", abstract="A memory of agents and a model of language."),
        paper("2", title="This", abstract="A memory of agents and a language model."),
        *OTHERS,
    ]

    apart, together, *_ = scores("which memory has a language model of agents?", papers)

    assert together > apart


def test_what_the_best_answers_have_in_common_tells_equal_ones_apart() -> None:
    best = [paper(f"1{i}", title="Agents plan", abstract="Robots plan routes.") for i in range(4)]
    papers = [
        paper("2", title="They plan", abstract="Robots drive."),
        paper("3", title="They plan", abstract="Clerks write."),
        *best,
        *OTHERS,
    ]

    similar, other, *_ = scores("how do agents plan?", papers)

    assert similar > other


def test_an_answer_has_a_word_of_the_question() -> None:
    papers = [paper("1", title="Agents", abstract="Robots."), paper("2", title="Robots")]

    assert scores("what are agents?", papers)[1] == 0


WORDS = st.lists(st.sampled_from(["agent", "plan", "the", "how", "robot"]), max_size=6).map(
    " ".join
)


@given(WORDS, st.lists(st.tuples(WORDS, WORDS), max_size=5))
def test_no_answer_is_worse_than_none(question: str, texts: list[tuple[str, str]]) -> None:
    papers = [paper(str(i), title=t, abstract=a) for i, (t, a) in enumerate(texts)]

    found = scores(question, papers)

    assert len(found) == len(papers)
    assert all(score >= 0 for score in found)
