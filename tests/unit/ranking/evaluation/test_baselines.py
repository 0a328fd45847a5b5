"""What other systems do."""

from __future__ import annotations

import math

import pytest
from support.builders import paper

from digest.ranking.evaluation.baselines import summed_bm25

TWO = [
    paper("1", title="Robots", abstract="fold napkins"),
    paper("2", title="Towels", abstract="dry well"),
]


def test_a_word_scores_by_its_rarity() -> None:
    """Each text has three words, so a single occurrence has a weight of 1."""
    idf = math.log1p((2 - 1 + 0.5) / (1 + 0.5))

    assert summed_bm25(TWO, ["robot"]).tolist() == [pytest.approx(idf), 0]


def test_the_scores_of_entries_are_added_word_by_word() -> None:
    single = summed_bm25(TWO, ["robots"]) + summed_bm25(TWO, ["folding", "robot"])

    assert summed_bm25(TWO, ["robots", "folding robot"]) == pytest.approx(single)


def test_a_word_that_is_in_every_paper_is_not_held_against_one() -> None:
    same = [paper(i, title="robot", abstract="") for i in "123"]

    assert min(summed_bm25(same, ["robot"])) > 0


def test_without_papers_or_words_there_are_no_scores() -> None:
    assert summed_bm25([], ["robot"]).tolist() == []
    assert summed_bm25(TWO, []).tolist() == [0, 0]
