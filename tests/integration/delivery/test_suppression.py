"""What a mail server says of an address, and when the address is suppressed."""

from __future__ import annotations

import logging

import pytest
from support.installation import Installation, address, failing

from digest.delivery.smtp.refusals import INVALID_ADDRESS
from digest.models.delivery import DeliveryState, Outcome
from subscribers.models import Event, Status


@pytest.mark.parametrize("status", sorted(INVALID_ADDRESS))
def test_an_address_that_does_not_exist_is_taken_off_the_list(
    installation: Installation, status: str
) -> None:
    refused = Outcome(
        state=DeliveryState.FAILED, reason=f"550 {status} no", code=550, status=status
    )

    installation.send(failing(refused, "bo"))

    bo = installation.book.find(address("bo"))
    assert bo is not None
    assert bo.status is Status.SUPPRESSED
    step = installation.book.history(bo.id)[-1]
    assert (step.event, step.evidence.note) == (Event.BOUNCE, f"550 {status} no")


@pytest.mark.parametrize("status", ["", "5.2.2", "5.3.4", "5.7.1"])
def test_a_refusal_that_says_nothing_of_the_address_takes_nobody_off(
    installation: Installation, status: str
) -> None:
    installation.send(
        failing(Outcome(state=DeliveryState.FAILED, reason="550 no", status=status), "bo")
    )

    bo = installation.book.find(address("bo"))
    assert bo is not None
    assert bo.status is Status.CONFIRMED


@pytest.mark.parametrize(
    "state", [DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN]
)
def test_what_a_server_says_is_kept_and_logged_without_the_address(
    installation: Installation, caplog: pytest.LogCaptureFixture, state: DeliveryState
) -> None:
    refusal = Outcome(state=state, reason="5.1.1 <Bo@EXAMPLE.org>: no such user", status="5.1.1")

    installation.send(failing(refusal, "bo"))

    assert installation.reasons()["bo"] == "5.1.1 <the address>: no such user"
    assert "example.org" not in str([vars(record) for record in caplog.records]).lower()


def test_a_server_that_objects_to_the_sender_is_a_matter_for_a_person(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    policy = Outcome(state=DeliveryState.FAILED, reason="550 5.7.26 not signed", status="5.7.26")

    installation.send(failing(policy, "bo"))

    (record,) = [it for it in caplog.records if it.message == "policy refusal"]
    assert record.levelno == logging.ERROR
