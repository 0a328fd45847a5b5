"""Papers as TF-IDF vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.builders import paper

from digest.ranking.tfidf import shared_terms


def test_a_row_has_length_one_with_the_terms_that_only_its_paper_has() -> None:
    vectors = shared_terms(
        [paper("1", title="towel", abstract=""), paper("2", title="towel robot", abstract="")]
    )

    # Beside the shared term, the second paper has one more word and a pair, each with an idf of
    # ln(3 / 2) + 1; the shared term has an idf of 1.
    length = math.sqrt(1 + 2 * (math.log(3 / 2) + 1) ** 2)
    assert vectors.toarray() == pytest.approx(np.array([[1.0], [1 / length]]))


def test_repeated_words_weigh_by_the_logarithm() -> None:
    vectors = shared_terms([paper(i, title="towel towel robot", abstract="") for i in "12"])

    # The terms are two words and two pairs.
    once, twice = 1.0, 1 + math.log(2)
    length = math.sqrt(3 * once**2 + twice**2)
    assert sorted(vectors.toarray()[0]) == pytest.approx([once / length] * 3 + [twice / length])


def test_columns_begin_with_the_most_common_terms() -> None:
    titles = ("robot", "robot towel", "towel robot", "sorting robot")
    vectors = shared_terms(
        [paper(str(i), title=title, abstract="") for i, title in enumerate(titles)]
    )

    assert (vectors.toarray() > 0).sum(axis=0).tolist() == [4, 2]


def test_a_day_without_papers_or_words_has_no_terms() -> None:
    assert shared_terms([]).shape == (0, 0)
    assert shared_terms([paper("1", title="—", abstract="")]).shape == (1, 0)
