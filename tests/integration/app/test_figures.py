"""The figures of an installation, as the database has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, enrolled
from support.installation import Installation, failing, record
from support.machine_clock import set_clock

from digest.app.figures import Figures, figures_of
from digest.models.delivery import DeliveryState, MailKind, Outcome, WorkerHost
from digest.storage.bounces import Bounce
from digest.storage.run_log import RunResult
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

HERE = WorkerHost(host="tests", boot="", pid=1)


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """Two confirmed readers, and a paper from the first of two sources."""
    set_clock(monkeypatch, NOON)
    installation = Installation(engine, tmp_path)
    installation.write_source("first", record(id="2602.00001"))
    for name in ("ada", "bo"):
        installation.subscribe(name)
    return installation


def figures(installation: Installation) -> Figures:
    return figures_of(installation.app, now=NOON)


def test_of_a_new_installation_all_figures_are_nought(installation: Installation) -> None:
    found = figures(installation)

    assert (found.day, dict(found.mails), found.planned_total, found.sent_total) == (DAY, {}, 0, 0)
    assert (found.last_run, found.last_complete_run, found.is_silent) == (None, None, False)
    assert (found.papers, found.fetches, found.oldest_letter) == ({}, {}, None)
    assert found.readers == {Status.CONFIRMED: 2}


def test_the_mails_and_sources_of_the_day_are_counted(installation: Installation) -> None:
    installation.fetch()
    installation.send(failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "bo"))

    found = figures(installation)

    assert found.mails == {DeliveryState.SENT: 1, DeliveryState.DEFERRED: 1}
    assert (found.planned_total, found.sent_total, found.waiting.number) == (2, 1, 1)
    assert (found.papers, found.fetches["first"].state) == ({"first": 1}, "ok")
    assert found.fetches["second"].state == "failed"


def test_a_source_that_is_configured_no_more_has_no_figures(installation: Installation) -> None:
    installation.fetch()
    installation.app.__dict__["sources"] = installation.app.sources[1:]

    found = figures(installation)

    assert (found.papers, list(found.fetches)) == ({}, ["second"])


def test_the_last_run_says_whether_the_day_was_silent(installation: Installation) -> None:
    runs = installation.app.run_log
    good, silent = (runs.begin("run", DAY, HERE, now=NOON) for _ in range(2))
    runs.end(good, RunResult(), day=DAY, now=NOON)
    runs.end(silent, RunResult(is_complete=False, silence="nobody"), day=DAY, now=NOON)

    found = figures(installation)

    assert found.last_run is not None
    assert found.last_complete_run is not None
    assert (found.last_run.id, found.last_complete_run.id) == (silent, good)
    assert (found.is_silent, found.runs_total) == (True, 2)


def test_readers_letters_and_what_came_in_are_counted(installation: Installation) -> None:
    app = installation.app
    pending = enrolled(installation.book, "jo@example.org")
    paused = enrolled(installation.book, "pa@example.org", Event.CONFIRM, Event.PAUSE)
    app.transactional_queue.enqueue(pending.id, MailKind.CONFIRM, now=NOON)
    app.arrivals.store(b"x", sender="", recipients=["a@example.org"], channel="pipe", now=NOON)
    with app.engine.begin() as db:
        bounce = Bounce(subscriber_id=paused.id, day=DAY, bounce_class="soft", at=NOON)
        app.bounces.record(db, [bounce])

    found = figures(installation)

    assert found.readers == {Status.CONFIRMED: 2, Status.PENDING: 1, Status.PAUSED: 1}
    assert (found.letters_waiting, found.oldest_letter) == (1, NOON)
    assert (found.inbound_total, found.inbound_waiting, found.inbound_kept) == (1, 1, 0)
    assert found.bounces == {"soft": 1}
