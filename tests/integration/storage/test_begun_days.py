"""Days that a run began and has not planned: who they are for, and until when they stay open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, evidence
from support.ledger_steps import ADA, BO, LedgerSteps

from digest.storage.begun_days import BegunDays
from subscribers.models import Event

if TYPE_CHECKING:
    import sqlalchemy as sa

NEXT_DAY = DAY + timedelta(days=1)
EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


@pytest.fixture
def begun(engine: sa.Engine) -> BegunDays:
    return BegunDays(engine)


def planned(steps: LedgerSteps) -> set[int]:
    return {record.subscriber_id for record in steps.history.records(day=DAY)}


def test_a_day_waits_to_be_planned_from_its_beginning_on(begun: BegunDays) -> None:
    begun.begin(DAY, now=NOON)

    assert begun.to_plan(until=DAY) == {DAY: NOON}
    assert begun.is_known(DAY)
    assert not begun.is_known(NEXT_DAY)


def test_a_day_after_the_last_that_is_asked_for_is_left_out(begun: BegunDays) -> None:
    begun.begin(DAY, now=NOON)
    begun.begin(NEXT_DAY, now=NOON)

    assert list(begun.to_plan(until=DAY)) == [DAY]
    assert list(begun.to_plan(until=NEXT_DAY)) == [DAY, NEXT_DAY]


def test_planning_a_day_ends_its_wait(begun: BegunDays, steps: LedgerSteps) -> None:
    begun.begin(DAY, now=NOON)

    steps.ledger.plan(DAY, now=LATER)

    assert begun.to_plan(until=DAY) == {}


def test_planning_one_reader_does_not_end_it(begun: BegunDays, steps: LedgerSteps) -> None:
    begun.begin(DAY, now=NOON)

    steps.ledger.plan(DAY, now=LATER, only=ADA)

    assert list(begun.to_plan(until=DAY)) == [DAY]


def test_a_run_that_began_meanwhile_still_waits(begun: BegunDays, steps: LedgerSteps) -> None:
    begun.begin(DAY, now=NOON)
    (first,) = begun.to_plan(until=DAY).values()
    begun.begin(DAY, now=LATER)

    steps.ledger.plan(DAY, now=LATER, confirmed_by=first)

    assert begun.to_plan(until=DAY) == {DAY: LATER}


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_day_is_not_closed_before_it_is_planned(
    begun: BegunDays,
    steps: LedgerSteps,
    is_planned: bool,  # noqa: FBT001
) -> None:
    for subscriber in (ADA, BO):
        steps.record_event(subscriber, Event.LEAVE)
    begun.begin(DAY, now=NOON)
    if is_planned:
        steps.ledger.plan(DAY, now=LATER)

    assert steps.ledger.close(DAY, now=LATER) is is_planned
    assert steps.ledger.open_days() == [DAY] * (not is_planned)


def test_a_closed_day_is_open_again_when_another_run_of_it_begins(
    begun: BegunDays, steps: LedgerSteps
) -> None:
    for subscriber in (ADA, BO):
        steps.record_event(subscriber, Event.LEAVE)
    steps.ledger.plan(DAY, now=NOON)
    steps.ledger.close(DAY, now=NOON)

    begun.begin(DAY, now=LATER)

    assert steps.ledger.open_days() == [DAY]


@pytest.mark.parametrize("named", [False, True])
def test_only_a_day_that_somebody_named_may_be_late(
    begun: BegunDays,
    steps: LedgerSteps,
    named: bool,  # noqa: FBT001
) -> None:
    begun.begin(DAY, now=NOON, named=named)

    assert steps.ledger.allowed_late_since(NOON) == ({DAY} if named else set())


# -- whom a day is planned for when it is planned late --------------------------------------------


@pytest.mark.parametrize(
    ("events", "is_planned"),
    [
        pytest.param([(EARLIER, Event.SIGN_UP), (EARLIER, Event.CONFIRM)], True, id="before"),
        pytest.param([(EARLIER, Event.SIGN_UP), (LATER, Event.CONFIRM)], False, id="since"),
        pytest.param([(LATER, Event.SIGN_UP), (LATER, Event.CONFIRM)], False, id="all since"),
        pytest.param(
            [(EARLIER, Event.CONFIRM), (EARLIER, Event.PAUSE), (LATER, Event.RESUME)],
            False,
            id="paused then",
        ),
        pytest.param([(EARLIER, Event.CONFIRM), (LATER, Event.PAUSE)], False, id="paused now"),
        pytest.param([(EARLIER, Event.CONFIRM), (LATER, Event.CONFIRM)], True, id="both times"),
        pytest.param([(EARLIER, Event.CONFIRM), (LATER, Event.LEAVE)], False, id="left since"),
    ],
)
def test_a_day_that_is_planned_late_is_for_those_who_were_confirmed_then(
    steps: LedgerSteps,
    events: list[tuple[object, Event]],
    is_planned: bool,  # noqa: FBT001
) -> None:
    started = evidence(at=events[0][0])
    steps.book.add("cy@example.org", ["agents"], confirmed=False, evidence=started)
    cy = steps.book.find("cy@example.org")
    assert cy is not None
    for at, event in events:
        if event is not Event.SIGN_UP:
            steps.book.record(cy.id, event, evidence=evidence(at=at))

    steps.ledger.plan(DAY, now=LATER, confirmed_by=NOON)

    assert (cy.id in planned(steps)) is is_planned
