"""What a topic's papers have in common, by words and by examples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper, topic

from digest.models.paper import Paper
from digest.ranking.background import Background, learn
from digest.ranking.centroid import Centroid
from digest.ranking.index import PaperIndex
from digest.ranking.relevance import Relevance

MEDICAL = [
    paper(f"2601.1{i:04}", title=f"Tomography {i}", abstract="Patients and radiology.")
    for i in range(30)
]
OTHERS = [
    paper(f"2601.2{i:04}", title=f"Sorting numbers {i}", abstract="Arrays and compilers.")
    for i in range(60)
]
NEW = [
    paper("2602.00001", title="Radiology for all", abstract="Patients are seen."),
    paper("2602.00002", title="A faster stack", abstract="Compilers for arrays."),
]


def taught_by(examples: list[Paper], *words: str, day: list[Paper] | None = None) -> Background:
    """What the examples of one topic teach; with `day` nothing else is known."""
    wanted = topic("medicine", words_in=(*words, *(it.id for it in examples)))
    earlier = [] if day else [*MEDICAL, *OTHERS]
    return learn(earlier, [wanted], examples={it.id: it for it in examples}, of_day=day or [])


def relevance(of: list[Paper], examples: list[Paper], *words: str) -> list[float]:
    """The relevance of papers to a topic of examples, 0 for those that are not about it."""
    found = Relevance(of, taught_by(examples, *words))
    values, is_match = found.of(topic("medicine", words_in=(*words, *(it.id for it in examples))))
    by_id = {it.id: v * m for it, v, m in zip(found.papers, values, is_match, strict=True)}
    return [by_id[it.id] for it in of]


@pytest.mark.parametrize("number", [1, 3, 20])
def test_examples_alone_bring_papers_like_them(number: int) -> None:
    like, other = relevance(NEW, MEDICAL[:number])

    assert like > 0.4
    assert other == 0


def test_more_examples_are_trusted_more() -> None:
    trusts = [taught_by(MEDICAL[:number]).centroids["medicine"].trust for number in (1, 2, 5, 20)]

    assert all(fewer < more for fewer, more in pairwise(trusts))


def test_the_order_of_examples_does_not_matter() -> None:
    assert relevance(NEW, MEDICAL[:5]) == pytest.approx(relevance(NEW, MEDICAL[4::-1]))


def test_an_example_is_no_news() -> None:
    assert relevance([MEDICAL[0], MEDICAL[1]], MEDICAL[:1])[0] == 0
    assert relevance([MEDICAL[0], MEDICAL[1]], MEDICAL[:1])[1] > 0.3


def test_examples_beside_words_bring_what_has_none_of_the_words() -> None:
    alone, _ = relevance(NEW, [], "gastroscopy")
    beside, _ = relevance(NEW, MEDICAL[:5], "gastroscopy")

    assert alone == 0
    assert beside > 0.3


def test_the_papers_of_the_day_stand_in_for_earlier_ones() -> None:
    day = [*MEDICAL[1:], *OTHERS]

    learned = taught_by(MEDICAL[:1], day=day)

    assert learned.counts.papers == 0
    vectors = learned.vectors(PaperIndex(NEW, learned.vocabulary))
    like, other = learned.centroids["medicine"].closeness(vectors)
    assert like > 1 > 0.1 > other


def test_without_other_papers_or_known_words_examples_teach_nothing() -> None:
    unheard = paper("2601.30000", title="Unheard", abstract="Nothing.")

    assert taught_by(MEDICAL[:3], day=NEW).centroids == {}
    assert taught_by([unheard]).centroids == {}


@given(shares=st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_what_words_and_examples_teach_is_between_both(shares: list[float]) -> None:
    words = taught_by([], "tomography").centroids["medicine"]
    examples = taught_by(MEDICAL[:5]).centroids["medicine"]
    both = taught_by(MEDICAL[:5], "tomography")
    vectors = both.vectors(PaperIndex([*NEW, *OTHERS[:2]], both.vocabulary))
    mixed = np.array([*shares, 0, 0]) @ vectors

    def raw(centroid: Centroid) -> float:
        cosine = float(mixed @ centroid.weights)
        return (cosine - centroid.of_others) / (centroid.of_topic - centroid.of_others)

    low, high = sorted((raw(words), raw(examples)))
    assert low - 1e-9 <= raw(both.centroids["medicine"]) <= high + 1e-9
