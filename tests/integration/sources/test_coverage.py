"""What an edition says of its sources, those that only add to papers among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, covered
from support.installation import Installation
from support.scripted_source import Service, serve

from digest.models.source import SourceReport, SourceState
from digest.sources import BUILTIN, Source

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

ONE = "2602.00001"


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    monkeypatch.setitem(BUILTIN, "service", "support.scripted_source")
    found = Installation(engine, tmp_path)
    service = Service()
    service.list(DAY, ONE)
    serve(found, service)
    found.fetch()
    found.app.__dict__["sources"] += (Source(name="S2", kind="semantic-scholar"),)
    return found


@pytest.mark.parametrize("state", list(SourceState))
def test_a_source_that_only_adds_is_never_called_missing_or_old(
    installation: Installation, state: SourceState
) -> None:
    report = SourceReport(source="S2", day=DAY, state=state, declared=4, parsed=4, reason="busy")
    installation.app.fetch_log.record(report, at=installation.now)

    edition = installation.edition().coverage

    assert edition.sources == (covered("service", 1),)
    assert (edition.missing, edition.stale, edition.partial, edition.excused) == ((), (), (), ())
