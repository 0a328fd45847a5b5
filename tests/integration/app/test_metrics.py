"""The page of metrics: by the rules of Prometheus, and without a word about any reader or paper."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.builders import NOON
from support.installation import Installation, record
from support.machine_clock import set_clock

from digest.app import metrics, recorded_runs

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

NASTY = 'a "source"\\ of\nours'


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """An installation that has run once."""
    set_clock(monkeypatch, NOON)
    installation = Installation(engine, tmp_path)
    installation.write_source("first", record(id="2602.00001", title="An agent with a title"))
    installation.write_source("second")
    for name in ("ada", "bo"):
        installation.subscribe(name)
    recorded_runs.run(installation.app)
    return installation


def samples(page: bytes) -> dict[str, float]:
    """Every value of a page, by its name and labels, as Prometheus reads it."""
    return {
        f"{one.name}{''.join(f' {key}={text}' for key, text in one.labels.items())}": one.value
        for family in text_string_to_metric_families(page.decode())
        for one in family.samples
    }


def test_the_page_has_the_figures(installation: Installation) -> None:
    found = samples(metrics.page(installation.app))

    assert found["digest_mails state=sent"] == 2
    assert found["digest_mails state=failed"] == 0
    assert found["digest_mails_sent_total"] == 2
    assert found["digest_papers source=first"] == 1
    assert found["digest_source_state source=first state=ok"] == 1
    assert found["digest_source_state source=first state=failed"] == 0
    assert found["digest_readers status=confirmed"] == 2
    assert found["digest_silent_day"] == 0
    assert found["digest_last_run_complete"] == 1
    assert found["digest_last_run_timestamp_seconds"] == NOON.timestamp()
    assert found["digest_day_timestamp_seconds"] == (NOON - timedelta(hours=12)).timestamp()
    assert found["digest_database_size_bytes"] > 0
    assert any(name.startswith("digest_build_info version=") for name in found)


def test_a_page_before_the_first_run_has_no_last_run(engine: sa.Engine, tmp_path: Path) -> None:
    found = samples(metrics.page(Installation(engine, tmp_path).app))

    assert [name for name in found if "last" in name] == []
    assert (found["digest_runs_total"], found["digest_mails_planned_total"]) == (0, 0)


def test_only_counters_end_in_total_and_every_metric_is_explained(
    installation: Installation,
) -> None:
    text = metrics.page(installation.app).decode()

    types = dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", text))
    explained = re.findall(r"(?m)^# HELP (\S+) \S", text)
    assert list(types) == explained
    assert all(name.startswith("digest_") for name in types)
    assert {name for name, kind in types.items() if kind == "counter"} == {
        name for name in types if name.endswith("_total")
    }


def test_no_address_title_or_id_is_in_it(installation: Installation) -> None:
    text = metrics.page(installation.app).decode()

    assert [word for word in ("@", "An agent", "2602.0", "ada") if word in text] == []


def test_readers_and_papers_add_no_lines(installation: Installation) -> None:
    before = set(samples(metrics.page(installation.app)))

    for number in range(30):
        installation.subscribe(f"reader{number}")
    installation.add_agents_papers(*(f"2602.1{number:04}" for number in range(30)))
    installation.send()

    assert set(samples(metrics.page(installation.app))) == before


def test_a_name_of_a_source_is_escaped(installation: Installation) -> None:
    record_of = installation.app.fetch_log.newest_of_each(since=NOON.date())["first"]
    figures = metrics.figures_of(installation.app, now=NOON)
    odd = type(figures)(**{**vars(figures), "fetches": {NASTY: record_of}, "papers": {NASTY: 3}})

    assert samples(metrics.render(odd))[f"digest_papers source={NASTY}"] == 3


def test_the_file_is_replaced_as_a_whole(installation: Installation) -> None:
    file = installation.folder / "digest.prom"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o600)

    metrics.write_file(installation.app, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert samples(file.read_bytes())["digest_mails_sent_total"] == 2
    assert [path.name for path in installation.folder.glob("*.prom*")] == ["digest.prom"]
