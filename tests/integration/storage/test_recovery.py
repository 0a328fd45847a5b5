"""What becomes of the rows of a dead worker, when the transport can see what has left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, BOOT, LedgerSteps

from digest.models.delivery import DeliveryState, DoubtfulMessage

if TYPE_CHECKING:
    import sqlalchemy as sa

LATER = NOON + timedelta(hours=1)
ANOTHER_BOOT = "another start of the machine"
resends = pytest.mark.parametrize("resend", [True, False], ids=["resend", "skip"])


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


@resends
def test_what_was_sent_is_sent(steps: LedgerSteps, *, resend: bool) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    found = steps.ledger.recover(boot=BOOT, resend=resend, now=LATER, was_sent=lambda _: True)

    assert found == {DeliveryState.SENT: 1}
    record = steps.record()
    assert (record.state, record.settled_at, record.reason) == (DeliveryState.SENT, LATER, None)


@resends
def test_what_was_not_sent_is_planned_again_as_if_it_had_not_been_tried(
    steps: LedgerSteps, *, resend: bool
) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    found = steps.ledger.recover(boot=BOOT, resend=resend, now=LATER, was_sent=lambda _: False)

    assert found == {DeliveryState.PLANNED: 1}
    record = steps.record()
    assert (record.state, record.settled_at, record.attempts) == (DeliveryState.PLANNED, None, 0)


def test_what_nobody_knows_is_unknown(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    found = steps.ledger.recover(boot=BOOT, resend=False, now=LATER, was_sent=lambda _: None)

    assert found == {DeliveryState.UNKNOWN: 1}


def test_each_message_is_asked_about_by_itself(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.INFLIGHT)
    steps.finish(DeliveryState.INFLIGHT, subscriber=BO)
    arrived = {"ada@example.org": True, "bo@example.org": False}

    steps.ledger.recover(
        boot=BOOT, resend=False, now=LATER, was_sent=lambda it: arrived[it.recipient]
    )

    assert (steps.state(ADA), steps.state(BO)) == (DeliveryState.SENT, DeliveryState.PLANNED)


def test_after_a_power_cut_claimed_messages_are_asked_about_too(steps: LedgerSteps) -> None:
    asked: list[DoubtfulMessage] = []
    steps.finish(DeliveryState.CLAIMED)
    steps.finish(DeliveryState.INFLIGHT, subscriber=BO)

    steps.ledger.recover(boot=ANOTHER_BOOT, resend=False, now=LATER, was_sent=asked.append)

    names = (
        {"recipient": "ada@example.org", "was_leaving": False},
        {
            "recipient": "bo@example.org",
            "was_leaving": True,
        },
    )
    same = {"day": DAY, "message_id": "<1@example.org>"}
    assert asked == [DoubtfulMessage(**name, **same) for name in names]  # type: ignore[arg-type]


def test_after_a_kill_nobody_is_asked_about_claimed_messages(steps: LedgerSteps) -> None:
    asked: list[DoubtfulMessage] = []
    steps.finish(DeliveryState.CLAIMED)

    found = steps.ledger.recover(boot=BOOT, resend=False, now=LATER, was_sent=asked.append)

    assert (asked, found) == ([], {DeliveryState.PLANNED: 1})


def test_the_address_is_asked_about_as_it_stands_in_the_envelope(steps: LedgerSteps) -> None:
    asked: list[DoubtfulMessage] = []
    steps.execute("UPDATE subscribers SET address = 'ada@bücher.example' WHERE id = 100")
    steps.finish(DeliveryState.INFLIGHT)

    steps.ledger.recover(boot=BOOT, resend=False, now=LATER, was_sent=asked.append)

    assert [it.recipient for it in asked] == ["ada@xn--bcher-kva.example"]


def test_an_address_that_is_none_any_more_does_not_stop_the_others(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.INFLIGHT)
    steps.finish(DeliveryState.INFLIGHT, subscriber=BO)
    steps.execute("UPDATE subscribers SET address = 'not an address' WHERE id = 100")

    found = steps.ledger.recover(boot=BOOT, resend=False, now=LATER, was_sent=lambda _: False)

    assert found == {DeliveryState.PLANNED: 2}


@pytest.mark.parametrize(
    ("answer", "resend", "is_mailed"),
    [
        (True, False, True),
        (True, True, True),
        (None, False, True),
        (None, True, False),
        (False, False, False),
    ],
)
def test_an_edition_was_mailed_if_a_mail_of_a_dead_worker_left_or_may_have(
    steps: LedgerSteps, *, answer: bool | None, resend: bool, is_mailed: bool
) -> None:
    steps.finish(DeliveryState.INFLIGHT)

    steps.ledger.recover(boot=BOOT, resend=resend, now=LATER, was_sent=lambda _: answer)

    assert (steps.editions.newest_mailed(DAY) is not None) is is_mailed
