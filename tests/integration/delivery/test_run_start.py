"""What a run settles as it starts, of all days, and whose work that is in the report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import Installation, RecordingTransport, failing

from digest.delivery.day_report import report_day
from digest.delivery.run import Policy, RunRequest, send_day
from digest.delivery.run_start import start_run
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

TOMORROW, NEXT_WEEK = DAY + timedelta(days=1), DAY + timedelta(days=7)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="450 try again")


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """A day with a paper, and four subscribers."""
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    for name in ("ada", "bo", "cy", "di"):
        installation.subscribe(name)
    return installation


def killed(installation: Installation, *, at: str, **request: object) -> None:
    """Let a run die while this subscriber's message is in flight."""
    with pytest.raises(KeyboardInterrupt):
        installation.send(failing(KeyboardInterrupt(), at), **request)


def test_it_names_the_days_that_were_open_and_what_became_of_them(
    installation: Installation,
) -> None:
    killed(installation, at="bo")

    with start_run(installation.services) as start:
        assert start.settled == {DAY: {DeliveryState.UNKNOWN: 1}}
        assert start.lock is not None

    assert installation.totals() == {"planned": 2, "sent": 1, "unknown": 1}


def test_a_day_that_nobody_planned_in_time_expires_with_those_it_was_for(
    installation: Installation,
) -> None:
    installation.app.begun_days.begin(DAY, now=NOON)
    installation.wait(days=7)

    with start_run(installation.services) as start:
        report = report_day(DAY, installation.services, start)

    assert report.counts == {DeliveryState.EXPIRED: 4}
    assert not report.complete
    assert installation.app.ledger.open_days() == []


def test_a_day_that_nobody_planned_yet_waits_for_its_sources(installation: Installation) -> None:
    installation.app.begun_days.begin(DAY, now=NOON)

    with start_run(installation.services) as start:
        assert start.settled == {DAY: {}}

    assert installation.totals() == {}
    assert installation.app.ledger.open_days() == [DAY]


def test_an_old_day_that_somebody_named_and_nobody_planned_does_not_expire(
    installation: Installation,
) -> None:
    installation.wait(days=7)
    installation.app.begun_days.begin(DAY, now=installation.now, named=True)

    with start_run(installation.services):
        pass

    assert installation.app.ledger.open_days() == [DAY]


def test_what_two_killed_runs_lost_is_reported_each_for_its_day(
    installation: Installation,
) -> None:
    killed(installation, at="bo")
    installation.add_agents_papers("2602.00002", day=TOMORROW)
    installation.wait(days=1)
    # Tomorrow's run is killed too, before it has taken back what today's had.
    with installation.app.engine.begin() as db:
        db.exec_driver_sql("UPDATE workers SET ended_at = started_at")
    killed(installation, at="cy", day=TOMORROW)
    with installation.app.engine.begin() as db:
        db.exec_driver_sql("UPDATE workers SET ended_at = NULL")
    services, transport = installation.services, RecordingTransport()

    with start_run(services) as start:
        reports = [
            send_day(RunRequest(day=day, edition=None), services, transport, start)
            for day in start.settled
        ]

    assert [(report.day, dict(report.counts), report.already) for report in reports] == [
        # What Cy may have had of today came with tomorrow's mail.
        (DAY, {DeliveryState.SENT: 1, DeliveryState.SKIPPED: 1, DeliveryState.UNKNOWN: 1}, 1),
        (TOMORROW, {DeliveryState.SENT: 1, DeliveryState.UNKNOWN: 1}, 2),
    ]
    assert len(transport.messages) == 2


@pytest.mark.parametrize("policy", ["skip", "resend", "ask"])
@pytest.mark.parametrize("at", ["ada", "bo", "di"])
def test_a_report_adds_up_to_all_that_were_planned(
    installation: Installation, policy: str, at: str
) -> None:
    installation.policy = Policy(on_unknown=policy)  # type: ignore[arg-type]
    killed(installation, at=at)

    report = installation.send(failing(LATER, "cy"))

    assert sum(report.counts.values()) + report.already == 4


def test_a_run_killed_between_planning_and_holding_back_holds_back_in_the_next(
    installation: Installation,
) -> None:
    installation.policy = Policy(allowance=lambda _day: 3)
    installation.app.ledger.plan(DAY, now=NOON)
    transport = RecordingTransport()

    report = installation.send(transport, plan_new=False)

    assert len(transport.messages) == 3
    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.SKIPPED: 1}
