"""Semantic Scholar: which question an answer belongs to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper
from support.offline_web import OfflineClient, fetch_request, responding

from digest.models.paper import Paper
from digest.models.source import Batch
from digest.sources import RawDocument, Source, join_batches, semantic_scholar

SOURCE = Source(name="S2", kind="semantic-scholar")
FULL = {
    "paperId": "2d5673caa9e6af3a7b82a43f19ee920992db07ad",
    "externalIds": {"ArXiv": "2602.00001"},
    "citationCount": 3,
}


def parse(text: str) -> Batch:
    return semantic_scholar.parse(RawDocument(where="batch.json", text=text), day=DAY, now=NOON)


def answered(web: OfflineClient, *papers: Paper) -> Batch:
    """What it says of some papers."""
    documents = semantic_scholar.read(SOURCE, fetch_request(web, *papers))
    return join_batches(
        [semantic_scholar.parse(document, day=DAY, now=NOON) for document in documents]
    )


ASKED = (paper("2602.00001"), paper("10.1101/2026.01.01.1"), paper("2602.00003"))
OTHER = FULL | {"externalIds": {"DOI": "10.1109/lamps.2026.7"}}
NAMELESS = FULL | {"externalIds": None}


def test_an_answer_belongs_to_the_question_at_its_place() -> None:
    batch = answered(responding([OTHER, None, NAMELESS]), *ASKED)

    assert [update.id for update in batch.updates] == ["2602.00001", "2602.00003"]
    assert (batch.rejected, batch.declared, batch.unknown) == ((), 2, 1)
    assert batch.trouble is None


def naming(**ids: str) -> dict[str, Any]:
    return FULL | {"paperId": None, "externalIds": ids}


def test_an_answer_at_the_place_of_another_question_is_rejected() -> None:
    answers = [naming(ArXiv="2602.00003"), naming(DOI="10.1101/2026.01.01.1"), FULL]

    batch = answered(responding(answers), *ASKED)

    assert [update.id for update in batch.updates] == ["10.1101/2026.01.01.1"]
    assert [it.reason for it in batch.rejected] == [
        "is the answer for 2602.00001, but names 2602.00003, which was asked for too",
        "is the answer for 2602.00003, but names 2602.00001, which was asked for too",
    ]
    assert batch.trouble == "2 answers came at the place of another question"


def test_a_paper_that_was_asked_for_is_known_by_all_its_ids() -> None:
    asked = [paper("2602.00001", aliases=("10.1000/one",)), paper("2602.00003", aliases=("s2:3",))]
    other = naming() | {"paperId": "3"}

    batch = answered(responding([other, naming(DOI="10.1000/one")]), *asked)

    assert (batch.updates, len(batch.rejected)) == ((), 2)


def test_an_answer_that_names_its_own_question_beside_another_is_at_its_place() -> None:
    both = naming(ArXiv="2602.00001", DOI="10.1101/2026.01.01.1")

    batch = answered(responding([both, None, None]), *ASKED)

    assert ([update.id for update in batch.updates], batch.trouble) == (["2602.00001"], None)


def test_a_document_that_names_its_papers_by_one_id_each_is_read() -> None:
    batch = parse(json.dumps({"papers": ["2602.00001"], "answers": [OTHER]}))

    assert [update.id for update in batch.updates] == ["2602.00001"]


def test_a_saved_document_keeps_its_questions() -> None:
    (document,) = semantic_scholar.read(
        SOURCE, fetch_request(responding([OTHER, None, NAMELESS]), *ASKED)
    )

    assert [update.id for update in parse(document.text).updates] == ["2602.00001", "2602.00003"]


@pytest.mark.parametrize(
    ("answers", "known", "rejected"),
    [
        pytest.param([FULL, NAMELESS], ["2602.00001"], 1, id="fewer"),
        pytest.param([None, FULL, OTHER, NAMELESS], ["2602.00001"], 2, id="more"),
        pytest.param([], [], 0, id="none"),
    ],
)
def test_answers_that_are_not_as_many_as_the_questions_are_counted(
    answers: list[Any], known: list[str], rejected: int
) -> None:
    batch = answered(responding(answers), *ASKED)

    assert [update.id for update in batch.updates] == known
    assert [it.reason for it in batch.rejected] == ["names no paper that was asked for"] * rejected
    assert batch.trouble == f"it gave {len(answers)} answers to 3 questions"


@given(
    answers=st.lists(st.sampled_from([None, FULL, OTHER, NAMELESS, "odd"]), max_size=6),
    number=st.integers(1, 6),
)
def test_no_answer_is_lost_without_a_word(answers: list[Any], number: int) -> None:
    batch = answered(responding(answers), *(paper(f"2602.{n:05}") for n in range(number)))

    heard = len(batch.updates) + len(batch.rejected) + answers.count(None)
    assert heard == len(answers)
    if len(answers) == number:
        assert batch.unknown == answers.count(None)
    else:
        assert batch.trouble is not None
