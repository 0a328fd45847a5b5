"""A service fails at one address and works at another: what can be read is read."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.http_server import Request, Response, WebServer
from support.offline_web import service_request
from support.services import arxiv, huggingface
from support.source_client import ManualClock

from digest.errors import SourceError
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.services import ScriptedService
    from support.source_client import MakeClient

    from digest.models.source import Batch


def broken_at(
    service: ScriptedService, *paths: str, status: int = 503
) -> Callable[[Request], Response]:
    """The service, of which the paths that begin so are broken."""
    broken = Response(status=status, body=b"no")
    return lambda request: broken if request.path.startswith(paths) else service.happy(request)


def read(
    service: ScriptedService, server: WebServer, make_client: MakeClient, *, days_ago: int = 0
) -> Batch:
    """Read the service by its own kind, over the wire."""
    source = service.source(server.base)
    kind, day = get_kind(source.kind), service.day - timedelta(days=days_ago)
    asked = service_request(service, make_client(ManualClock(at=service.now)), day=day)
    return kind.join(
        [kind.parse(document, day=day, now=service.now) for document in kind.read(source, asked)]
    )


def arxiv_ids(batch: Batch) -> set[str]:
    return {paper.id for paper in (*batch.papers, *batch.updates)}


ALL_OF_ARXIV = {one.id for one in arxiv.PAPERS}


@pytest.mark.parametrize("status", [500, 503])
def test_where_the_feed_of_arxiv_is_broken_the_listing_is_read(
    make_client: MakeClient, status: int
) -> None:
    with WebServer(route=broken_at(arxiv.SERVICE, "/rss/", status=status)) as server:
        batch = read(arxiv.SERVICE, server, make_client)

    assert arxiv_ids(batch) == ALL_OF_ARXIV


def test_where_the_listing_of_arxiv_is_broken_the_feed_is_read(make_client: MakeClient) -> None:
    with WebServer(route=broken_at(arxiv.SERVICE, "/list/")) as server:
        batch = read(arxiv.SERVICE, server, make_client)

    # The feed forgot one and lost the title of another.
    assert arxiv_ids(batch) == ALL_OF_ARXIV - {arxiv.UNFED.id, arxiv.UNTITLED.id}


def test_where_a_category_of_arxiv_is_broken_the_other_is_read_and_the_first_named(
    make_client: MakeClient,
) -> None:
    broken = broken_at(arxiv.SERVICE, "/rss/cs.CL", "/list/cs.CL/", status=500)
    with WebServer(route=broken) as server:
        batch = read(arxiv.SERVICE, server, make_client)

    assert arxiv_ids(batch) == {one.id for one in arxiv.PAPERS if "cs.LG" in one.categories}
    assert "cs.CL could not be read" in str(batch.trouble)


def test_where_the_past_of_arxiv_is_broken_today_is_read(make_client: MakeClient) -> None:
    with WebServer(route=broken_at(arxiv.SERVICE, "/oai")) as server:
        with pytest.raises(SourceError, match="/oai is left alone until"):
            read(arxiv.SERVICE, server, make_client, days_ago=1)
        batch = read(arxiv.SERVICE, server, make_client)

    assert arxiv_ids(batch) == ALL_OF_ARXIV


@pytest.mark.parametrize("status", [500, 503])
def test_where_the_api_of_hugging_face_is_broken_the_page_is_read(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.WARNING)
    broken = broken_at(huggingface.SERVICE, "/api/", status=status)
    with WebServer(route=broken) as server:
        batch = read(huggingface.SERVICE, server, make_client)

    assert len(batch.papers) + len(batch.updates) == huggingface.SERVICE.parsed
    assert "source read otherwise" in [record.getMessage() for record in caplog.records]


def test_where_hugging_face_asks_to_be_left_alone_its_page_is_not_read(
    make_client: MakeClient,
) -> None:
    broken = broken_at(huggingface.SERVICE, "/api/", status=429)
    with WebServer(route=broken) as server:
        with pytest.raises(SourceError, match="asked to be left alone until"):
            read(huggingface.SERVICE, server, make_client)

        assert {request.path for request in server.requests} == {"/api/daily_papers"}
