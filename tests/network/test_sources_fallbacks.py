"""One way to a service is broken, another is not: what is there is read, what is not is named."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.http_server import Answer, Question, WebServer
from support.offline_web import ask_played
from support.services import arxiv, huggingface
from support.source_client import Watch

from digest.errors import SourceError
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.services import Played
    from support.source_client import Asking

    from digest.models.source import Batch


def broken_at(played: Played, *paths: str, status: int = 503) -> Callable[[Question], Answer]:
    """The service, of which the paths that begin so are broken."""
    broken = Answer(status=status, body=b"no")
    return lambda question: broken if question.path.startswith(paths) else played.happy(question)


def read(played: Played, server: WebServer, asking: Asking, *, days_ago: int = 0) -> Batch:
    """Read the service by its own kind, over the wire."""
    source = played.source(server.base)
    kind, day = get_kind(source.kind), played.day - timedelta(days=days_ago)
    asked = ask_played(played, asking(Watch(at=played.now)), day=day)
    return kind.join(
        [kind.parse(document, day=day, now=played.now) for document in kind.read(source, asked)]
    )


def arxiv_ids(batch: Batch) -> set[str]:
    return {paper.id for paper in (*batch.papers, *batch.updates)}


ALL_OF_ARXIV = {one.id for one in arxiv.TOLD}


@pytest.mark.parametrize("status", [500, 503])
def test_where_the_feed_of_arxiv_is_broken_the_listing_is_read(asking: Asking, status: int) -> None:
    with WebServer(route=broken_at(arxiv.PLAYED, "/rss/", status=status)) as server:
        batch = read(arxiv.PLAYED, server, asking)

    assert arxiv_ids(batch) == ALL_OF_ARXIV


def test_where_the_listing_of_arxiv_is_broken_the_feed_is_read(asking: Asking) -> None:
    with WebServer(route=broken_at(arxiv.PLAYED, "/list/")) as server:
        batch = read(arxiv.PLAYED, server, asking)

    # The feed forgot one and lost the title of another.
    assert arxiv_ids(batch) == ALL_OF_ARXIV - {arxiv.UNFED.id, arxiv.UNTITLED.id}


def test_where_a_category_of_arxiv_is_broken_the_other_is_read_and_the_first_named(
    asking: Asking,
) -> None:
    broken = broken_at(arxiv.PLAYED, "/rss/cs.CL", "/list/cs.CL/", status=500)
    with WebServer(route=broken) as server:
        batch = read(arxiv.PLAYED, server, asking)

    assert arxiv_ids(batch) == {one.id for one in arxiv.TOLD if "cs.LG" in one.categories}
    assert "cs.CL could not be read" in str(batch.trouble)


def test_where_the_past_of_arxiv_is_broken_today_is_read(asking: Asking) -> None:
    with WebServer(route=broken_at(arxiv.PLAYED, "/oai")) as server:
        with pytest.raises(SourceError, match="/oai is left alone until"):
            read(arxiv.PLAYED, server, asking, days_ago=1)
        batch = read(arxiv.PLAYED, server, asking)

    assert arxiv_ids(batch) == ALL_OF_ARXIV


@pytest.mark.parametrize("status", [500, 503])
def test_where_the_api_of_hugging_face_is_broken_the_page_is_read(
    asking: Asking, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.WARNING)
    broken = broken_at(huggingface.PLAYED, "/api/", status=status)
    with WebServer(route=broken) as server:
        batch = read(huggingface.PLAYED, server, asking)

    assert len(batch.papers) + len(batch.updates) == huggingface.PLAYED.parsed
    assert "source read otherwise" in [record.getMessage() for record in caplog.records]


def test_where_hugging_face_asks_to_be_left_alone_its_page_is_not_read(asking: Asking) -> None:
    broken = broken_at(huggingface.PLAYED, "/api/", status=429)
    with WebServer(route=broken) as server:
        with pytest.raises(SourceError, match="asked to be left alone until"):
            read(huggingface.PLAYED, server, asking)

        assert {question.path for question in server.questions} == {"/api/daily_papers"}
