"""A day of deliveries: what dead workers left, what is too old, and when the day closes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, BOOT, ONE, LedgerSteps

from digest.errors import LedgerError
from digest.models.delivery import UNSETTLED, WAITING, DeliveryState

if TYPE_CHECKING:
    import sqlalchemy as sa

NEXT_DAY, LAST_WEEK = DAY + timedelta(days=1), DAY - timedelta(days=7)
LATER = NOON + timedelta(hours=1)
ANOTHER_BOOT = "another start of the machine"
CLOSED = [state for state in DeliveryState if state not in UNSETTLED]
#: The states from which a mail can be planned again.
AGAIN = [
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.SKIPPED,
    DeliveryState.UNKNOWN,
    DeliveryState.EXPIRED,
]


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


# -- what dead workers left ---------------------------------------------------------------------


def test_after_a_kill_claimed_rows_are_planned_and_inflight_ones_unknown(
    steps: LedgerSteps,
) -> None:
    steps.finish(DeliveryState.CLAIMED)
    steps.finish(DeliveryState.INFLIGHT, subscriber=BO)

    found = steps.ledger.recover(boot=BOOT, resend=False, now=LATER)

    assert found == {DeliveryState.PLANNED: 1, DeliveryState.UNKNOWN: 1}
    assert (steps.state(ADA), steps.state(BO)) == (DeliveryState.PLANNED, DeliveryState.UNKNOWN)
    assert "may or may not have arrived" in str(steps.record(BO).reason)
    assert steps.record(BO).settled_at == LATER


@pytest.mark.parametrize("boot", [ANOTHER_BOOT, ""], ids=["another", "not told"])
def test_after_a_power_cut_claimed_rows_are_unknown_too(steps: LedgerSteps, boot: str) -> None:
    steps.finish(DeliveryState.CLAIMED)
    steps.finish(DeliveryState.INFLIGHT, subscriber=BO)

    found = steps.ledger.recover(boot=boot, resend=False, now=LATER)

    assert found == {DeliveryState.UNKNOWN: 2}
    assert steps.totals() == {"unknown": 2}


def test_without_a_boot_id_claimed_rows_are_unknown(
    steps: LedgerSteps,
) -> None:
    steps.claim(fencing_token=steps.register(boot=""))

    steps.ledger.recover(boot="", resend=False, now=LATER)

    assert steps.state() is DeliveryState.UNKNOWN


def test_unknown_rows_are_planned_again_where_the_operator_wants_that(
    steps: LedgerSteps,
) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    found = steps.ledger.recover(boot=ANOTHER_BOOT, resend=True, now=LATER)

    assert found == {DeliveryState.PLANNED: 1}
    assert (steps.state(), steps.record().settled_at) == (DeliveryState.PLANNED, None)


@pytest.mark.parametrize("state", [*WAITING, *CLOSED])
def test_other_rows_stay_as_they_are_when_a_worker_died(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    found = steps.ledger.recover(boot=ANOTHER_BOOT, resend=True, now=LATER)

    assert found == {}
    assert steps.state() is state


def test_a_dead_worker_is_recovered_once(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    first, again = (steps.ledger.recover(boot=BOOT, resend=False, now=LATER) for _ in range(2))

    assert (first, again) == ({DeliveryState.UNKNOWN: 1}, {})


def test_only_the_rows_of_the_worker_that_ended_are_taken_back(steps: LedgerSteps) -> None:
    one, other = steps.register(), steps.register()
    steps.claim(fencing_token=one)
    steps.claim(subscriber=BO, fencing_token=other)

    found = steps.ledger.deregister(one, now=LATER)

    assert found == {DeliveryState.PLANNED: 1}
    assert (steps.state(ADA), steps.state(BO)) == (DeliveryState.PLANNED, DeliveryState.CLAIMED)


def test_dead_workers_of_several_days_are_recovered_together(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.INFLIGHT)
    steps.finish(DeliveryState.CLAIMED, day=NEXT_DAY)

    found = steps.ledger.recover(boot=BOOT, resend=False, now=LATER)

    assert found == {DeliveryState.UNKNOWN: 1, DeliveryState.PLANNED: 1}
    assert steps.state(day=NEXT_DAY) is DeliveryState.PLANNED


# -- what is too old ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_only_the_waiting_rows_of_an_old_day_expire(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state, day=LAST_WEEK)

    late = steps.ledger.expire(before=DAY, apart_from=(), now=LATER)

    assert late == (state in WAITING)
    assert steps.state(day=LAST_WEEK) is (DeliveryState.EXPIRED if state in WAITING else state)


def test_an_expired_row_has_a_reason_and_a_time(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.DEFERRED, day=LAST_WEEK)

    steps.ledger.expire(before=DAY, apart_from=(), now=LATER)

    entry = steps.record(day=LAST_WEEK)
    assert (entry.settled_at, entry.next_at) == (LATER, None)
    assert "too old" in str(entry.reason)


def test_the_oldest_deliverable_day_and_a_named_day_do_not_expire(
    steps: LedgerSteps,
) -> None:
    for day in (LAST_WEEK, DAY - timedelta(days=1), DAY):
        steps.bring_to(DeliveryState.PLANNED, day=day)

    steps.ledger.expire(before=DAY, apart_from={LAST_WEEK}, now=LATER)

    assert steps.state(day=LAST_WEEK) is DeliveryState.PLANNED
    assert steps.state(day=DAY - timedelta(days=1)) is DeliveryState.EXPIRED
    assert steps.state() is DeliveryState.PLANNED


# -- what is held back --------------------------------------------------------------------------


def test_rows_beyond_the_allowance_are_skipped_with_the_reason(steps: LedgerSteps) -> None:
    steps.add("cy")
    steps.ledger.plan(DAY, now=NOON)

    held = steps.ledger.hold_back(DAY, beyond=1, reason="warming up", now=LATER)

    assert held == 2
    assert steps.totals() == {"planned": 1, "skipped": 2}
    assert steps.state(ADA) is DeliveryState.PLANNED
    assert steps.record(BO).reason == "warming up"


@pytest.mark.parametrize("beyond", [0, -3])
def test_without_an_allowance_all_rows_are_held_back(steps: LedgerSteps, beyond: int) -> None:
    steps.ledger.plan(DAY, now=NOON)

    assert steps.ledger.hold_back(DAY, beyond=beyond, reason="warming up", now=LATER) == 2


def test_only_planned_rows_are_held_back(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.DEFERRED)
    steps.bring_to(DeliveryState.PLANNED, day=NEXT_DAY)

    held = steps.ledger.hold_back(DAY, beyond=0, reason="warming up", now=LATER)

    assert held == 0
    assert (steps.state(), steps.state(day=NEXT_DAY)) == (
        DeliveryState.DEFERRED,
        DeliveryState.PLANNED,
    )


# -- planned again -------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_mail_that_ended_without_being_sent_is_planned_again(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    again = steps.ledger.plan_again(DAY, [state])

    assert again == (state in AGAIN)
    assert steps.state() is (DeliveryState.PLANNED if state in AGAIN else state)


@pytest.mark.parametrize("state", AGAIN)
def test_a_row_that_is_planned_again_is_due_and_not_settled(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    steps.ledger.plan_again(DAY, [state])

    entry = steps.record()
    assert (entry.next_at, entry.settled_at, entry.reason) == (None, None, None)
    assert len(steps.fetch_due(only=ADA)) == 1


def test_only_the_given_day_state_and_subscriber_are_planned_again(
    steps: LedgerSteps,
) -> None:
    steps.finish(DeliveryState.FAILED)
    steps.finish(DeliveryState.FAILED, subscriber=BO)
    steps.finish(DeliveryState.FAILED, day=NEXT_DAY)

    assert steps.ledger.plan_again(DAY, [DeliveryState.UNKNOWN]) == 0
    assert steps.ledger.plan_again(DAY, [DeliveryState.FAILED], only=BO) == 1
    assert steps.totals() == {"planned": 1, "failed": 1}
    assert steps.state(day=NEXT_DAY) is DeliveryState.FAILED


def test_a_closed_day_opens_when_a_row_of_it_is_planned_again(
    steps: LedgerSteps,
) -> None:
    steps.finish(DeliveryState.FAILED)
    steps.ledger.close(DAY, now=NOON)

    nothing = steps.ledger.plan_again(DAY, [DeliveryState.UNKNOWN])
    still_closed = steps.is_closed()
    steps.ledger.plan_again(DAY, [DeliveryState.FAILED])

    assert (nothing, still_closed) == (0, True)
    assert not steps.is_closed()
    assert steps.history.days_waiting(now=NOON) == [DAY]


# -- closing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_day_closes_when_all_its_rows_are_settled(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    closed = steps.ledger.close(DAY, now=LATER)

    assert closed is (state not in UNSETTLED)
    assert steps.is_closed() is closed
    assert steps.ledger.open_days() == ([] if closed else [DAY])


def test_closing_a_day_again_keeps_its_first_time(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT)

    for hours in (1, 2):
        steps.ledger.close(DAY, now=NOON + timedelta(hours=hours))

    assert steps.history.day_totals(DAY).closed_at == LATER


def test_a_day_that_was_never_planned_does_not_close(steps: LedgerSteps) -> None:
    assert steps.ledger.close(DAY, now=LATER) is False
    assert steps.history.day_totals(DAY).adds_up


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM deliveries WHERE subscriber_id = 101",
        "UPDATE deliveries SET day = '2026-01-31' WHERE subscriber_id = 101",
        "UPDATE days SET planned = 3",
    ],
)
def test_a_day_that_does_not_add_up_is_an_error_and_stays_open(
    steps: LedgerSteps, statement: str
) -> None:
    steps.finish(DeliveryState.SENT)
    steps.finish(DeliveryState.SENT, subscriber=BO)
    steps.execute(statement)

    with pytest.raises(LedgerError, match="ledger of 2026-02-02 does not add up"):
        steps.ledger.close(DAY, now=LATER)

    assert not steps.is_closed()
    assert not steps.history.day_totals(DAY).adds_up


def test_a_day_adds_up_after_a_subscriber_was_forgotten(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, ONE)
    steps.finish(DeliveryState.SENT, ONE, subscriber=BO)
    steps.finish(DeliveryState.FAILED, day=NEXT_DAY)

    steps.ledger.forget(ADA)

    assert (steps.totals(), steps.totals(NEXT_DAY)) == ({"sent": 1}, {})
    assert steps.ledger.close(DAY, now=LATER)
    assert steps.shown(BO) == ["1"]


def test_a_subscriber_without_a_mail_can_be_forgotten_too(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, subscriber=BO)

    steps.ledger.forget(ADA)

    assert steps.totals() == {"sent": 1}
