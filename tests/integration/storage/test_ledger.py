"""One row per day and subscriber, and the condition of every step: planned, claimed, sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON, issue, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TWO, LedgerSteps

from digest.errors import LedgerError
from digest.models.delivery import FIRST_RETRY, LONGEST_RETRY, TRANSITIONS, DeliveryState, Outcome
from subscribers.models import Event

NEXT_DAY = DAY + timedelta(days=1)
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


# -- claim ------------------------------------------------------------------------------------


def test_a_mail_is_claimed_once(steps: LedgerSteps) -> None:
    claim = steps.new_claim(steps.due())

    first, second = (steps.claim_all([claim], fencing_token=steps.register()) for _ in range(2))

    assert (first, second) == ({claim.row.delivery_id}, set())
    assert steps.record().attempts == 1


@pytest.mark.parametrize("state", [state for state in DeliveryState if state not in WAITING_OR_NEW])
def test_only_waiting_rows_can_be_claimed(steps: LedgerSteps, state: DeliveryState) -> None:
    row = steps.bring_to(state)

    ours = steps.claim_all([steps.new_claim(row)], fencing_token=steps.register())

    assert ours == set()
    assert steps.state() == state


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.BOUNCE, Event.COMPLAINT])
@pytest.mark.parametrize("state", WAITING_OR_NEW)
def test_a_subscriber_who_leaves_before_the_claim_is_not_claimed(
    steps: LedgerSteps, event: Event, state: DeliveryState
) -> None:
    steps.bring_to(state)
    rows = [steps.due(subscriber, now=NOON + timedelta(days=9)) for subscriber in (ADA, BO)]
    steps.record_event(ADA, event)

    ours = steps.claim_all([steps.new_claim(row) for row in rows])

    assert ours == {rows[1].delivery_id}
    assert (steps.state(ADA), steps.state(BO)) == (state, DeliveryState.CLAIMED)


def test_a_subscriber_who_is_erased_before_the_claim_is_not_claimed(
    steps: LedgerSteps,
) -> None:
    rows = [steps.due(subscriber) for subscriber in (ADA, BO)]
    steps.ledger.forget(ADA)

    ours = steps.claim_all([steps.new_claim(row) for row in rows])

    assert ours == {rows[1].delivery_id}
    assert steps.totals() == {"claimed": 1}


def test_a_row_that_was_not_claimed_has_no_contents(steps: LedgerSteps) -> None:
    row = steps.finish(DeliveryState.SENT, ONE)

    steps.claim_all([steps.new_claim(row, issue(pick(TWO)))], fencing_token=steps.register())

    assert steps.shown() == ["1"]


def test_another_attempt_with_other_papers_replaces_the_contents(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.DEFERRED, ONE, TWO)

    steps.claim(THREE, now=NOON + timedelta(days=1))

    assert steps.shown() == ["3"]


def test_an_empty_batch_claims_nothing(steps: LedgerSteps) -> None:
    assert steps.claim_all([]) == set()


# -- the steps --------------------------------------------------------------------------------


@pytest.mark.parametrize("before", DeliveryState)
@pytest.mark.parametrize(
    "after",
    [DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNKNOWN],
)
def test_only_rows_in_progress_can_be_settled(
    steps: LedgerSteps, before: DeliveryState, after: DeliveryState
) -> None:
    row = steps.bring_to(before)
    in_hand = before in (DeliveryState.CLAIMED, DeliveryState.INFLIGHT)

    if in_hand:
        steps.settle(row, after)
    else:
        with pytest.raises(LedgerError, match="taken by another sender"):
            steps.settle(row, after)

    assert steps.state() == (after if in_hand else before)


@pytest.mark.parametrize(
    "before", [state for state in DeliveryState if state is not DeliveryState.CLAIMED]
)
def test_only_claimed_rows_can_be_started(steps: LedgerSteps, before: DeliveryState) -> None:
    row = steps.bring_to(before)

    with pytest.raises(LedgerError, match="taken by another sender"):
        steps.start(row)

    assert steps.state() == before


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


def test_several_outcomes_are_recorded_together_or_not_at_all(steps: LedgerSteps) -> None:
    ada, bo = steps.claim(), steps.claim(subscriber=BO)
    steps.start(ada)
    steps.settle(bo, DeliveryState.FAILED)

    with (
        steps.ledger.claims(DAY, steps.worker()) as claims,
        pytest.raises(LedgerError, match="this one stops"),
    ):
        claims.record([(ada, Outcome(state=DeliveryState.SENT))], [bo], now=NOON)

    assert (steps.state(ADA), steps.state(BO)) == (DeliveryState.INFLIGHT, DeliveryState.FAILED)


def test_the_server_s_reply_is_recorded(steps: LedgerSteps) -> None:
    row = steps.claim()
    answer = Outcome(
        state=DeliveryState.FAILED, reason="550 5.1.1 no such user", code=550, status="5.1.1"
    )

    with steps.ledger.claims(DAY, steps.worker()) as claims:
        claims.record([(row, answer)], [], now=LATER)

    entry = steps.record()
    assert (entry.reason, entry.code, entry.status) == ("550 5.1.1 no such user", 550, "5.1.1")
    assert (entry.settled_at, entry.next_at) == (LATER, None)


# -- fencing tokens ---------------------------------------------------------------------------


def test_a_worker_cannot_settle_what_another_has_claimed(steps: LedgerSteps) -> None:
    row = steps.claim(fencing_token=steps.register())

    with pytest.raises(LedgerError, match="taken by another sender"):
        steps.settle(row, DeliveryState.SENT, fencing_token=steps.register())

    assert steps.state() is DeliveryState.CLAIMED


def test_a_worker_that_was_declared_dead_can_neither_settle_nor_claim(steps: LedgerSteps) -> None:
    old = steps.register()
    ada, bo = steps.claim(fencing_token=old), steps.due(BO)
    steps.start(ada, fencing_token=old)
    steps.ledger.recover(boot="", resend=False, now=LATER)

    with pytest.raises(LedgerError, match="taken by another sender"):
        steps.settle(ada, DeliveryState.SENT, fencing_token=old)
    with pytest.raises(LedgerError, match="taken for dead"):
        steps.claim_all([steps.new_claim(bo)], fencing_token=old)

    assert (steps.state(ADA), steps.state(BO)) == (DeliveryState.UNKNOWN, DeliveryState.PLANNED)


def test_a_worker_that_was_declared_dead_cannot_give_back_what_another_has_claimed(
    steps: LedgerSteps,
) -> None:
    old = steps.register()
    row = steps.claim(fencing_token=old)
    steps.ledger.deregister(old, now=LATER)
    heir = steps.register()
    steps.claim(fencing_token=heir)

    with pytest.raises(LedgerError, match="taken by another sender"):
        steps.start(row, fencing_token=old)

    steps.start(row, fencing_token=heir)
    assert steps.state() is DeliveryState.INFLIGHT


def test_no_fencing_token_is_used_twice(steps: LedgerSteps) -> None:
    first = steps.register()
    steps.execute("DELETE FROM workers")

    assert steps.register() > first


# -- subscribers who are erased while their mail is sent ----------------------------------------


def test_erasing_a_subscriber_whose_mail_is_claimed_stops_no_worker(steps: LedgerSteps) -> None:
    ada, bo = steps.claim(), steps.claim(subscriber=BO)
    steps.start(ada)
    steps.ledger.forget(ADA)

    with steps.ledger.claims(DAY, steps.worker()) as claims:
        claims.record([(ada, Outcome(state=DeliveryState.SENT))], [bo], now=NOON)

    assert steps.totals() == {"inflight": 1}


def test_an_erased_subscriber_does_not_hide_that_another_s_mail_was_taken(
    steps: LedgerSteps,
) -> None:
    ada, bo = steps.claim(), steps.claim(subscriber=BO)
    steps.ledger.forget(ADA)
    steps.settle(bo, DeliveryState.SENT)

    with (
        steps.ledger.claims(DAY, steps.worker()) as claims,
        pytest.raises(LedgerError, match="taken by another"),
    ):
        claims.record([], [ada, bo], now=NOON)
