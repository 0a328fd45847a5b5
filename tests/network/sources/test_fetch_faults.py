"""Every service on good days and bad ones: what it says is kept, what it does not is unknown.

Each kind is read from a server on loopback by the pipeline itself, into a real database.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from support.http_server import Answer, Question, WebServer
from support.services import Played, all_played
from support.source_client import Watch, client

from digest.app.config import build
from digest.app.services import App
from digest.models.source import SourceReport, SourceState
from digest.sources import allowed_hosts, get_kind
from digest.sources.http import client as web

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.paper import Paper

SERVICES = all_played()
#: Requests a reading may make at most, whatever the service says.
PATIENT = 60

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<feed><title>&c;</title></feed>"""


@dataclass
class Desk:
    """Reads one played service."""

    app: App
    folder: Path
    played: Played
    watch: Watch

    def read(self, server: WebServer, **details: float) -> SourceReport:
        """Read the service's day from a server, as `digest fetch` does."""
        source = self.played.source(server.base)
        with client(self.folder, self.watch, **details) as http:
            fetcher = replace(
                self.app.fetcher,
                clock=self.watch.now,
                client_for=lambda source: http.restricted_to(allowed_hosts(source)),
            )
            (report,) = fetcher.fetch(self.played.day, [source], only_day=True)
        return report

    @property
    def papers(self) -> list[Paper]:
        """What is known of the day beside what was known before."""
        known = {paper.id for paper in self.played.known}
        return [p for p in self.app.papers.papers() if p.id not in known]


@pytest.fixture(params=sorted(SERVICES))
def played(request: pytest.FixtureRequest) -> Played:
    return SERVICES[request.param]


@pytest.fixture
def desk(played: Played, engine: sa.Engine, tmp_path: Path) -> Desk:
    app = App(config=build({}, folder=tmp_path, where="the tests"), engine=engine)
    featured = [replace(paper, day=played.day) for paper in played.known]
    app.papers.save(featured, source="before", authority=get_kind("huggingface").authority)
    return Desk(app=app, folder=tmp_path, played=played, watch=Watch(at=played.now))


def spoiled(answer: Answer) -> Callable[[Question], Answer]:
    """A service that says only this, and this well."""
    return lambda _question: answer


def busy_at_first(played: Played, headers: dict[str, str]) -> Callable[[Question], Answer]:
    """The service, which refuses the first question."""
    refusals = [Answer(status=429, body=b"later", headers=headers)]
    return lambda question: refusals.pop() if refusals else played.happy(question)


def test_a_good_day(desk: Desk, played: Played) -> None:
    with WebServer(route=played.happy) as server:
        report = desk.read(server)

    assert (report.declared, report.parsed, len(report.rejected)) == (
        played.declared,
        played.parsed,
        played.rejected,
    )
    assert report.state is played.state


def test_a_good_day_read_twice_is_the_same_day(desk: Desk, played: Played) -> None:
    with WebServer(route=played.happy) as server:
        desk.read(server)
        before = desk.app.papers.papers()
        report = desk.read(server)

    assert desk.app.papers.papers() == before
    assert report.new == 0


def test_an_empty_day_is_empty_or_an_error_and_never_papers(desk: Desk, played: Played) -> None:
    with WebServer(route=played.empty) as server:
        report = desk.read(server)

    assert [paper for paper in desk.papers if paper.day == played.day] == []
    assert report.parsed == 0


def test_an_answer_that_is_an_error_fails_and_gives_no_papers(desk: Desk, played: Played) -> None:
    with WebServer(route=played.error) as server:
        report = desk.read(server)

    assert (report.state, desk.papers) == (SourceState.FAILED, [])
    assert report.error


def test_t3_a_429_with_seconds_is_waited_for(desk: Desk, played: Played) -> None:
    with WebServer(route=busy_at_first(played, {"Retry-After": "5"})) as server:
        report = desk.read(server)

    assert report.parsed == played.parsed
    assert max(desk.watch.slept) >= 5.0


def test_t3_a_429_with_a_date_is_waited_for(desk: Desk, played: Played) -> None:
    later = desk.watch.at.replace(second=7)
    headers = {"Retry-After": format_datetime(later, usegmt=True)}
    with WebServer(route=busy_at_first(played, headers)) as server:
        report = desk.read(server)

    assert report.parsed == played.parsed
    assert max(desk.watch.slept) >= 5.0


@pytest.mark.parametrize("status", [403, 406, 429])
def test_t3_a_service_that_refuses_for_ever_is_left_alone(
    desk: Desk, played: Played, status: int
) -> None:
    refusal = Answer(status=status, body=b"no", headers={"Retry-After": "5"})
    with WebServer(route=spoiled(refusal)) as server:
        first = desk.read(server)
        asked = len(server.questions)
        second = desk.read(server)

        assert len(server.questions) == asked
    assert asked <= web.ATTEMPTS
    assert (first.state, second.state) == (SourceState.FAILED, SourceState.FAILED)
    assert "asked to be left alone until" in str(second.error)


@pytest.mark.parametrize("status", [500, 503])
def test_t3_a_service_that_is_broken_for_ever_is_left_alone_at_every_address(
    desk: Desk, played: Played, status: int
) -> None:
    with WebServer(route=spoiled(Answer(status=status, body=b"no"))) as server:
        first = desk.read(server)
        asked = Counter(question.path for question in server.questions)
        second = desk.read(server)

        assert len(server.questions) == asked.total()
    assert set(asked.values()) == {web.ATTEMPTS}
    assert (first.state, second.state) == (SourceState.FAILED, SourceState.FAILED)
    assert re.search(rf"is left alone until \d\d:\d\d UTC \({status} ", str(second.error))


def test_an_answer_that_is_cut_off_fails(desk: Desk, played: Played) -> None:
    def cut_off(question: Question) -> Answer:
        return replace(played.happy(question), cut_off=True)

    with WebServer(route=cut_off) as server:
        report = desk.read(server)

        assert len(server.questions) <= PATIENT
    assert (report.state, desk.papers) == (SourceState.FAILED, [])


def test_half_of_an_answer_that_looks_whole_is_never_taken_for_all(
    desk: Desk, played: Played
) -> None:
    def half(question: Question) -> Answer:
        whole = played.happy(question)
        return replace(whole, body=whole.body[: len(whole.body) // 2])

    with WebServer(route=half) as server:
        report = desk.read(server)

    assert report.error
    assert report.parsed < played.parsed


def test_another_encoding_than_was_said_fails(desk: Desk, played: Played) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    with WebServer(route=spoiled(Answer(body=b"caf\xe9 \xff\xfe", headers=headers))) as server:
        report = desk.read(server)

    assert (report.state, desk.papers) == (SourceState.FAILED, [])
    assert "utf-8" in str(report.error)


@pytest.mark.parametrize("piece", [b"nonsense ", b"<dt>", b"[", b"\x00\xff", b"<a b='", b'{"a":'])
def test_five_megabytes_of_nonsense_fail(desk: Desk, played: Played, piece: bytes) -> None:
    nonsense = Answer(body=(piece * (5_000_000 // len(piece))))
    with WebServer(route=spoiled(nonsense)) as server:
        report = desk.read(server)

        assert len(server.questions) <= PATIENT
    assert (report.state, desk.papers) == (SourceState.FAILED, [])


def test_a_bomb_of_entities_fails(desk: Desk, played: Played) -> None:
    with WebServer(route=spoiled(Answer(body=BOMB))) as server:
        report = desk.read(server)

    assert (report.state, desk.papers) == (SourceState.FAILED, [])


def test_an_answer_in_drops_fails(desk: Desk, played: Played) -> None:
    slow = Answer(body=b"[" + b" " * 100_000, drip=0.002)
    with WebServer(route=spoiled(slow)) as server:
        report = desk.read(server, deadline=0.05)

    assert (report.state, desk.papers) == (SourceState.FAILED, [])
    assert "too slowly" in str(report.error)
