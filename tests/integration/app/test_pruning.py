"""When deliveries are pruned: by the configuration, in steps, and not while a run is sending."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import Installation
from support.machine_clock import set_clock

from digest.app import pruning, upkeep
from digest.errors import StoreError
from digest.storage.run_lock import lock_path, run_lock
from digest.storage.schema import days

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa
    from support.installation import App

DAYS = [DAY + timedelta(days=number) for number in range(4)]


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """Four days that two readers got, all of them closed long ago."""
    set_clock(monkeypatch, NOON + timedelta(days=100))
    installation = Installation(engine, tmp_path)
    for name in ("ada", "bo"):
        installation.subscribe(name)
    for number, day in enumerate(DAYS):
        installation.now += timedelta(days=bool(number))
        installation.add_agents_papers(str(number + 1))
        installation.send(day=day)
    return installation.app


def left(app: App) -> list[int]:
    return [len(app.history.records(day=day)) for day in DAYS]


def test_each_run_prunes_the_two_oldest_days(app: App) -> None:
    assert [it.day for it in pruning.prunable(app)] == DAYS

    upkeep.prune_after_run(app)

    assert left(app) == [0, 0, 2, 2]


def test_what_was_stopped_goes_on_from_there(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 1)
    answers = iter([True, False])
    advanced: list[int] = []

    first = pruning.prune(
        app, pruning.prunable(app), should_continue=lambda: next(answers), advance=advanced.append
    )
    second = pruning.prune(app, pruning.prunable(app))

    assert (first.rows, first.stopped, advanced) == (1, "told to stop", [1])
    assert (second.days, second.rows, second.stopped) == (4, 7, None)
    assert left(app) == [0, 0, 0, 0]
    assert [app.history.day_totals(day).adds_up for day in DAYS] == [True] * 4


def test_nothing_is_pruned_while_a_run_is_sending(app: App) -> None:
    with run_lock(lock_path(app.engine)):
        report = pruning.prune(app, pruning.prunable(app))

    assert (report.rows, report.stopped) == (0, "a run is sending")


def test_an_error_is_none_of_the_run(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise StoreError("the disk is full")

    monkeypatch.setattr(app.pruning, "prune", full)

    upkeep.prune_after_run(app)

    assert left(app) == [2, 2, 2, 2]


def test_days_that_are_young_are_left(app: App) -> None:
    with app.engine.begin() as db:
        db.execute(days.update().values(closed_at=pruning.now()))

    assert pruning.prunable(app) == []
