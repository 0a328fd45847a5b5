"""Asking Hugging Face for a day, page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.http_server import Answer, WebServer

from digest.sources import FetchRequest, RawDocument, Source, get_kind

if TYPE_CHECKING:
    from support.source_client import Asking

FINE = Answer(body='[{"paper": {"id": "2602.00001", "title": "Über alles"}}]'.encode())


def ask(server: WebServer, asking: Asking) -> list[RawDocument]:
    source = Source(name="Hugging Face", kind="huggingface", url=server.url)
    return list(
        get_kind(source.kind).read(
            source, FetchRequest(day=DAY, now=NOON, web=asking(), papers=tuple)
        )
    )


def test_the_question_names_the_day_and_how_many(asking: Asking) -> None:
    with WebServer(FINE) as server:
        ask(server, asking)

    (question,) = server.questions
    assert question.path == "/api/daily_papers"
    assert question.query == {"date": ["2026-02-02"], "limit": ["100"], "p": ["0"]}


def test_the_answer_comes_through_letter_by_letter_and_parses(asking: Asking) -> None:
    with WebServer(FINE) as server:
        (document,) = ask(server, asking)

    source = Source(name="Hugging Face", kind="huggingface")
    batch = get_kind(source.kind).parse(document, day=DAY, now=NOON)
    assert [(paper.id, paper.title) for paper in batch.papers] == [("2602.00001", "Über alles")]


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [
        pytest.param([99], 1, id="less than a page"),
        pytest.param([100, 0], 2, id="a page to the last paper"),
        pytest.param([100, 100, 1], 3, id="two pages and a bit"),
    ],
)
def test_a_full_page_is_followed_by_the_next(asking: Asking, sizes: list[int], pages: int) -> None:
    answers = [Answer(body=json.dumps([{}] * size).encode()) for size in sizes]
    with WebServer(*answers) as server:
        read = ask(server, asking)

    assert len(read) == pages
    assert [question.query["p"] for question in server.questions] == [
        [str(page)] for page in range(pages)
    ]
