"""How the mail that comes in stands, for `digest status`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.machine_clock import set_clock

from digest.app.inbound.standing import inbound_status
from digest.inbound.handling import ALARM
from digest.storage.arrivals import ArrivalState, Settlement
from digest.storage.bounces import Bounce

if TYPE_CHECKING:
    from support.installation import Installation


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOON)


def refuse(installation: Installation, readers: int, *, hours_ago: int) -> None:
    bounces = [
        Bounce(
            subscriber_id=installation.subscribe(f"r{number}").id,
            day=DAY,
            bounce_class="policy",
            at=NOON - timedelta(hours=hours_ago),
        )
        for number in range(readers)
    ]
    with installation.app.engine.begin() as db:
        installation.app.bounces.record(db, bounces)


def test_it_counts_what_waits_what_is_kept_and_what_was_handled(
    installation: Installation,
) -> None:
    app = installation.app
    for name in ("a", "b", "c"):
        app.arrivals.store(
            b"x", sender="", recipients=[f"{name}@example.org"], channel="pipe", now=NOON
        )
    kept = Settlement(state=ArrivalState.KEPT, kind="not-understood", why="odd", result="kept")
    done = Settlement(state=ArrivalState.HANDLED, kind="command", why="help", result="answered")
    with app.engine.begin() as db:
        app.arrivals.settle(db, {1: kept, 2: done}, now=NOON)

    found = inbound_status(app)

    assert (found.waiting, found.kept) == (1, 1)
    assert found.handled == {"not-understood": 1, "command": 1}


def test_many_refusals_of_the_last_day_are_an_alarm(installation: Installation) -> None:
    refuse(installation, ALARM, hours_ago=23)

    assert inbound_status(installation.app).is_alarming


def test_few_or_old_refusals_are_no_alarm(installation: Installation) -> None:
    refuse(installation, ALARM - 1, hours_ago=1)

    assert inbound_status(installation.app).refused == ALARM - 1
    assert not inbound_status(installation.app).is_alarming


def test_bounces_that_prove_nothing_are_counted(installation: Installation) -> None:
    app = installation.app
    app.arrivals.store(b"x", sender="", recipients=["b@example.org"], channel="lmtp", now=NOON)
    forged = Settlement(state=ArrivalState.HANDLED, kind="bounce", why="a report", result="nothing")
    with app.engine.begin() as db:
        app.arrivals.settle(db, {1: forged}, now=NOON)

    assert inbound_status(app).unproven == 1


def test_old_refusals_are_not_counted(installation: Installation) -> None:
    refuse(installation, ALARM, hours_ago=25)

    assert inbound_status(installation.app).refused == 0
