"""Papers as TF-IDF vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import paper

from digest.ranking.index import PaperIndex
from digest.ranking.tfidf import Vectors, shared_terms
from digest.ranking.vocabulary import Vocabulary


def vectors(*titles: str) -> Vectors:
    """The vectors of papers with these titles alone, whose ids are 0, 1, and so on."""
    return Vectors.of([paper(str(i), title=title, abstract="") for i, title in enumerate(titles)])


def test_a_row_has_length_one_with_the_terms_that_only_its_paper_has() -> None:
    found = vectors("towel", "towel robot").rows

    # Beside the shared term, the second paper has one more word and a pair, each with an idf of
    # ln(3 / 2) + 1; the shared term has an idf of 1.
    length = math.sqrt(1 + 2 * (math.log(3 / 2) + 1) ** 2)
    assert found.toarray() == pytest.approx(np.array([[1.0], [1 / length]]))


def test_repeated_words_weigh_by_the_logarithm() -> None:
    found = vectors("towel towel robot", "towel towel robot").rows

    # The terms are two words and two pairs.
    once, twice = 1.0, 1 + math.log(2)
    length = math.sqrt(3 * once**2 + twice**2)
    assert sorted(found.toarray()[0]) == pytest.approx([once / length] * 3 + [twice / length])


def test_columns_begin_with_the_most_common_terms() -> None:
    found = vectors("robot", "robot towel", "towel robot", "sorting robot").rows

    assert (found.toarray() > 0).sum(axis=0).tolist() == [4, 2]


def test_the_last_word_of_a_text_and_the_first_of_the_next_are_no_pair() -> None:
    found = vectors("robot towel", "whale", "towel whale", "robot")

    assert found.rows.shape == (4, 3)


def test_a_day_without_papers_or_words_has_no_terms() -> None:
    assert shared_terms([]).shape == (0, 0)
    assert vectors().rows.shape == (0, 0)
    assert vectors("—").rows.shape == (1, 0)


@given(st.lists(st.text("ab ", max_size=9), max_size=5))
def test_neither_the_order_of_papers_nor_who_numbered_the_stems_matters(
    titles: list[str],
) -> None:
    papers = [paper(str(i), title=title, abstract="") for i, title in enumerate(titles)]
    vocabulary = Vocabulary()
    vocabulary.stem_numbers(vocabulary.spellings.usual("a word of another text"))
    numbers = PaperIndex(papers, vocabulary).numbers_by_paper()

    first, again = Vectors.of(papers), Vectors.of(papers[::-1])
    numbered = Vectors.of(papers, numbers)

    assert first.ids == again.ids == numbered.ids
    assert (first.rows.toarray() == again.rows.toarray()).all()
    products = first.rows @ first.rows.T
    assert (numbered.rows @ numbered.rows.T).toarray() == pytest.approx(products.toarray())
