"""Maximal marginal relevance."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, paper, pick

from digest.models.picks import Ranking
from digest.ranking.diversity import ALIKE, DEPTH, diversify, marginal_order
from digest.ranking.tfidf import Vectors

FOLDING = "Agents fold towels with two arms after they saw forty videos of one day"
TOO = "Agents fold towels with two arms and then sort socks by colour and size"
OTHER = "Sorting networks of optimal depth are searched with a solver for symmetries"
PAPERS = [paper(str(n), title="", abstract=text) for n, text in enumerate((FOLDING, TOO, OTHER))]


def diversified(*scores: float, **options: Any) -> list[str]:
    """The order of the three papers with these scores, which fall."""
    picks = [pick(of, score) for of, score in zip(PAPERS, scores, strict=True)]
    found = diversify({"agents": picks}, Vectors.of(PAPERS), **options)
    assert isinstance(found["agents"], Ranking)
    return ids(found["agents"])


def test_a_paper_like_a_better_one_stands_behind_another_that_is_nearly_as_good() -> None:
    assert diversified(1.0, 0.95, 0.94) == ["0", "2", "1"]


def test_a_paper_that_is_much_better_stands_before_one_that_is_unlike() -> None:
    assert diversified(1.0, 0.95, 0.3) == ["0", "1", "2"]


def test_trending_papers_keep_the_order_of_the_votes() -> None:
    assert diversified(1.0, 0.95, 0.94, last=["agents"]) == ["0", "1", "2"]


def test_papers_of_one_field_are_not_alike() -> None:
    papers = [paper(str(n), title=f"Agents {n}", abstract=f"{word} agents {word} {word}")
              for n, word in enumerate(("whale", "towel", "socks"))]  # fmt: skip
    picks = [pick(of, 1 - n / 100) for n, of in enumerate(papers)]
    vectors = Vectors.of(papers)
    assert 0 < (vectors.rows @ vectors.rows.T).toarray()[0, 1] < ALIKE

    assert ids(diversify({"agents": picks}, vectors)["agents"]) == ["0", "1", "2"]


def test_what_no_issue_shows_stays_in_its_order() -> None:
    papers = [paper(f"{n:03}", title="Towels", abstract=FOLDING) for n in range(DEPTH + 9)]
    picks = [pick(of, 1 - n / 100) for n, of in enumerate(papers)]

    found = diversify({"agents": picks, "none": []}, Vectors.of(papers))

    assert ids(found["agents"])[DEPTH:] == ids(papers)[DEPTH:]
    assert set(ids(found["agents"])) == set(ids(papers))
    assert found["none"] == ()


scores_and_cosines = st.integers(0, 8).flatmap(
    lambda size: st.tuples(
        st.lists(st.sampled_from([0.1, 0.5, 0.9, 1.2]), min_size=size, max_size=size),
        st.lists(st.sampled_from([0.0, 0.3, 0.9]), min_size=size * size, max_size=size * size),
    )
)


@given(scores_and_cosines, st.sampled_from([0.1, 0.7, 1.0]))
def test_the_first_pick_is_the_best_and_with_a_weight_of_one_the_order_is_the_plain_one(
    drawn: tuple[list[float], list[float]], weight: float
) -> None:
    scores = np.array(sorted(drawn[0], reverse=True))
    cosines = np.array(drawn[1]).reshape(len(scores), len(scores))

    order = marginal_order(scores, np.maximum(cosines, cosines.T), weight)

    assert sorted(order) == list(range(len(scores)))
    assert order[:1] == [0][: len(scores)]
    if weight == 1:
        assert order == sorted(order)
