"""The rows of a day: who is planned, which rows are due, and how they are settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, LedgerSteps

from digest.models.delivery import FIRST_RETRY, LONGEST_RETRY, TRANSITIONS, DeliveryState
from subscribers.models import Event

LATER = NOON + timedelta(hours=1)
WAITING_OR_NEW = (DeliveryState.PLANNED, DeliveryState.DEFERRED)


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


# -- plan -------------------------------------------------------------------------------------


def test_every_confirmed_subscriber_is_planned_once(steps: LedgerSteps) -> None:
    first, again = (steps.ledger.plan(DAY, now=NOON) for _ in range(2))

    assert (first, again) == (2, 0)
    assert steps.totals() == {"planned": 2}
    assert steps.history.day_totals(DAY).planned == 2


def test_a_second_plan_adds_new_subscribers(steps: LedgerSteps) -> None:
    steps.ledger.plan(DAY, now=NOON)
    steps.add("cy")

    assert steps.history.not_planned(DAY) == 1
    assert steps.ledger.plan(DAY, now=NOON) == 1
    assert steps.history.not_planned(DAY) == 0
    assert steps.history.day_totals(DAY).planned == 3


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.BOUNCE, Event.COMPLAINT])
def test_subscribers_who_do_not_want_mail_are_not_planned(steps: LedgerSteps, event: Event) -> None:
    steps.record_event(ADA, event)

    steps.ledger.plan(DAY, now=NOON)

    assert [entry.subscriber_id for entry in steps.history.records(day=DAY)] == [BO]


def test_one_subscriber_can_be_planned_alone(steps: LedgerSteps) -> None:
    assert steps.ledger.plan(DAY, now=NOON, only=BO) == 1

    assert steps.history.not_planned(DAY) == 1


def test_only_skipped_rows_are_planned_again(steps: LedgerSteps) -> None:
    steps.bring_to(DeliveryState.SKIPPED)
    steps.finish(DeliveryState.SENT, subscriber=BO)

    assert steps.ledger.plan(DAY, now=LATER) == 1

    ada = steps.record()
    assert (ada.state, ada.reason, ada.settled_at) == (DeliveryState.PLANNED, None, None)
    assert steps.totals() == {"planned": 1, "sent": 1}


def test_a_plan_that_is_interrupted_has_planned_nobody(steps: LedgerSteps) -> None:
    steps.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON days BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )

    with pytest.raises(sa.exc.IntegrityError, match="broken"):
        steps.ledger.plan(DAY, now=NOON)

    assert steps.history.records(day=DAY) == []


# -- fetch_due ------------------------------------------------------------------------------


def test_due_rows_come_in_the_order_of_subscribers_after_one_of_them(steps: LedgerSteps) -> None:
    steps.add("cy")
    steps.ledger.plan(DAY, now=NOON)

    assert [row.subscriber_id for row in steps.fetch_due(limit=2)] == [100, 101]
    assert [row.subscriber_id for row in steps.fetch_due(after=101)] == [102]
    assert steps.fetch_due(after=102) == []


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_the_shares_of_several_workers_are_all_rows_once(steps: LedgerSteps, workers: int) -> None:
    for number in range(9):
        steps.add(f"r{number}")
    steps.ledger.plan(DAY, now=NOON)

    shares = [steps.fetch_due(share=(number, workers)) for number in range(workers)]

    found = [row.subscriber_id for share in shares for row in share]
    assert sorted(found) == list(range(100, 111))


def test_a_deferred_mail_is_not_due_before_its_time(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.DEFERRED)
    due = steps.record().next_at

    assert due is not None
    assert steps.fetch_due(now=due - timedelta(seconds=1), only=ADA) == []
    assert len(steps.fetch_due(now=due, only=ADA)) == 1
    assert steps.history.waiting(DAY, now=due - timedelta(seconds=1)) == 0
    assert steps.history.waiting(DAY, now=due) == 1


def test_a_mail_that_is_deferred_again_waits_longer_up_to_a_limit(
    steps: LedgerSteps,
) -> None:
    now, waits = NOON, []
    for _ in range(8):
        steps.settle(steps.claim(now=now), DeliveryState.DEFERRED, now=now)
        due = steps.record().next_at
        assert due is not None
        waits.append(due - now)
        now = due

    assert 0.75 * FIRST_RETRY <= waits[0] <= 1.25 * FIRST_RETRY
    assert waits[2] > waits[1] > waits[0]
    assert 0.75 * LONGEST_RETRY <= waits[-1] <= 1.25 * LONGEST_RETRY


# -- the steps --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [DeliveryState.SKIPPED, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.EXPIRED],
)
@pytest.mark.parametrize("before", DeliveryState)
def test_a_row_without_a_mail_is_settled_only_while_it_waits(
    steps: LedgerSteps, before: DeliveryState, after: DeliveryState
) -> None:
    row = steps.bring_to(before)
    may = before in WAITING_OR_NEW and after in TRANSITIONS[before]

    done = steps.ledger.settle([row.delivery_id], after, reason="no mail", now=LATER)

    assert done == int(may)
    assert steps.state() == (after if may else before)


def test_no_fencing_token_is_used_twice(steps: LedgerSteps) -> None:
    first = steps.register()
    steps.execute("DELETE FROM workers")

    assert steps.register() > first
