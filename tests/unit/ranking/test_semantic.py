"""What papers and topics mean, by vectors that are made up here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper, topic

from digest.ranking.background import Background
from digest.ranking.relevance import Relevance
from digest.ranking.semantic import (
    DIMENSIONS,
    FEWEST,
    Semantics,
    SemanticVectors,
    pack,
    said_by,
    text_key,
    text_of,
    unpack,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from subscribers.models import Topic

AGENTS, WHALES = topic("agents", words_in=("agent",)), topic("whales", words_in=("whale",))


def unit(seed: int, near: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """A vector of length one by chance, near to another if one is given."""
    drawn = np.random.default_rng(seed).normal(size=DIMENSIONS) / DIMENSIONS**0.5
    found = drawn if near is None else near + 0.5 * drawn
    return (found / np.linalg.norm(found)).astype(np.float32)


OF_AGENTS, OF_WHALES = unit(-1 % 1000), unit(-2 % 1000)
CORPUS = {f"2601.{number:05}": unit(number) for number in range(FEWEST)}


def semantics(
    of_papers: dict[str, NDArray[np.float32]], texts: dict[str, NDArray[np.float32]], *topics: Topic
) -> Semantics:
    vectors = {**CORPUS, **of_papers}
    packed = dict(zip(vectors, pack(np.array(list(vectors.values()))), strict=True))
    return Semantics(vectors=SemanticVectors(packed, CORPUS), texts=texts, topics=topics)


def relevance_of(one: Topic, papers: list[Paper], learned: Semantics | None) -> dict[str, float]:
    found = Relevance(papers, Background(), learned)
    values, _ = found.of(one)
    return dict(zip((paper.id for paper in found.papers), values.tolist(), strict=True))


@given(seed=st.integers(0, 2**32), number=st.integers(0, 5))
def test_packed_vectors_keep_their_direction(seed: int, number: int) -> None:
    vectors = np.array([unit(seed + each) for each in range(number)]).reshape(-1, DIMENSIONS)

    packed = pack(vectors)

    assert {len(each) for each in packed} <= {DIMENSIONS}
    assert ((unpack(packed) * vectors).sum(axis=1) > 0.9998).all()


def test_a_vector_of_zeros_stays_one() -> None:
    assert not unpack(pack(np.zeros((1, DIMENSIONS), np.float32))).any()


def test_vectors_are_looked_up_by_id_less_the_mean_of_the_corpus() -> None:
    packed = dict(zip(CORPUS, pack(np.array(list(CORPUS.values()))), strict=True))
    vectors = SemanticVectors(packed, CORPUS)

    found = vectors.of([*CORPUS, "2602.00001"])

    assert np.allclose(found[:-1].mean(axis=0), 0, atol=1e-6)
    assert not found[-1].any()
    assert vectors.has(["2601.00000", "2602.00001"]).tolist() == [True, False]
    assert list(vectors.packed(["2601.00000", "2602.00001"])) == ["2601.00000"]


def test_without_vectors_there_is_nothing_to_take_off() -> None:
    vectors = SemanticVectors({})

    assert len(vectors) == 0
    assert not vectors.mean.any()
    assert vectors.of(["2602.00001"]).shape == (1, DIMENSIONS)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("language model", "language model"),
        ("diffusion AND molecule", "diffusion molecule"),
        ("(speech OR audio) AND NOT hate", "speech audio"),
        ("speech NOT hate", "speech"),
        ("How do the agents of a swarm learn, and how do agents talk?", "agents swarm learn talk"),
    ],
)
def test_an_entry_means_its_words_without_operators_and_exclusions(entry: str, said: str) -> None:
    assert said_by(entry) == said


def test_a_papers_text_has_each_word_of_the_abstract_once() -> None:
    one = paper(title="An Agent", abstract="The agent plans and plans, with tools.")

    assert text_of(one) == "An Agent. plans tools"
    assert text_key(text_of(one)) != text_key("An Agent. plans")


def test_what_a_paper_means_counts_beside_its_words() -> None:
    papers = [paper(f"2602.0000{n}", title="An agent", abstract="It plans.") for n in (1, 2)]
    learned = semantics(
        {"2602.00001": unit(5000, OF_AGENTS), "2602.00002": unit(5001, OF_WHALES)},
        {"agent": OF_AGENTS, "whale": OF_WHALES},
        AGENTS,
        WHALES,
    )

    alike, unlike = relevance_of(AGENTS, papers, None).values()
    found = relevance_of(AGENTS, papers, learned)

    assert alike == unlike
    assert found["2602.00001"] > alike > found["2602.00002"]


def test_a_paper_without_a_vector_is_judged_as_an_ordinary_one() -> None:
    papers = [paper(f"2602.0000{n}", title="An agent", abstract="It plans.") for n in (1, 2, 3)]
    of_papers = {"2602.00001": unit(5000, OF_AGENTS), "2602.00003": unit(5001, OF_WHALES)}
    learned = semantics(of_papers, {"agent": OF_AGENTS, "whale": OF_WHALES}, AGENTS, WHALES)

    found = relevance_of(AGENTS, papers, learned)

    assert found["2602.00001"] > found["2602.00002"] > found["2602.00003"]


def test_a_paper_is_not_shown_for_what_it_means_alone() -> None:
    """There would be no reason to give."""
    papers = [paper(title="Helpers that plan", abstract="They use tools.")]
    learned = semantics({"2602.00001": OF_AGENTS}, {"agent": OF_AGENTS, "whale": OF_WHALES}, AGENTS)

    _, is_match = Relevance(papers, Background(), learned).of(AGENTS)

    assert not is_match.any()


def test_free_text_is_answered_by_words_and_vectors() -> None:
    question = "How do many agents of a swarm learn to talk to each other?"
    asking = topic("asked", words_in=(question,))
    papers = [
        paper(f"2602.0000{n}", title="Swarm", abstract="Of agents that learn.") for n in (1, 2)
    ]
    papers.append(paper("2602.00003", title="Cooking", abstract="With salt."))
    of_papers = {
        "2602.00001": unit(5000, OF_AGENTS),
        "2602.00002": unit(5001),
        "2602.00003": OF_AGENTS,
    }
    learned = semantics(of_papers, {said_by(question): OF_AGENTS}, asking)

    found = relevance_of(asking, papers, learned)
    _, is_match = Relevance(papers, Background(), learned).of(asking)

    assert found["2602.00001"] > found["2602.00002"]
    assert found["2602.00003"] < 0.05  # it has none of the words
    assert is_match.sum() < 3


@pytest.mark.parametrize(
    "entry", ["agent", "agent AND plan", "What do the agents of a swarm plan?"]
)
def test_without_the_topics_vectors_nothing_changes(entry: str) -> None:
    asked = topic("asked", words_in=(entry,))
    papers = [paper(title="An agent", abstract="Its plan.")]
    learned = semantics({"2602.00001": OF_AGENTS}, {}, asked)

    assert relevance_of(asked, papers, learned) == relevance_of(asked, papers, None)
