"""The operator's page: its tables, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from support.admin import (
    ADA,
    ON,
    Operator,
    add_deliveries,
    logged_in,
    page_of,
    run_a_day,
)
from support.builders import NOON
from support.site import DAYS

from digest.storage.bounces import Bounce
from subscribers.models import Status

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

TABLES = ("readers", "issues", "bounces", "sources", "topics", "steps")
READER_TABLES = ("consent", "issues", "bounces", "letters")


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    return build_site(**ON)


@pytest.fixture
def operator(site: Site) -> Operator:
    return logged_in(site)


def rows_of(response_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response_text)))


def as_texts(found: list[dict[str, object]]) -> list[dict[str, str]]:
    return [{key: "" if it is None else str(it) for key, it in row.items()} for row in found]


def test_every_table_is_exported_as_csv_and_as_json(site: Site, operator: Operator) -> None:
    run_a_day(site)
    ada = site.book.find(ADA)
    assert ada is not None
    tables = [f"/admin/tables/{name}" for name in TABLES]
    tables += [f"/admin/readers/{ada.id}/tables/{name}" for name in READER_TABLES]
    linked = operator.get().text + page_of(operator, ADA)

    for path in tables:
        as_csv, as_json = operator.get(f"{path}.csv"), operator.get(f"{path}.json")
        rows = rows_of(as_csv.text)
        assert rows, path
        assert [
            {key: cell.removeprefix("'") for key, cell in row.items()} for row in rows
        ] == as_texts(as_json.json())
        assert as_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert as_csv.headers["Content-Disposition"].startswith('attachment; filename="digest-')
        assert f'href="{path}.csv"' in linked
        assert f'href="{path}.json"' in linked


def test_exports_are_complete(site: Site, operator: Operator) -> None:
    run_a_day(site)
    ada = site.subscriber("cyd@example.org")
    add_deliveries(site, ada.id, 700)

    [readers, *_] = rows_of(operator.get("/admin/tables/readers.csv").text)
    issues = rows_of(operator.get("/admin/tables/issues.csv").text)
    of_reader = rows_of(operator.get(f"/admin/readers/{ada.id}/tables/issues.csv").text)
    bounces = operator.get("/admin/tables/bounces.json").json()

    assert (readers["day"], readers[Status.CONFIRMED]) == (str(DAYS[0]), "2")
    assert len(issues) == 701
    assert sum(int(row["skipped"]) for row in issues) == 700 + int(issues[0]["skipped"])
    assert len(of_reader) == 700
    assert bounces == [
        {"day": "2026-02-02", "provider": "example.org", "class": "hard", "mails": 1}
    ]


def test_a_cell_that_a_spreadsheet_would_run_does_not_run(site: Site, operator: Operator) -> None:
    ada = site.subscriber(ADA)
    with site.app.engine.begin() as db:
        bounce = Bounce(
            subscriber_id=ada.id, day=DAYS[0], bounce_class="soft", at=NOON, diagnostic="=cmd()"
        )
        site.app.bounces.record(db, [bounce])

    path = f"/admin/readers/{ada.id}/tables/bounces"

    assert rows_of(operator.get(f"{path}.csv").text)[0]["diagnostic"] == "'=cmd()"
    assert operator.get(f"{path}.json").json()[0]["diagnostic"] == "=cmd()"


def test_a_table_without_rows_has_its_columns(operator: Operator) -> None:
    assert operator.get("/admin/tables/steps.csv").text == "run,what,day,began_at,step,seconds\r\n"
    assert json.loads(operator.get("/admin/tables/steps.json").text) == []
