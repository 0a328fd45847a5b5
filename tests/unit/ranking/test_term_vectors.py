"""How much terms say, and vectors of terms."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from support.builders import paper

from digest.models.issue import WordCounts
from digest.ranking.index import PaperIndex
from digest.ranking.term_vectors import (
    ENOUGH,
    FEWEST,
    counts_of,
    stems_of,
    term_weights,
    terms_of,
    unit_rows,
    usual_means,
)

COUNTS = WordCounts(papers=ENOUGH, papers_with={"graph": 10, "network": 40, "the": 900, "rare": 2})


def weight(*stems: str, counts: WordCounts = COUNTS) -> float:
    return float(term_weights([stems], counts)[0])


def test_a_rare_term_says_more_than_a_common_one() -> None:
    assert weight("graph") > weight("network") > weight("the") == 0


def test_a_term_that_hardly_any_paper_has_is_not_known() -> None:
    assert COUNTS.papers_with["rare"] < FEWEST
    assert weight("rare") == weight("unheard") == 0


def test_while_few_papers_are_counted_no_term_is_too_rare() -> None:
    few = WordCounts(papers=10, papers_with={"rare": 1})

    assert weight("rare", counts=few) > 0
    assert weight("unheard", counts=few) == 0
    assert weight("unheard", counts=WordCounts()) > 0


def test_a_pair_says_less_than_a_stem_and_nothing_with_a_common_word() -> None:
    counts = WordCounts(
        papers=ENOUGH, papers_with=COUNTS.papers_with | {"graph network": 10, "the graph": 10}
    )

    assert 0 < weight("graph", "network", counts=counts) < weight("graph", counts=counts)
    assert weight("the", "graph", counts=counts) == 0


def test_the_terms_of_papers_are_stems_and_pairs_within_a_text() -> None:
    index = PaperIndex([paper("1", title="Graph networks", abstract="Networks learn.")])

    assert sorted(terms_of(index)) == [
        "graph",
        "graph network",
        "learn",
        "network",
        "network learn",
    ]


def test_a_title_counts_thrice() -> None:
    index = PaperIndex([paper("1", title="Graphs", abstract="Networks of graphs.")])
    _, terms, counts = counts_of(index)
    found = {
        stems_of(term, index.vocabulary.stems): count
        for term, count in zip(terms.tolist(), counts.tolist(), strict=True)
    }

    assert (found[("graph",)], found[("network",)]) == (4, 1)


def test_the_means_are_those_of_the_terms_with_the_most() -> None:
    vectors = sp.csr_array(np.array([[1.0, 0.0, 0.5], [0.0, 0.0, 0.5]]))

    found = usual_means(vectors, [("a",), ("b",), ("c", "d")])

    assert found == pytest.approx({"a": 0.5, "c d": 0.5})


def test_a_paper_of_terms_that_say_nothing_has_a_vector_of_zeros() -> None:
    places = np.array([0, 1])
    rows = unit_rows(places, places, np.ones(2, np.int64), np.array([2.0, 0.0]), 2)

    assert rows.toarray().tolist() == [[1, 0], [0, 0]]
