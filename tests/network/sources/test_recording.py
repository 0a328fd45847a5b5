"""A day that was recorded in part can be read offline, as far as it goes."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from support.all_services import AllServices, arxiv_paper
from support.builders import ids
from support.http_server import Request, Response, WebServer
from support.source_client import ManualClock, client

from digest.app.config import build
from digest.app.services import App
from digest.models.source import SourceState
from digest.sources import allowed_hosts, recording

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

DAY = date(2026, 2, 10)
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)


def test_what_could_not_be_read_is_not_in_the_files_and_spoils_none(
    engine: sa.Engine, tmp_path: Path
) -> None:
    clock = ManualClock(at=NOON)
    services = AllServices(clock=clock, arxiv={DAY: [arxiv_paper(1), arxiv_paper(2, "cs.LG")]})

    def route(request: Request) -> Response:
        return Response(status=404) if "cs.LG" in request.path else services.route(request)

    with WebServer(route=route) as server, client(tmp_path / "cache", clock) as http:
        arxiv, *_ = services.sources(server.base)
        (recorded,) = recording.record(
            DAY,
            [arxiv],
            topics=(),
            folder=tmp_path / "day",
            file_name="config.toml",
            client_for=lambda source: http.restricted_to(allowed_hosts(source)),
            now=NOON,
        )
    written = (tmp_path / "day" / "config.toml").read_text()
    tables = {"sources": tomllib.loads(written)["sources"]}
    app = App(config=build(tables, folder=tmp_path / "day", where="it"), engine=engine)
    (report,) = app.fetcher.fetch(DAY, app.sources, only_day=True)

    assert (recorded.state, recorded.files) == (SourceState.PARTIAL, 2)
    assert "is not whole: cs.LG" in written
    assert report.state is SourceState.OK
    assert ids(app.papers.papers(DAY)) == ["2602.00001"]
