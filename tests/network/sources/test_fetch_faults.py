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
from support.http_server import Request, Response, WebServer
from support.services import ScriptedService, all_services
from support.source_client import ManualClock, client

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

SERVICES = all_services()
#: Requests a reading may make at most, whatever the service says.
PATIENT = 60

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<feed><title>&c;</title></feed>"""


@dataclass
class ServiceReader:
    """Reads one scripted service."""

    app: App
    folder: Path
    service: ScriptedService
    clock: ManualClock

    def read(self, server: WebServer, **details: float) -> SourceReport:
        """Read the service's day from a server, as `digest fetch` does."""
        source = self.service.source(server.base)
        with client(self.folder, self.clock, **details) as http:
            fetcher = replace(
                self.app.fetcher,
                clock=self.clock.now,
                client_for=lambda source: http.restricted_to(allowed_hosts(source)),
            )
            (report,) = fetcher.fetch(self.service.day, [source], only_day=True)
        return report

    @property
    def papers(self) -> list[Paper]:
        """What is known of the day beside what was known before."""
        known = {paper.id for paper in self.service.known}
        return [p for p in self.app.papers.papers() if p.id not in known]


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> ScriptedService:
    return SERVICES[request.param]


@pytest.fixture
def reader(service: ScriptedService, engine: sa.Engine, tmp_path: Path) -> ServiceReader:
    app = App(config=build({}, folder=tmp_path, where="the tests"), engine=engine)
    featured = [replace(paper, day=service.day) for paper in service.known]
    app.papers.save(featured, source="before", authority=get_kind("huggingface").authority)
    return ServiceReader(
        app=app, folder=tmp_path, service=service, clock=ManualClock(at=service.now)
    )


def spoiled(response: Response) -> Callable[[Request], Response]:
    """A service that says only this, and this well."""
    return lambda _question: response


def busy_at_first(
    service: ScriptedService, headers: dict[str, str]
) -> Callable[[Request], Response]:
    """The service, which refuses the first question."""
    refusals = [Response(status=429, body=b"later", headers=headers)]
    return lambda request: refusals.pop() if refusals else service.happy(request)


def test_a_good_day(reader: ServiceReader, service: ScriptedService) -> None:
    with WebServer(route=service.happy) as server:
        report = reader.read(server)

    assert (report.declared, report.parsed, len(report.rejected)) == (
        service.declared,
        service.parsed,
        service.rejected,
    )
    assert report.state is service.state


def test_a_good_day_read_twice_is_the_same_day(
    reader: ServiceReader, service: ScriptedService
) -> None:
    with WebServer(route=service.happy) as server:
        reader.read(server)
        before = reader.app.papers.papers()
        report = reader.read(server)

    assert reader.app.papers.papers() == before
    assert report.new == 0


def test_an_empty_day_is_empty_or_an_error_and_never_papers(
    reader: ServiceReader, service: ScriptedService
) -> None:
    with WebServer(route=service.empty) as server:
        report = reader.read(server)

    assert [paper for paper in reader.papers if paper.day == service.day] == []
    assert report.parsed == 0


def test_an_answer_that_is_an_error_fails_and_gives_no_papers(
    reader: ServiceReader, service: ScriptedService
) -> None:
    with WebServer(route=service.error) as server:
        report = reader.read(server)

    assert (report.state, reader.papers) == (SourceState.FAILED, [])
    assert report.error


def test_t3_a_429_with_seconds_is_waited_for(
    reader: ServiceReader, service: ScriptedService
) -> None:
    with WebServer(route=busy_at_first(service, {"Retry-After": "5"})) as server:
        report = reader.read(server)

    assert report.parsed == service.parsed
    assert max(reader.clock.slept) >= 5.0


def test_t3_a_429_with_a_date_is_waited_for(
    reader: ServiceReader, service: ScriptedService
) -> None:
    later = reader.clock.at.replace(second=7)
    headers = {"Retry-After": format_datetime(later, usegmt=True)}
    with WebServer(route=busy_at_first(service, headers)) as server:
        report = reader.read(server)

    assert report.parsed == service.parsed
    assert max(reader.clock.slept) >= 5.0


@pytest.mark.parametrize("status", [403, 406, 429])
def test_t3_a_service_that_refuses_for_ever_is_left_alone(
    reader: ServiceReader, service: ScriptedService, status: int
) -> None:
    refusal = Response(status=status, body=b"no", headers={"Retry-After": "5"})
    with WebServer(route=spoiled(refusal)) as server:
        first = reader.read(server)
        asked = len(server.requests)
        second = reader.read(server)

        assert len(server.requests) == asked
    assert asked <= web.ATTEMPTS
    assert (first.state, second.state) == (SourceState.FAILED, SourceState.FAILED)
    assert "asked to be left alone until" in str(second.error)


@pytest.mark.parametrize("status", [500, 503])
def test_t3_a_service_that_is_broken_for_ever_is_left_alone_at_every_address(
    reader: ServiceReader, service: ScriptedService, status: int
) -> None:
    with WebServer(route=spoiled(Response(status=status, body=b"no"))) as server:
        first = reader.read(server)
        asked = Counter(request.path for request in server.requests)
        second = reader.read(server)

        assert len(server.requests) == asked.total()
    assert set(asked.values()) == {web.ATTEMPTS}
    assert (first.state, second.state) == (SourceState.FAILED, SourceState.FAILED)
    assert re.search(rf"is left alone until \d\d:\d\d UTC \({status} ", str(second.error))


def test_an_answer_that_is_cut_off_fails(reader: ServiceReader, service: ScriptedService) -> None:
    def cut_off(request: Request) -> Response:
        return replace(service.happy(request), cut_off=True)

    with WebServer(route=cut_off) as server:
        report = reader.read(server)

        assert len(server.requests) <= PATIENT
    assert (report.state, reader.papers) == (SourceState.FAILED, [])


def test_half_of_an_answer_that_looks_whole_is_never_taken_for_all(
    reader: ServiceReader, service: ScriptedService
) -> None:
    def half(request: Request) -> Response:
        read_limited = service.happy(request)
        return replace(read_limited, body=read_limited.body[: len(read_limited.body) // 2])

    with WebServer(route=half) as server:
        report = reader.read(server)

    assert report.error
    assert report.parsed < service.parsed


def test_another_encoding_than_was_said_fails(
    reader: ServiceReader, service: ScriptedService
) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    with WebServer(route=spoiled(Response(body=b"caf\xe9 \xff\xfe", headers=headers))) as server:
        report = reader.read(server)

    assert (report.state, reader.papers) == (SourceState.FAILED, [])
    assert "utf-8" in str(report.error)


@pytest.mark.parametrize("piece", [b"nonsense ", b"<dt>", b"[", b"\x00\xff", b"<a b='", b'{"a":'])
def test_five_megabytes_of_nonsense_fail(
    reader: ServiceReader, service: ScriptedService, piece: bytes
) -> None:
    nonsense = Response(body=(piece * (5_000_000 // len(piece))))
    with WebServer(route=spoiled(nonsense)) as server:
        report = reader.read(server)

        assert len(server.requests) <= PATIENT
    assert (report.state, reader.papers) == (SourceState.FAILED, [])


def test_a_bomb_of_entities_fails(reader: ServiceReader, service: ScriptedService) -> None:
    with WebServer(route=spoiled(Response(body=BOMB))) as server:
        report = reader.read(server)

    assert (report.state, reader.papers) == (SourceState.FAILED, [])


def test_an_answer_in_drops_fails(reader: ServiceReader, service: ScriptedService) -> None:
    slow = Response(body=b"[" + b" " * 100_000, drip=0.002)
    with WebServer(route=spoiled(slow)) as server:
        report = reader.read(server, deadline=0.05)

    assert (report.state, reader.papers) == (SourceState.FAILED, [])
    assert "too slowly" in str(report.error)
