"""Texts that readers and topics want: asked of arXiv's API, stored without a day."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, NOON
from support.http_server import Response, WebServer
from support.installation import Installation
from support.services import arxiv_api
from support.source_client import ManualClock, client

from digest.app.lookup import is_possible, look_up, wanted_ids
from digest.models.feedback import Feedback, Verdict
from digest.sources import Source, allowed_hosts
from digest.storage.lookups import PAUSE, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa
    from support.http_server import Request

KNOWN, UNKNOWN = "2602.00001", "2602.00004"


class Place:
    """An installation beside an API that answers as a test says."""

    def __init__(self, installation: Installation, server: WebServer) -> None:
        self.installation, self.server, self.app = installation, server, installation.app
        self.reader = installation.subscribe("ada").id
        self.configure(Source(name="arXiv", kind="arxiv", url=server.base))

    def configure(self, *sources: Source) -> None:
        self.app.__dict__["sources"] = sources

    def like(self, *ids: str) -> None:
        given = (Feedback(paper_id=it, verdict=Verdict.LIKE, at=NOON, channel="cli") for it in ids)
        self.app.feedback.give(self.reader, given)

    def look_up(self, now: Any = NOON) -> int:
        return look_up(self.app, day=DAY, now=now)

    @property
    def asked(self) -> list[list[str]]:
        return [request.query["id_list"][0].split(",") for request in self.server.requests]


@pytest.fixture
def place(engine: sa.Engine, tmp_path: Path) -> Iterator[Place]:
    installation = Installation(engine, tmp_path)
    with WebServer(route=arxiv_api.happy) as server, client(tmp_path, ManualClock()) as http:
        installation.app.__dict__["client"] = http
        yield Place(installation, server)


def test_a_text_is_stored_for_the_reader_and_in_no_edition(place: Place) -> None:
    place.like(KNOWN)

    assert place.look_up() == 1
    found = place.app.papers.paper(KNOWN)
    assert found is not None
    assert found.abstract
    assert found.sources == ()
    assert place.app.papers.papers() == []
    assert place.app.candidates.papers(DAY) == []
    assert place.app.feedback.of([place.reader])[place.reader][0].title == found.title
    assert wanted_ids(place.app) == set()


def test_the_examples_of_topics_are_wanted_too(place: Place) -> None:
    topic = replace(place.app.topics[0], words_in=("agent", f"arXiv:{KNOWN}v2"))
    place.app.config.__dict__["topics"] = (topic,)

    assert place.look_up() == 1
    assert place.asked == [[KNOWN]]


def test_an_id_that_arxiv_does_not_know_is_not_asked_for_ever(place: Place) -> None:
    place.like(KNOWN, UNKNOWN, "10.1000/not.of.arxiv")
    for number in range(TIMES + 3):
        place.look_up(NOON + number * PAUSE)

    assert place.asked == [[KNOWN, UNKNOWN], *[[UNKNOWN]] * (TIMES - 1)]


def test_without_a_source_of_arxiv_nothing_is_asked(place: Place) -> None:
    place.configure(Source(name="file", kind="jsonl", path="papers.jsonl"))
    place.like(KNOWN)

    assert place.look_up() == 0
    assert not is_possible(place.app)
    place.configure(Source(name="bioRxiv", kind="biorxiv"))
    assert is_possible(place.app)  # arXiv is asked beside it
    assert place.asked == []


def test_a_failure_is_a_note_without_ids_and_asked_again(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="digest")
    place.like(KNOWN)
    place.server._route = refusal

    assert place.look_up() == 0
    assert "texts not looked up" in caplog.messages
    assert KNOWN not in repr([vars(it) for it in caplog.records if it.name.startswith("digest")])
    assert place.app.lookups.due({KNOWN}, now=NOON) == {KNOWN}


def refusal(_request: Request) -> Response:
    return Response(status=404, body=b"no")


def test_requests_go_to_arxiv_alone() -> None:
    assert allowed_hosts(Source(name="arxiv", kind="arxiv-api")) == {"export.arxiv.org"}
