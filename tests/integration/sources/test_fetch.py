"""Fetching into a real database: each source by itself, a failure is not an empty day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, covered, ids
from support.installation import Installation, RecordingTransport, record

from digest.models.delivery import DeliveryState
from digest.models.source import SourceState

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


def test_a_source_that_fails_is_reported_and_stops_no_other(installation: Installation) -> None:
    installation.write_source("second", record(id="2602.00001"))

    first, second = installation.fetch()

    assert (first.state, second.state) == (SourceState.FAILED, SourceState.OK)
    assert "no file matches" in str(first.error)
    assert second.new == 1


def test_what_other_sources_gave_is_mailed_and_the_mail_names_the_missing_one(
    installation: Installation,
) -> None:
    installation.write_source("second", record(id="2602.00001"))
    installation.fetch()
    installation.subscribe("ada")
    transport = RecordingTransport()

    installation.send(transport)

    (outgoing,) = transport.messages
    assert b"Could not be read today: first." in outgoing.content
    assert b"second (1 paper)" in outgoing.content


def test_a_source_that_works_again_is_missing_no_more(installation: Installation) -> None:
    installation.write_source("second", record(id="2602.00001"))
    installation.fetch()
    installation.write_source("first", record(id="2602.00002"))
    installation.fetch()

    assert installation.edition().coverage.missing == ()
    assert installation.edition().coverage.sources == (covered("first", 1), covered("second", 1))


def test_a_day_on_which_every_source_failed_is_unknown_and_not_empty(
    installation: Installation,
) -> None:
    installation.fetch()
    installation.subscribe("ada")

    report = installation.send()

    assert report.counts == {DeliveryState.SKIPPED: 1}
    assert installation.reasons() == {
        "ada": "no papers for 2026-02-02: first and second could not be read"
    }


def test_an_empty_source_is_empty_and_not_failed(installation: Installation) -> None:
    installation.write_source("first")
    installation.write_source("second")

    reports = installation.fetch()

    assert [report.state for report in reports] == [SourceState.OK, SourceState.OK]
    assert installation.edition().coverage.missing == ()


def test_a_source_with_nothing_usable_has_failed(installation: Installation) -> None:
    installation.write_source("first", {"abstract": "no title"})
    installation.write_source("second")

    first, _ = installation.fetch()

    assert first.state is SourceState.FAILED
    assert first.error == "nothing in it could be used: no title"


def test_a_bad_record_is_counted_and_named_and_the_others_kept(installation: Installation) -> None:
    installation.write_source("first", record(id="2602.00001"), {"abstract": "no title"})
    installation.write_source("second")

    first, _ = installation.fetch()

    (rejected,) = first.rejected
    assert (first.state, first.declared, first.parsed) == (SourceState.OK, 2, 1)
    assert rejected.where.endswith("first.jsonl:2")
    assert rejected.reason == "no title"


def test_fetching_a_day_twice_changes_nothing(installation: Installation) -> None:
    installation.write_source("first", record(id="2602.00001", signals={"upvotes": 3}))
    installation.write_source("second", record(id="2602.00001v2", signals={"upvotes": 4}))

    installation.fetch()
    before = installation.dump()
    reports = installation.fetch()

    # How the last reading went is no longer the same: nothing in it was new.
    assert {**installation.dump(), "fetches": before["fetches"]} == before
    assert [(report.new, report.merged) for report in reports] == [(0, 1), (0, 1)]


def test_two_sources_that_name_one_work_make_one_paper(installation: Installation) -> None:
    installation.write_source("first", record(id="2602.00001"))
    installation.write_source("second", record(id="https://arxiv.org/pdf/2602.00001v4.pdf"))

    installation.fetch()

    (paper,) = installation.app.papers.papers(DAY)
    assert (paper.id, paper.sources) == ("2602.00001", ("first", "second"))


def test_papers_of_another_day_are_left_alone_where_one_day_was_asked_for(
    installation: Installation,
) -> None:
    installation.write_source(
        "first", record(id="2602.00001"), record(id="2602.00002", day="2026-02-03")
    )
    installation.write_source("second")

    first, _ = installation.fetch(DAY, only_day=True)

    assert (first.parsed, first.other_days) == (1, 1)
    assert installation.app.papers.papers(TOMORROW) == []


def test_papers_of_every_day_are_kept_where_none_was_asked_for(installation: Installation) -> None:
    installation.write_source(
        "first", record(id="2602.00001"), record(id="2602.00002", day="2026-02-03")
    )
    installation.write_source("second")

    first, _ = installation.fetch(DAY, only_day=False)

    assert (first.parsed, first.other_days) == (2, 1)
    assert ids(installation.app.papers.papers(TOMORROW)) == ["2602.00002"]
