"""Papers so alike that one is enough."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import paper
from support.phrase_search import ngrams

from digest.models.identity import title_key
from digest.ranking import near_duplicates as module
from digest.ranking.near_duplicates import THRESHOLD, near_duplicates
from digest.ranking.terms import stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.paper import Paper

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


def all_pairs(papers: Sequence[Paper]) -> Mapping[str, frozenset[str]]:
    """Compare every paper with every other one, in so many words."""
    terms = {p.id: Counter(ngrams(stems(f"{p.title} {p.abstract}"), 2)) for p in papers}
    frequency = Counter(term for counts in terms.values() for term in counts)
    vectors = {
        paper_id: {
            term: (1 + math.log(n)) * (math.log((1 + len(papers)) / (1 + frequency[term])) + 1)
            for term, n in counts.items()
        }
        for paper_id, counts in terms.items()
    }
    lengths = {key: math.hypot(*vector.values()) for key, vector in vectors.items()}
    found: dict[str, set[str]] = {}
    for one, other in permutations(papers, 2):
        left, right = vectors[one.id], vectors[other.id]
        product = math.fsum(left[term] * right[term] for term in left.keys() & right.keys())
        is_alike = product and product / lengths[one.id] / lengths[other.id] >= THRESHOLD
        if is_alike or title_key(one.title) == title_key(other.title):
            found.setdefault(one.id, set()).add(other.id)
    return {paper_id: frozenset(others) for paper_id, others in found.items()}


WORDS = ("towel", "robot", "learning", "learned", "a", "of", "sorting", "networks", "½", "Über")


@st.composite
def days(draw: st.DrawFn) -> list[Paper]:
    """Papers of few words, some of them written from others by adding words."""
    sentence = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
    texts: list[str] = []
    for _ in range(draw(st.integers(0, 12))):
        base = draw(st.sampled_from(texts)) if texts and draw(st.booleans()) else ""
        texts.append(f"{base} {draw(sentence)}")
    titles = st.sampled_from(("Towels", "towels!", "Robots that sort", "—", "Learning", "A", "B"))
    return [paper(str(i), title=draw(titles), abstract=text) for i, text in enumerate(texts)]


@given(days(), st.sampled_from((1, 50, 1_000_000)))
@example([paper("1", title="", abstract="of"), paper("2", title="", abstract="")], 1)
def test_it_finds_just_the_pairs_that_comparing_all_finds(papers: list[Paper], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)

        assert near_duplicates(papers) == all_pairs(papers)


def made_up_day(size: int) -> list[Paper]:
    """Papers whose words are all in many papers, as "we", "model" and "data" are."""
    return [
        paper(str(i), title=f"{i}", abstract=" ".join(f"w{(i * k * k) % 97}" for k in range(60)))
        for i in range(size)
    ]


def test_memory_is_linear_in_the_papers() -> None:
    def peak(size: int) -> int:
        papers = made_up_day(size)
        tracemalloc.start()
        try:
            near_duplicates(papers)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # imports and caches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", 20_000)

        assert peak(1200) < 2.5 * peak(600)
