"""Sums over all mails there ever were: pruned or erased, they never fall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import FOUR, Installation, address, failing

from digest.models.delivery import DeliveryState, Outcome
from digest.storage.delivery_sums import DeliverySums, WaitingMails

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

DEFERRED = Outcome(state=DeliveryState.DEFERRED, reason="later")
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """Four readers of agents, and papers about them on two days."""
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    installation.add_agents_papers("2602.00002", day=NEXT_DAY)
    for name in FOUR:
        installation.subscribe(name)
    return installation


def sums(installation: Installation) -> tuple[int, int]:
    """How many were planned and sent, as a process sees it that looks for the first time."""
    fresh = DeliverySums(installation.app.engine)
    return fresh.planned(), fresh.sent()


def forget(installation: Installation, name: str) -> None:
    reader = installation.book.find(address(name))
    assert reader is not None
    installation.app.ledger.forget(reader.id)


def test_at_first_there_is_nothing(engine: sa.Engine) -> None:
    found = DeliverySums(engine)

    assert (found.planned(), found.sent()) == (0, 0)
    assert found.waiting(now=NOON) == WaitingMails(number=0, due=0, oldest=None)


def test_neither_pruning_nor_erasing_makes_a_sum_fall(installation: Installation) -> None:
    watching = installation.app.delivery_sums
    seen = []

    def look() -> None:
        assert (watching.planned(), watching.sent()) == sums(installation)
        seen.append(sums(installation))

    installation.send(failing(DEFERRED, "ada"))
    look()
    installation.wait(days=1)
    installation.retry()
    look()
    installation.send(day=NEXT_DAY)
    look()
    forget(installation, "bo")
    look()
    limits = {"before": NEXT_DAY + timedelta(days=900), "closed_before": NOON + timedelta(days=900)}
    while installation.app.pruning.prune(DAY, limit=10, now=NOON, **limits):
        look()
    forget(installation, "cy")
    look()

    assert seen == sorted(seen)
    assert seen[0] == (4, 3)
    assert seen[-1] == (8, 8)


def test_waiting_mails_are_counted_with_the_age_of_the_first(installation: Installation) -> None:
    installation.send(failing(DEFERRED, "ada", "bo"))
    soon, later = NOON + timedelta(seconds=1), NOON + timedelta(hours=2)

    found = installation.app.delivery_sums

    assert found.waiting(now=soon) == WaitingMails(number=2, due=0, oldest=NOON)
    assert found.waiting(now=later) == WaitingMails(number=2, due=2, oldest=NOON)


def test_a_closed_day_is_counted_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.send()
    watching = installation.app.delivery_sums
    first = watching.sent()

    def no_more(*_: object) -> None:
        raise AssertionError("it was counted again")

    monkeypatch.setattr("digest.storage.delivery_sums.states_of", no_more)

    assert (first, watching.sent()) == (4, 4)
