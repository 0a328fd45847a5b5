"""The data of time zones, and the zones that readers chose."""

from __future__ import annotations

import json
import zoneinfo
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import enrolled
from support.doctor import installation
from support.machine_clock import machine_in

from digest.app.doctor import time_zones
from digest.app.doctor.time_zones import check, version_of_data
from digest.app.services import App

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.doctor.finding import Finding
    from subscribers.book import Book


def data(version: str, year: int, patch: pytest.MonkeyPatch, folder: Path) -> Finding:
    patch.setattr(time_zones, "version_of_data", lambda: (version, "a place" if version else ""))
    now = datetime(year, 6, 1, tzinfo=UTC)
    return next(it for it in check(installation(folder, now=now)) if it.check == "time zone data")


@pytest.mark.parametrize(
    ("version", "year", "level"),
    [("2025b", 2025, "ok"), ("2025.2", 2026, "ok"), ("2024a", 2026, "warn"), ("", 2026, "fail")],
)
def test_data_of_two_years_ago_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, year: int, level: str
) -> None:
    assert data(version, year, monkeypatch, tmp_path).level == level


def test_the_system_s_data_counts_before_the_package_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "UTC").touch()
    (tmp_path / "tzdata.zi").write_text("# version 2031c\n# This zic input file")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "none"), str(tmp_path)))

    assert version_of_data() == ("2031c", str(tmp_path))

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert version_of_data()[1] == "the package tzdata"


def choose_zone(engine: sa.Engine, reader: int, zone: str) -> None:
    with engine.begin() as db:
        change = sa.text("UPDATE subscribers SET preferences = :stored WHERE id = :id")
        db.execute(change, {"stored": json.dumps({"timezone": zone}), "id": reader})


def test_a_zone_that_this_machine_lacks_is_named(
    tmp_path: Path, engine: sa.Engine, book: Book
) -> None:
    choose_zone(engine, enrolled(book).id, "Mars/Olympus")
    app = App(config=installation(tmp_path).config, engine=engine)

    seen = {it.check: it for it in check(installation(tmp_path, app=app))}["readers' zones"]

    assert (seen.level, "Mars/Olympus" in seen.text) == ("fail", True)


@pytest.mark.parametrize(
    ("zones", "text"),
    [
        ((), "no reader chose one"),
        (("Asia/Kolkata",), "the one that readers chose is known"),
        (("Asia/Kolkata", "America/Lima"), "all 2 that readers chose are known"),
    ],
)
def test_zones_that_are_known_are_well(
    tmp_path: Path, engine: sa.Engine, book: Book, zones: tuple[str, ...], text: str
) -> None:
    for number, zone in enumerate(zones):
        choose_zone(engine, enrolled(book, f"reader{number}@example.org").id, zone)
    app = App(config=installation(tmp_path).config, engine=engine)

    seen = {it.check: it for it in check(installation(tmp_path, app=app))}["readers' zones"]

    assert (seen.level, seen.text) == ("ok", text)


def test_a_machine_whose_zone_is_none_is_named(tmp_path: Path) -> None:
    with machine_in("Mars/Olympus"):
        seen = {it.check: it for it in check(installation(tmp_path))}["machine's zone"]

    assert (seen.level, seen.remedy) == ("fail", "unset TZ")
