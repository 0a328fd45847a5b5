"""Files of a source are read again only when they changed, and reports stay true."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import arxiv_documents
from support.builders import DAY, ids
from support.installation import Installation, record
from support.services import arxiv, biorxiv, huggingface, openreview

from digest.models.source import SourceState
from digest.sources import Source, jsonl
from digest.sources.kind import Kind

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.source import Batch, SourceReport
    from digest.sources import RawDocument

TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed, in order."""
    names: list[str] = []

    def parse(document, **details):  # type: ignore[no-untyped-def]
        names.append(document.where.rpartition("/")[2])
        return jsonl.parse(document, **details)

    monkeypatch.setattr(jsonl, "KIND", Kind(read=jsonl.read, parse=parse, rank=90))
    return names


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    installation = Installation(engine, tmp_path)
    (first, _) = installation.app.sources
    installation.app.__dict__["sources"] = (replace(first, path=str(tmp_path / "*.jsonl")),)
    # A day after the files were written: no time stamp is in doubt.
    installation.now = datetime.now(UTC) + timedelta(days=1)
    return installation


def fetch(installation: Installation, **details: object) -> SourceReport:
    (report,) = installation.fetch(**({"only_day": False} | details))  # type: ignore[arg-type]
    return report


def test_only_what_is_new_is_parsed_and_the_counts_are_those_of_all(
    installation: Installation, parsed: list[str]
) -> None:
    installation.write_source("a", record(id="2602.00001", day=str(DAY)), {"abstract": "untitled"})
    installation.write_source("b", record(id="2602.00002"))
    first = fetch(installation)
    installation.write_source("c", record(id="2602.00003", day=str(TOMORROW)))

    second = fetch(installation)

    assert parsed == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert (first.declared, first.parsed, first.other_days, first.unchanged) == (3, 2, 0, 0)
    assert (second.declared, second.parsed, second.other_days, second.new) == (4, 3, 1, 1)
    assert (second.rejected, second.unchanged) == (first.rejected, 2)
    assert ids(installation.app.papers.papers(DAY)) == ["2602.00001", "2602.00002"]


def test_a_report_of_unchanged_files_is_that_of_reading_them(installation: Installation) -> None:
    installation.write_source("a", {"abstract": "untitled"}, {"title": 3}, record(id="2602.00001"))
    installation.write_source("b", record(id="2602.00002", day=str(DAY)))
    fetch(installation)

    for day in (DAY, TOMORROW):
        reports = [
            replace(installation.fetcher.fetch(day, installation.app.sources, only_day=False,
                                               again=again)[0], unchanged=0, seconds=0)
            for again in (False, True)
        ]  # fmt: skip
        assert reports[0] == reports[1]


def test_files_in_which_nothing_is_usable_are_still_a_failure(installation: Installation) -> None:
    installation.write_source("a", {"abstract": "untitled"})

    assert [fetch(installation).state for _ in range(2)] == [SourceState.FAILED] * 2


@pytest.mark.parametrize("seconds", [0, 60])
def test_other_content_of_the_same_size_and_time_is_noticed(
    installation: Installation, seconds: int
) -> None:
    installation.write_source("a", record(id="2602.00001"))
    file = installation.folder / "a.jsonl"
    before = file.stat()
    fetch(installation)
    file.write_text(file.read_text().replace("2602.00001", "2602.00009"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + seconds * 10**9))

    assert fetch(installation).new == 1


def test_the_same_content_with_another_time_is_not_parsed(
    installation: Installation, parsed: list[str]
) -> None:
    installation.write_source("a", record(id="2602.00001"))
    fetch(installation)
    os.utime(installation.folder / "a.jsonl", (1, 1))

    assert fetch(installation).unchanged == 1
    assert parsed == ["a.jsonl"]


def test_what_changed_just_before_it_was_read_is_in_doubt(installation: Installation) -> None:
    installation.write_source("a", record(id="2602.00001"))
    installation.now = datetime.now(UTC)
    fetch(installation)
    (known,) = installation.app.fetcher.file_log.of("first").values()
    installation.write_source("a", record(id="2602.00009"))
    stat = (installation.folder / "a.jsonl").stat()
    # As if the clock of the file system had not gone on between the two.
    stamp = replace(known.stamp, modified=stat.st_mtime_ns, changed=stat.st_ctime_ns)
    installation.app.fetcher.file_log.record("first", replace(known, stamp=stamp))

    assert fetch(installation).new == 1


def test_what_one_day_left_out_is_read_when_it_is_wanted(installation: Installation) -> None:
    installation.write_source(
        "a", record(id="2602.00001", day=str(DAY)), record(id="2602.00002", day=str(TOMORROW))
    )

    days = [(DAY, True, 1, 0), (DAY, True, 0, 1), (TOMORROW, True, 1, 0), (DAY, False, 0, 0)]
    for day, only_day, new, unchanged in days:
        report = fetch(installation, day=day, only_day=only_day)
        assert (report.new, report.unchanged) == (new, unchanged)
    assert fetch(installation, day=DAY, only_day=True).unchanged == 1


def test_a_withdrawal_of_an_unknown_paper_is_read_until_the_paper_is_known(
    installation: Installation,
) -> None:
    installation.write_source("a", record(id="2602.00001", withdrawn_on=str(DAY)))
    fetch(installation)
    installation.write_source("b", record(id="2602.00001"))

    fetch(installation)
    fetch(installation)

    (found,) = installation.app.papers.papers()
    assert found.withdrawn_on == DAY


def test_a_new_parser_and_the_wish_of_an_operator_read_everything(
    installation: Installation, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.write_source("a", record(id="2602.00001"))
    fetch(installation)
    installation.fetcher.fetch(DAY, installation.app.sources, only_day=False, again=True)
    monkeypatch.setattr("digest.sources.__version__", "99")
    fetch(installation)

    assert parsed == ["a.jsonl"] * 3


def test_a_kind_that_finds_more_than_before_reads_its_files_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse_less(document: RawDocument, **details: Any) -> Batch:
        batch = jsonl.parse(document, **details)
        return replace(batch, papers=tuple(replace(it, keywords=()) for it in batch.papers))

    installation.write_source("a", record(id="2602.00001", keywords=["lamps", "fog"]))
    with monkeypatch.context() as before:
        before.setattr(jsonl, "KIND", replace(jsonl.KIND, parse=parse_less, revision=0))
        fetch(installation)
        (known,) = installation.app.papers.papers()

    assert known.keywords == ()
    assert fetch(installation).unchanged == 0
    (found,) = installation.app.papers.papers()
    assert found == replace(known, keywords=("lamps", "fog"), observed_at=found.observed_at)
    assert fetch(installation).unchanged == 1


def test_a_file_that_is_gone_is_not_counted_any_more(installation: Installation) -> None:
    installation.write_source("a", record(id="2602.00001"))
    installation.write_source("b", record(id="2602.00002"))
    fetch(installation)
    (installation.folder / "a.jsonl").unlink()

    report = fetch(installation)

    assert (report.declared, report.unchanged) == (1, 1)
    assert len(installation.app.fetcher.file_log.of("first")) == 1


GOOD = {
    "arxiv": arxiv_documents.rss("cs.CL", DAY, [arxiv.SHARED]),
    "biorxiv": biorxiv.response([biorxiv.record(1)]),
    "openreview": openreview.response([openreview.note(1)]),
    "huggingface": json.dumps([huggingface.element(1)]),
}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<html", id="cut off"),
        pytest.param("{", id="not JSON"),
        pytest.param("<other/>", id="something else"),
        pytest.param(arxiv_documents.rss_error("cs.XX"), id="an error"),
    ],
)
@pytest.mark.parametrize("day", [DAY, date(2026, 1, 31), date(2026, 12, 25)])
def test_a_bad_file_is_rejected_by_its_name_and_costs_no_other(
    installation: Installation, kind: str, content: str, day: date
) -> None:
    (installation.folder / "2.list").write_text(GOOD[kind], encoding="utf-8")
    for name in ("1.list", "3.list"):
        (installation.folder / name).write_text(content, encoding="utf-8")
    source = Source(name="lists", kind=kind, path=str(installation.folder / "*.list"))

    (report,) = installation.fetcher.fetch(day, [source], only_day=False)

    assert report.state is SourceState.PARTIAL
    assert [it.where.rpartition("/")[2] for it in report.rejected] == ["1.list", "3.list"]
    assert "1.list" in str(report.reason)
    assert report.parsed == 1


def test_files_of_a_service_that_are_all_bad_are_no_empty_saturday(
    installation: Installation,
) -> None:
    (installation.folder / "1.list").write_text("<html", encoding="utf-8")
    source = Source(name="lists", kind="arxiv", path=str(installation.folder / "*.list"))

    (report,) = installation.fetcher.fetch(date(2026, 1, 31), [source], only_day=False)

    assert report.state is SourceState.FAILED


def test_a_file_that_cannot_be_opened_costs_no_other(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.write_source("a", record(id="2602.00001"))
    installation.write_source("b", record(id="2602.00002"))
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "a.jsonl":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        report = fetch(installation)

    assert (report.state, report.new) == (SourceState.PARTIAL, 1)
    assert "a.jsonl: Permission denied" in str(report.reason)
    assert (again := fetch(installation)).state is SourceState.OK
    assert again.new == 1


def test_what_was_said_of_an_unchanged_file_is_said_once(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bad = {"title": 3}
    installation.write_source("a", record(id="2602.00001", odd=1), bad)
    first = fetch(installation)
    said = [one.getMessage() for one in caplog.records]
    caplog.clear()
    installation.write_source("b", record(id="2602.00002"), bad)

    second = fetch(installation)
    (whole,) = installation.fetcher.fetch(DAY, installation.app.sources, only_day=False, again=True)

    assert said == ["not understood", "record rejected"]
    assert (first.said_before, whole.said_before) == (frozenset(), frozenset())
    assert second.said_before == {*first.warnings, *first.rejected}
    assert (len(second.warnings), len(second.rejected)) == (1, 2)
    assert [one.getMessage() for one in caplog.records] == ["record rejected", *said, said[1]]
