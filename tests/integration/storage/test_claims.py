"""Mails are claimed and settled by one worker each, under its fencing token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, issue, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TWO, LedgerSteps

from digest.errors import LedgerError
from digest.models.delivery import DeliveryState, Outcome
from subscribers.models import Event

if TYPE_CHECKING:
    import sqlalchemy as sa

LATER = NOON + timedelta(hours=1)
WAITING_OR_NEW = (DeliveryState.PLANNED, DeliveryState.DEFERRED)


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


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


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.PLANNED])
def test_a_verdict_changes_a_deferred_mail_and_keeps_the_server_s_reply(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    row = steps.claim()
    refused = Outcome(state=DeliveryState.DEFERRED, reason="554 no", code=554)

    with steps.ledger.claims(DAY, steps.worker()) as claims:
        claims.record([(row, refused)], [], now=NOON)
        claims.judge([row], state, now=LATER)

    entry = steps.record()
    assert (entry.state, entry.reason, entry.code) == (state, "554 no", 554)
    assert (entry.attempts, entry.next_at) == (1, None)
    assert entry.settled_at == (LATER if state is DeliveryState.FAILED else None)


@pytest.mark.parametrize(
    "state", [one for one in DeliveryState if one is not DeliveryState.DEFERRED]
)
def test_a_verdict_changes_no_mail_that_is_not_deferred(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    row = steps.bring_to(state)

    with steps.ledger.claims(DAY, steps.worker()) as claims:
        claims.judge([row], DeliveryState.FAILED, now=LATER)

    assert steps.state() is state


def test_a_worker_cannot_judge_what_another_has_tried(steps: LedgerSteps) -> None:
    token = steps.register()
    row = steps.claim(fencing_token=token)
    steps.settle(row, DeliveryState.DEFERRED, fencing_token=token)

    with steps.ledger.claims(DAY, steps.register()) as claims:
        claims.judge([row], DeliveryState.FAILED, now=LATER)

    assert steps.state() is DeliveryState.DEFERRED


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


# -- the edition ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "is_mailed"),
    [
        (DeliveryState.SENT, True),
        (DeliveryState.UNKNOWN, True),
        (DeliveryState.DEFERRED, False),
        (DeliveryState.FAILED, False),
        (DeliveryState.PLANNED, False),
    ],
)
def test_an_edition_is_mailed_as_soon_as_a_mail_of_it_left_or_may_have(
    steps: LedgerSteps, state: DeliveryState, *, is_mailed: bool
) -> None:
    claim = steps.new_claim(steps.due())

    with steps.ledger.claims(DAY, steps.worker()) as claims:
        claims.claim([claim])
        claims.record([], [claim.row], now=NOON)
        before = steps.editions.newest_mailed(DAY)
        claims.record([(claim.row, Outcome(state=state))], [], now=NOON)

    found = steps.editions.newest_mailed(DAY)
    assert before is None
    assert found == ((claim.edition_id, NOON) if is_mailed else None)


def test_an_edition_keeps_the_time_of_its_first_mail(steps: LedgerSteps) -> None:
    batch = [steps.new_claim(steps.due(subscriber)) for subscriber in (ADA, BO)]
    sent = Outcome(state=DeliveryState.SENT)

    for claim, now in zip(batch, (NOON, LATER), strict=True):
        with steps.ledger.claims(DAY, steps.worker()) as claims:
            claims.claim([claim])
            claims.record([], [claim.row], now=now)
            claims.record([(claim.row, sent)], [], now=now)

    assert steps.editions.newest_mailed(DAY) == (batch[0].edition_id, NOON)
