"""The sentence vectors of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import paper

from digest.sources import get_kind
from digest.storage.paper_vectors import PaperVectors
from digest.storage.papers import PaperStore

if TYPE_CHECKING:
    import sqlalchemy as sa

KEYS = {"2602.00001": "one", "2602.00002": "two"}
VECTORS = {"2602.00001": b"1", "2602.00002": b"2"}


@pytest.fixture
def vectors(engine: sa.Engine) -> PaperVectors:
    """Two papers are known."""
    known = [paper(paper_id, title=f"Paper {paper_id}") for paper_id in KEYS]
    PaperStore(engine).save(known, source="first", authority=get_kind("jsonl").authority)
    return PaperVectors(engine)


def test_vectors_are_kept_by_paper_text_and_model(vectors: PaperVectors) -> None:
    vectors.save(VECTORS, KEYS, model="a")

    assert vectors.of(KEYS, model="a") == VECTORS
    assert vectors.of(KEYS, model="b") == {}
    assert (vectors.count(model="a"), vectors.count(model="b")) == (2, 0)
    assert vectors.of({**KEYS, "2602.00001": "a new text"}, model="a") == {"2602.00002": b"2"}


def test_a_new_vector_takes_the_place_of_the_old_ones(vectors: PaperVectors) -> None:
    vectors.save(VECTORS, KEYS, model="a")
    vectors.save({"2602.00001": b"3"}, {"2602.00001": "new"}, model="b")

    assert vectors.of({"2602.00001": "new"}, model="b") == {"2602.00001": b"3"}
    assert vectors.of(KEYS, model="a") == {"2602.00002": b"2"}


def test_a_paper_that_is_not_stored_is_left_out(vectors: PaperVectors) -> None:
    vectors.save({**VECTORS, "gone": b"4"}, {**KEYS, "gone": "four"}, model="a")

    assert vectors.of({**KEYS, "gone": "four"}, model="a") == VECTORS


def test_nothing_to_keep_is_fine(vectors: PaperVectors) -> None:
    vectors.save({}, {}, model="a")

    assert vectors.of({}, model="a") == {}
