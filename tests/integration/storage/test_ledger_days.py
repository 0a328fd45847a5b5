"""A day's account: what dead senders left, what is too old, what must add up before it closes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, BOOT, ONE, Clerk

from digest.errors import LedgerError
from digest.models.delivery import UNSETTLED, WAITING, DeliveryState

if TYPE_CHECKING:
    import sqlalchemy as sa

NEXT_DAY, LAST_WEEK = DAY + timedelta(days=1), DAY - timedelta(days=7)
LATER = NOON + timedelta(hours=1)
ANOTHER_BOOT = "another start of the machine"
CLOSED = [state for state in DeliveryState if state not in UNSETTLED]
#: Whom somebody's word can have planned again.
AGAIN = [
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.SKIPPED,
    DeliveryState.UNKNOWN,
    DeliveryState.EXPIRED,
]


@pytest.fixture
def clerk(engine: sa.Engine) -> Clerk:
    return Clerk(engine)


# -- what dead senders left ---------------------------------------------------------------------


def test_after_a_kill_what_was_claimed_is_planned_and_what_was_inflight_is_unknown(
    clerk: Clerk,
) -> None:
    clerk.ended(DeliveryState.CLAIMED)
    clerk.ended(DeliveryState.INFLIGHT, reader=BO)

    found = clerk.ledger.recover(boot=BOOT, resend=False, now=LATER)

    assert found == {DeliveryState.PLANNED: 1, DeliveryState.UNKNOWN: 1}
    assert (clerk.state(ADA), clerk.state(BO)) == (DeliveryState.PLANNED, DeliveryState.UNKNOWN)
    assert "may or may not have arrived" in str(clerk.entry(BO).reason)
    assert clerk.entry(BO).settled_at == LATER


@pytest.mark.parametrize("boot", [ANOTHER_BOOT, ""], ids=["another", "not told"])
def test_after_a_power_cut_what_was_claimed_may_have_left_too(clerk: Clerk, boot: str) -> None:
    clerk.ended(DeliveryState.CLAIMED)
    clerk.ended(DeliveryState.INFLIGHT, reader=BO)

    found = clerk.ledger.recover(boot=boot, resend=False, now=LATER)

    assert found == {DeliveryState.UNKNOWN: 2}
    assert clerk.sum() == {"unknown": 2}


def test_a_machine_that_does_not_tell_its_starts_apart_is_never_believed(clerk: Clerk) -> None:
    clerk.claim(fencing_token=clerk.enlist(boot=""))

    clerk.ledger.recover(boot="", resend=False, now=LATER)

    assert clerk.state() is DeliveryState.UNKNOWN


def test_what_is_in_doubt_is_planned_again_where_the_operator_wants_it_sent_again(
    clerk: Clerk,
) -> None:
    clerk.ended(DeliveryState.INFLIGHT)

    found = clerk.ledger.recover(boot=ANOTHER_BOOT, resend=True, now=LATER)

    assert found == {DeliveryState.PLANNED: 1}
    assert (clerk.state(), clerk.entry().settled_at) == (DeliveryState.PLANNED, None)


@pytest.mark.parametrize("state", [*WAITING, *CLOSED])
def test_what_nobody_has_in_hand_stays_as_it_is_when_a_sender_died(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state)

    found = clerk.ledger.recover(boot=ANOTHER_BOOT, resend=True, now=LATER)

    assert found == {}
    assert clerk.state() is state


def test_a_sender_dies_once(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.INFLIGHT)

    first, again = (clerk.ledger.recover(boot=BOOT, resend=False, now=LATER) for _ in range(2))

    assert (first, again) == ({DeliveryState.UNKNOWN: 1}, {})


def test_only_the_mails_of_the_sender_that_ended_are_taken_back(clerk: Clerk) -> None:
    one, other = clerk.enlist(), clerk.enlist()
    clerk.claim(fencing_token=one)
    clerk.claim(reader=BO, fencing_token=other)

    found = clerk.ledger.deregister(one, now=LATER)

    assert found == {DeliveryState.PLANNED: 1}
    assert (clerk.state(ADA), clerk.state(BO)) == (DeliveryState.PLANNED, DeliveryState.CLAIMED)


def test_the_dead_of_several_days_are_recovered_together(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.INFLIGHT)
    clerk.ended(DeliveryState.CLAIMED, day=NEXT_DAY)

    found = clerk.ledger.recover(boot=BOOT, resend=False, now=LATER)

    assert found == {DeliveryState.UNKNOWN: 1, DeliveryState.PLANNED: 1}
    assert clerk.state(day=NEXT_DAY) is DeliveryState.PLANNED


# -- what is too old ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_what_still_waits_of_a_stale_day_is_given_up_and_nothing_else(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state, day=LAST_WEEK)

    late = clerk.ledger.expire(before=DAY, apart_from=(), now=LATER)

    assert late == (state in WAITING)
    assert clerk.state(day=LAST_WEEK) is (DeliveryState.EXPIRED if state in WAITING else state)


def test_what_was_given_up_says_why_and_since_when(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.DEFERRED, day=LAST_WEEK)

    clerk.ledger.expire(before=DAY, apart_from=(), now=LATER)

    entry = clerk.entry(day=LAST_WEEK)
    assert (entry.settled_at, entry.next_at) == (LATER, None)
    assert "too old" in str(entry.reason)


def test_the_oldest_day_that_may_be_mailed_and_one_that_was_named_are_left_alone(
    clerk: Clerk,
) -> None:
    for day in (LAST_WEEK, DAY - timedelta(days=1), DAY):
        clerk.stands(DeliveryState.PLANNED, day=day)

    clerk.ledger.expire(before=DAY, apart_from={LAST_WEEK}, now=LATER)

    assert clerk.state(day=LAST_WEEK) is DeliveryState.PLANNED
    assert clerk.state(day=DAY - timedelta(days=1)) is DeliveryState.EXPIRED
    assert clerk.state() is DeliveryState.PLANNED


# -- what is held back --------------------------------------------------------------------------


def test_what_is_beyond_the_first_is_skipped_with_the_reason(clerk: Clerk) -> None:
    clerk.add("cy")
    clerk.ledger.plan(DAY, now=NOON)

    held = clerk.ledger.hold_back(DAY, beyond=1, reason="warming up", now=LATER)

    assert held == 2
    assert clerk.sum() == {"planned": 1, "skipped": 2}
    assert clerk.state(ADA) is DeliveryState.PLANNED
    assert clerk.entry(BO).reason == "warming up"


@pytest.mark.parametrize("beyond", [0, -3])
def test_where_nothing_more_may_leave_all_are_held_back(clerk: Clerk, beyond: int) -> None:
    clerk.ledger.plan(DAY, now=NOON)

    assert clerk.ledger.hold_back(DAY, beyond=beyond, reason="warming up", now=LATER) == 2


def test_only_what_is_planned_is_held_back(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.DEFERRED)
    clerk.stands(DeliveryState.PLANNED, day=NEXT_DAY)

    held = clerk.ledger.hold_back(DAY, beyond=0, reason="warming up", now=LATER)

    assert held == 0
    assert (clerk.state(), clerk.state(day=NEXT_DAY)) == (
        DeliveryState.DEFERRED,
        DeliveryState.PLANNED,
    )


# -- on somebody's word -------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_mail_is_planned_again_that_ended_but_was_not_taken(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state)

    again = clerk.ledger.plan_again(DAY, [state])

    assert again == (state in AGAIN)
    assert clerk.state() is (DeliveryState.PLANNED if state in AGAIN else state)


@pytest.mark.parametrize("state", AGAIN)
def test_what_is_planned_again_waits_for_nothing_and_has_no_end(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state)

    clerk.ledger.plan_again(DAY, [state])

    entry = clerk.entry()
    assert (entry.next_at, entry.settled_at, entry.reason) == (None, None, None)
    assert len(clerk.look(only=ADA)) == 1


def test_only_the_day_the_state_and_the_reader_that_were_named_are_planned_again(
    clerk: Clerk,
) -> None:
    clerk.ended(DeliveryState.FAILED)
    clerk.ended(DeliveryState.FAILED, reader=BO)
    clerk.ended(DeliveryState.FAILED, day=NEXT_DAY)

    assert clerk.ledger.plan_again(DAY, [DeliveryState.UNKNOWN]) == 0
    assert clerk.ledger.plan_again(DAY, [DeliveryState.FAILED], only=BO) == 1
    assert clerk.sum() == {"planned": 1, "failed": 1}
    assert clerk.state(day=NEXT_DAY) is DeliveryState.FAILED


def test_a_closed_day_is_open_again_once_something_of_it_is_planned_again(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.FAILED)
    clerk.ledger.close(DAY, now=NOON)

    nothing = clerk.ledger.plan_again(DAY, [DeliveryState.UNKNOWN])
    still_closed = clerk.is_closed()
    clerk.ledger.plan_again(DAY, [DeliveryState.FAILED])

    assert (nothing, still_closed) == (0, True)
    assert not clerk.is_closed()
    assert clerk.account.days_waiting(now=NOON) == [DAY]


# -- the sum ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_day_closes_once_nothing_of_it_is_open(clerk: Clerk, state: DeliveryState) -> None:
    clerk.stands(state)

    closed = clerk.ledger.close(DAY, now=LATER)

    assert closed is (state not in UNSETTLED)
    assert clerk.is_closed() is closed
    assert clerk.ledger.open_days() == ([] if closed else [DAY])


def test_a_day_closes_at_its_first_closing(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT)

    for hours in (1, 2):
        clerk.ledger.close(DAY, now=NOON + timedelta(hours=hours))

    assert clerk.account.day_totals(DAY).closed_at == LATER


def test_a_day_that_never_was_does_not_close(clerk: Clerk) -> None:
    assert clerk.ledger.close(DAY, now=LATER) is False
    assert clerk.account.day_totals(DAY).adds_up


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM deliveries WHERE subscriber_id = 101",
        "UPDATE deliveries SET day = '2026-01-31' WHERE subscriber_id = 101",
        "UPDATE days SET planned = 3",
    ],
)
def test_a_day_that_does_not_add_up_is_named_and_not_closed(clerk: Clerk, statement: str) -> None:
    clerk.ended(DeliveryState.SENT)
    clerk.ended(DeliveryState.SENT, reader=BO)
    clerk.execute(statement)

    with pytest.raises(LedgerError, match="ledger of 2026-02-02 does not add up"):
        clerk.ledger.close(DAY, now=LATER)

    assert not clerk.is_closed()
    assert not clerk.account.day_totals(DAY).adds_up


def test_the_account_is_even_after_a_reader_was_forgotten(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, ONE)
    clerk.ended(DeliveryState.SENT, ONE, reader=BO)
    clerk.ended(DeliveryState.FAILED, day=NEXT_DAY)

    clerk.ledger.forget(ADA)

    assert (clerk.sum(), clerk.sum(NEXT_DAY)) == ({"sent": 1}, {})
    assert clerk.ledger.close(DAY, now=LATER)
    assert clerk.shown(BO) == ["1"]


def test_who_has_no_mail_can_be_forgotten_too(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, reader=BO)

    clerk.ledger.forget(ADA)

    assert clerk.sum() == {"sent": 1}
