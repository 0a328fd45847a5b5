"""One row per day and reader, and every step on a condition: planned, claimed, handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON, issue, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TWO, Clerk

from digest.errors import LedgerError
from digest.models.delivery import FIRST_RETRY, LONGEST_RETRY, TRANSITIONS, DeliveryState, Outcome
from subscribers.models import Event

NEXT_DAY = DAY + timedelta(days=1)
LATER = NOON + timedelta(hours=1)
WAITING_OR_NEW = (DeliveryState.PLANNED, DeliveryState.DEFERRED)


@pytest.fixture
def clerk(engine: sa.Engine) -> Clerk:
    return Clerk(engine)


# -- plan -------------------------------------------------------------------------------------


def test_every_confirmed_reader_is_planned_once(clerk: Clerk) -> None:
    first, again = (clerk.ledger.plan(DAY, now=NOON) for _ in range(2))

    assert (first, again) == (2, 0)
    assert clerk.sum() == {"planned": 2}
    assert clerk.account.day_totals(DAY).planned == 2


def test_a_plan_takes_in_who_came_since(clerk: Clerk) -> None:
    clerk.ledger.plan(DAY, now=NOON)
    clerk.add("cy")

    assert clerk.account.not_planned(DAY) == 1
    assert clerk.ledger.plan(DAY, now=NOON) == 1
    assert clerk.account.not_planned(DAY) == 0
    assert clerk.account.day_totals(DAY).planned == 3


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.BOUNCE, Event.COMPLAINT])
def test_nobody_is_planned_who_does_not_want_mail(clerk: Clerk, event: Event) -> None:
    clerk.did(ADA, event)

    clerk.ledger.plan(DAY, now=NOON)

    assert [entry.subscriber_id for entry in clerk.account.records(day=DAY)] == [BO]


def test_one_reader_can_be_planned_alone(clerk: Clerk) -> None:
    assert clerk.ledger.plan(DAY, now=NOON, only=BO) == 1

    assert clerk.account.not_planned(DAY) == 1


def test_who_was_skipped_is_planned_again_and_nobody_else(clerk: Clerk) -> None:
    clerk.stands(DeliveryState.SKIPPED)
    clerk.ended(DeliveryState.SENT, reader=BO)

    assert clerk.ledger.plan(DAY, now=LATER) == 1

    ada = clerk.entry()
    assert (ada.state, ada.reason, ada.settled_at) == (DeliveryState.PLANNED, None, None)
    assert clerk.sum() == {"planned": 1, "sent": 1}


def test_a_plan_that_breaks_off_has_planned_nobody(clerk: Clerk) -> None:
    clerk.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON days BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )

    with pytest.raises(sa.exc.IntegrityError, match="broken"):
        clerk.ledger.plan(DAY, now=NOON)

    assert clerk.account.records(day=DAY) == []


# -- look -------------------------------------------------------------------------------------


def test_rows_are_looked_at_in_the_order_of_readers_after_one_of_them(clerk: Clerk) -> None:
    clerk.add("cy")
    clerk.ledger.plan(DAY, now=NOON)

    assert [row.subscriber_id for row in clerk.look(most=2)] == [100, 101]
    assert [row.subscriber_id for row in clerk.look(after=101)] == [102]
    assert clerk.look(after=102) == []


@pytest.mark.parametrize("senders", [1, 2, 3, 7])
def test_the_shares_of_several_senders_are_all_rows_once(clerk: Clerk, senders: int) -> None:
    for number in range(9):
        clerk.add(f"r{number}")
    clerk.ledger.plan(DAY, now=NOON)

    shares = [clerk.look(share=(number, senders)) for number in range(senders)]

    found = [row.subscriber_id for share in shares for row in share]
    assert sorted(found) == list(range(100, 111))


def test_a_deferred_mail_is_not_looked_at_before_its_time(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.DEFERRED)
    due = clerk.entry().next_at

    assert due is not None
    assert clerk.look(now=due - timedelta(seconds=1), only=ADA) == []
    assert len(clerk.look(now=due, only=ADA)) == 1
    assert clerk.account.waiting(DAY, now=due - timedelta(seconds=1)) == 0
    assert clerk.account.waiting(DAY, now=due) == 1


def test_a_mail_deferred_again_and_again_waits_longer_each_time_and_not_for_ever(
    clerk: Clerk,
) -> None:
    now, waits = NOON, []
    for _ in range(8):
        clerk.settle(clerk.claim(now=now), DeliveryState.DEFERRED, now=now)
        due = clerk.entry().next_at
        assert due is not None
        waits.append((due - now).total_seconds())
        now = due

    assert 0.75 * FIRST_RETRY <= waits[0] <= 1.25 * FIRST_RETRY
    assert waits[2] > waits[1] > waits[0]
    assert 0.75 * LONGEST_RETRY <= waits[-1] <= 1.25 * LONGEST_RETRY


# -- claim ------------------------------------------------------------------------------------


def test_a_mail_is_claimed_once(clerk: Clerk) -> None:
    filing = clerk.filing(clerk.waiting())

    first, second = (clerk.take_up([filing], fencing_token=clerk.enlist()) for _ in range(2))

    assert (first, second) == ({filing.row.delivery_id}, set())
    assert clerk.entry().attempts == 1


@pytest.mark.parametrize("state", [state for state in DeliveryState if state not in WAITING_OR_NEW])
def test_only_what_waits_can_be_claimed(clerk: Clerk, state: DeliveryState) -> None:
    row = clerk.stands(state)

    ours = clerk.take_up([clerk.filing(row)], fencing_token=clerk.enlist())

    assert ours == set()
    assert clerk.state() == state


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.BOUNCE, Event.COMPLAINT])
@pytest.mark.parametrize("state", WAITING_OR_NEW)
def test_whoever_stops_between_the_look_and_the_claim_is_not_claimed(
    clerk: Clerk, event: Event, state: DeliveryState
) -> None:
    clerk.stands(state)
    rows = [clerk.waiting(reader, now=NOON + timedelta(days=9)) for reader in (ADA, BO)]
    clerk.did(ADA, event)

    ours = clerk.take_up([clerk.filing(row) for row in rows])

    assert ours == {rows[1].delivery_id}
    assert (clerk.state(ADA), clerk.state(BO)) == (state, DeliveryState.CLAIMED)


def test_whoever_is_erased_between_the_look_and_the_claim_is_not_claimed(clerk: Clerk) -> None:
    rows = [clerk.waiting(reader) for reader in (ADA, BO)]
    clerk.ledger.forget(ADA)

    ours = clerk.take_up([clerk.filing(row) for row in rows])

    assert ours == {rows[1].delivery_id}
    assert clerk.sum() == {"claimed": 1}


def test_what_was_not_claimed_is_not_filed(clerk: Clerk) -> None:
    row = clerk.ended(DeliveryState.SENT, ONE)

    clerk.take_up([clerk.filing(row, issue(pick(TWO)))], fencing_token=clerk.enlist())

    assert clerk.shown() == ["1"]


def test_another_attempt_with_other_papers_holds_those_alone(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.DEFERRED, ONE, TWO)

    clerk.claim(THREE, now=NOON + timedelta(days=1))

    assert clerk.shown() == ["3"]


def test_an_empty_batch_is_claimed_without_a_word(clerk: Clerk) -> None:
    assert clerk.take_up([]) == set()


# -- the steps --------------------------------------------------------------------------------


@pytest.mark.parametrize("before", DeliveryState)
@pytest.mark.parametrize(
    "after",
    [DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNKNOWN],
)
def test_only_what_is_in_hand_can_end(
    clerk: Clerk, before: DeliveryState, after: DeliveryState
) -> None:
    row = clerk.stands(before)
    in_hand = before in (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)

    if in_hand:
        clerk.settle(row, after)
    else:
        with pytest.raises(LedgerError, match="taken by another sender"):
            clerk.settle(row, after)

    assert clerk.state() == (after if in_hand else before)


@pytest.mark.parametrize(
    "before", [state for state in DeliveryState if state is not DeliveryState.CLAIMED]
)
def test_only_what_is_claimed_can_leave(clerk: Clerk, before: DeliveryState) -> None:
    row = clerk.stands(before)

    with pytest.raises(LedgerError, match="taken by another sender"):
        clerk.leave(row)

    assert clerk.state() == before


@pytest.mark.parametrize(
    "after",
    [DeliveryState.SKIPPED, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.EXPIRED],
)
@pytest.mark.parametrize("before", DeliveryState)
def test_a_row_without_a_mail_ends_only_while_it_waits(
    clerk: Clerk, before: DeliveryState, after: DeliveryState
) -> None:
    row = clerk.stands(before)
    may = before in WAITING_OR_NEW and after in TRANSITIONS[before]

    done = clerk.ledger.settle([row.delivery_id], after, reason="no mail", now=LATER)

    assert done == int(may)
    assert clerk.state() == (after if may else before)


def test_of_several_marks_all_are_made_or_none(clerk: Clerk) -> None:
    ada, bo = clerk.claim(), clerk.claim(reader=BO)
    clerk.leave(ada)
    clerk.settle(bo, DeliveryState.FAILED)

    with (
        clerk.ledger.claims(DAY, clerk.sender()) as marks,
        pytest.raises(LedgerError, match="this one stops"),
    ):
        marks.record([(ada, Outcome(state=DeliveryState.SENT))], [bo], now=NOON)

    assert (clerk.state(ADA), clerk.state(BO)) == (DeliveryState.INFLIGHT, DeliveryState.FAILED)


def test_how_a_mail_ended_is_kept_in_the_server_s_words(clerk: Clerk) -> None:
    row = clerk.claim()
    answer = Outcome(
        state=DeliveryState.FAILED, reason="550 5.1.1 no such user", code=550, status="5.1.1"
    )

    with clerk.ledger.claims(DAY, clerk.sender()) as marks:
        marks.record([(row, answer)], [], now=LATER)

    entry = clerk.entry()
    assert (entry.reason, entry.code, entry.status) == ("550 5.1.1 no such user", 550, "5.1.1")
    assert (entry.settled_at, entry.next_at) == (LATER, None)


# -- fences -----------------------------------------------------------------------------------


def test_a_sender_cannot_settle_what_another_has_claimed(clerk: Clerk) -> None:
    row = clerk.claim(fencing_token=clerk.enlist())

    with pytest.raises(LedgerError, match="taken by another sender"):
        clerk.settle(row, DeliveryState.SENT, fencing_token=clerk.enlist())

    assert clerk.state() is DeliveryState.CLAIMED


def test_a_sender_that_was_taken_for_dead_can_neither_settle_nor_claim(clerk: Clerk) -> None:
    old = clerk.enlist()
    ada, bo = clerk.claim(fencing_token=old), clerk.waiting(BO)
    clerk.leave(ada, fencing_token=old)
    clerk.ledger.recover(boot="", resend=False, now=LATER)

    with pytest.raises(LedgerError, match="taken by another sender"):
        clerk.settle(ada, DeliveryState.SENT, fencing_token=old)
    with pytest.raises(LedgerError, match="taken for dead"):
        clerk.take_up([clerk.filing(bo)], fencing_token=old)

    assert (clerk.state(ADA), clerk.state(BO)) == (DeliveryState.UNKNOWN, DeliveryState.PLANNED)


def test_a_sender_that_was_taken_for_dead_cannot_let_go_what_its_heir_has_claimed(
    clerk: Clerk,
) -> None:
    old = clerk.enlist()
    row = clerk.claim(fencing_token=old)
    clerk.ledger.deregister(old, now=LATER)
    heir = clerk.enlist()
    clerk.claim(fencing_token=heir)

    with pytest.raises(LedgerError, match="taken by another sender"):
        clerk.leave(row, fencing_token=old)

    clerk.leave(row, fencing_token=heir)
    assert clerk.state() is DeliveryState.INFLIGHT


def test_no_fence_is_given_twice(clerk: Clerk) -> None:
    first = clerk.enlist()
    clerk.execute("DELETE FROM workers")

    assert clerk.enlist() > first


# -- readers who are erased while their mail is in hand ----------------------------------------


def test_erasing_a_reader_whose_mail_is_in_hand_stops_no_sender(clerk: Clerk) -> None:
    ada, bo = clerk.claim(), clerk.claim(reader=BO)
    clerk.leave(ada)
    clerk.ledger.forget(ADA)

    with clerk.ledger.claims(DAY, clerk.sender()) as marks:
        marks.record([(ada, Outcome(state=DeliveryState.SENT))], [bo], now=NOON)

    assert clerk.sum() == {"inflight": 1}


def test_an_erased_reader_does_not_hide_that_another_s_mail_was_taken(clerk: Clerk) -> None:
    ada, bo = clerk.claim(), clerk.claim(reader=BO)
    clerk.ledger.forget(ADA)
    clerk.settle(bo, DeliveryState.SENT)

    with (
        clerk.ledger.claims(DAY, clerk.sender()) as marks,
        pytest.raises(LedgerError, match="taken by another"),
    ):
        marks.record([], [ada, bo], now=NOON)
