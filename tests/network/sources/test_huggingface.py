"""Asking Hugging Face for a day, page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.http_server import Response, WebServer

from digest.sources import FetchRequest, RawDocument, Source, get_kind

if TYPE_CHECKING:
    from support.source_client import MakeClient

FINE = Response(body='[{"paper": {"id": "2602.00001", "title": "Über alles"}}]'.encode())


def fetch_request(server: WebServer, make_client: MakeClient) -> list[RawDocument]:
    source = Source(name="Hugging Face", kind="huggingface", url=server.url)
    return list(
        get_kind(source.kind).read(
            source, FetchRequest(day=DAY, now=NOON, web=make_client(), papers=tuple)
        )
    )


def test_the_question_names_the_day_and_how_many(make_client: MakeClient) -> None:
    with WebServer(FINE) as server:
        fetch_request(server, make_client)

    (request,) = server.requests
    assert request.path == "/api/daily_papers"
    assert request.query == {"date": ["2026-02-02"], "limit": ["100"], "p": ["0"]}


def test_the_answer_comes_through_letter_by_letter_and_parses(make_client: MakeClient) -> None:
    with WebServer(FINE) as server:
        (document,) = fetch_request(server, make_client)

    source = Source(name="Hugging Face", kind="huggingface")
    batch = get_kind(source.kind).parse(document, day=DAY, now=NOON)
    assert [(paper.id, paper.title) for paper in batch.papers] == [("2602.00001", "Über alles")]


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [
        pytest.param([9], 1, id="less than any page"),
        pytest.param([99, 0], 2, id="less than was asked for"),
        pytest.param([100, 0], 2, id="a page to the last paper"),
        pytest.param([100, 100, 1], 3, id="two pages and a bit"),
    ],
)
def test_a_full_page_is_followed_by_the_next(
    make_client: MakeClient, sizes: list[int], pages: int
) -> None:
    responses = [Response(body=json.dumps([{}] * size).encode()) for size in sizes]
    with WebServer(*responses) as server:
        read = fetch_request(server, make_client)

    assert len(read) == pages
    assert [request.query["p"] for request in server.requests] == [
        [str(page)] for page in range(pages)
    ]
