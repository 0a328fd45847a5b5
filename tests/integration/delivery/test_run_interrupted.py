"""What may happen while a run is under way: a stop, readers who come and go, a clock set anew."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, evidence
from support.installation import House, Recorder, address, failing

from digest.delivery.run import Progress
from digest.delivery.worker import BATCH_SIZE, INVALID_ADDRESS
from digest.models.delivery import DeliveryState, Outcome
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.delivery import OutgoingMessage

NAMES = ("ada", "bo", "cy", "di")


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    """A day with a paper, and four readers."""
    house = House(engine, tmp_path)
    house.about_agents("2602.00001")
    for name in NAMES:
        house.reader(name)
    return house


# -- stop -----------------------------------------------------------------------------------------


class Then(Recorder):
    """A transport beside which something happens after so many mails."""

    def __init__(self, then: Callable[[], object], after: int = 1) -> None:
        super().__init__()
        self._then, self._after = then, after

    def hand_over(self, parcel: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
        super().hand_over(parcel, failure)
        if len(self.parcels) == self._after:
            self._then()


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_run_that_is_told_to_stop_gives_back_what_has_not_left(house: House, after: int) -> None:
    stopped: list[bool] = []
    first, second = Then(lambda: stopped.append(True), after), Recorder()

    report = house.send(first, progress=Progress(should_continue=lambda: not stopped))
    left = house.sum()
    house.send(second)

    assert left == {"planned": 4 - after, "sent": after}
    assert "told to stop" in str(report.stopped)
    assert first.recipients + second.recipients == [address(name) for name in NAMES]


def test_a_run_of_several_batches_stops_between_them_too(house: House) -> None:
    for number in range(BATCH_SIZE):
        house.reader(f"r{number}")
    done: list[int] = []

    house.send(progress=Progress(should_continue=lambda: not done, advance=done.append))

    assert house.sum() == {"planned": 4, "sent": BATCH_SIZE}


def test_a_run_that_is_told_to_stop_at_once_sends_nothing(house: House) -> None:
    transport = Recorder()

    house.send(transport, progress=Progress(should_continue=lambda: False))

    assert transport.asked == []
    assert house.sum() == {"planned": 4}


# -- readers in mid-run ---------------------------------------------------------------------------


def did(house: House, name: str, event: Event) -> None:
    reader = house.book.find(address(name))
    assert reader is not None
    house.book.record(reader.id, event, evidence=evidence())


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.COMPLAINT])
def test_whoever_stops_between_the_plan_and_the_batch_gets_nothing(
    house: House, event: Event
) -> None:
    transport = Recorder()

    house.send(transport, progress=Progress(total=lambda _: did(house, "bo", event)))

    assert address("bo") not in transport.asked
    assert house.states()["bo"] == "skipped"
    assert "now" in str(house.reasons()["bo"])


def test_whoever_leaves_while_the_batch_is_made_gets_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = house.book.some
    monkeypatch.setattr(
        house.book, "some", lambda ids: [some(ids), did(house, "bo", Event.LEAVE)][0]
    )
    transport = Recorder()

    report = house.send(transport)
    monkeypatch.undo()
    again = house.send(transport)

    assert transport.recipients == [address(name) for name in ("ada", "cy", "di")]
    assert report.counts == {DeliveryState.PLANNED: 1, DeliveryState.SENT: 3}
    assert again.counts == {DeliveryState.SKIPPED: 1}


def test_whoever_leaves_while_a_slow_batch_waits_gets_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.delivery.worker.CONSENT_MAX_AGE", -1.0)  # every claim is old
    transport = Then(lambda: did(house, "cy", Event.LEAVE))

    report = house.send(transport)

    assert transport.recipients == [address(name) for name in ("ada", "bo", "di")]
    assert (house.states()["cy"], report.complete) == ("skipped", True)
    assert house.reasons()["cy"] == "the reader left while the mail waited"


def test_a_mail_that_was_given_back_was_not_tried(house: House) -> None:
    stopped: list[bool] = []
    house.send(
        Then(lambda: stopped.append(True)), progress=Progress(should_continue=lambda: not stopped)
    )

    tried = {name: house.entry(name).attempts for name in NAMES}

    assert tried == {"ada": 1, "bo": 0, "cy": 0, "di": 0}


def test_whoever_is_erased_in_mid_run_stops_nobody_and_leaves_no_row(house: House) -> None:
    readers = {name: house.book.find(address(name)) for name in ("ada", "di")}

    def forget() -> None:
        for reader in readers.values():
            assert reader is not None
            house.app.ledger.forget(reader.id)
            house.book.erase(reader.id, evidence=evidence())

    report = house.send(Then(forget))

    assert report.stopped is None
    assert house.sum() == {"sent": 2}


def test_whoever_comes_in_mid_run_waits_for_the_next(house: House) -> None:
    report = house.send(Then(lambda: house.reader("ed")))

    assert report.counts == {DeliveryState.SENT: 4}
    assert house.app.history.not_planned(DAY) == 1


# -- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [timedelta(days=-3), timedelta(hours=-1), timedelta(hours=9)])
def test_a_clock_that_is_set_in_mid_run_changes_nothing(house: House, by: timedelta) -> None:
    def set_clock() -> None:
        house.now += by

    report = house.send(Then(set_clock))
    again = house.send()

    assert report.counts == {DeliveryState.SENT: 4}
    assert (again.counts, again.already) == ({}, 4)


# -- what the server says of an address -----------------------------------------------------------


@pytest.mark.parametrize("status", sorted(INVALID_ADDRESS))
def test_an_address_that_does_not_exist_is_taken_off_the_list(house: House, status: str) -> None:
    refused = Outcome(
        state=DeliveryState.FAILED, reason=f"550 {status} no", code=550, status=status
    )

    house.send(failing(refused, "bo"))

    bo = house.book.find(address("bo"))
    assert bo is not None
    assert bo.status is Status.SUPPRESSED
    step = house.book.history(bo.id)[-1]
    assert (step.event, step.evidence.note) == (Event.BOUNCE, f"550 {status} no")


@pytest.mark.parametrize("status", ["", "5.2.2", "5.3.4", "5.7.1"])
def test_a_refusal_that_says_nothing_of_the_address_takes_nobody_off(
    house: House, status: str
) -> None:
    house.send(failing(Outcome(state=DeliveryState.FAILED, reason="550 no", status=status), "bo"))

    bo = house.book.find(address("bo"))
    assert bo is not None
    assert bo.status is Status.CONFIRMED


@pytest.mark.parametrize(
    "state", [DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN]
)
def test_what_a_server_says_is_kept_and_logged_without_the_address(
    house: House, caplog: pytest.LogCaptureFixture, state: DeliveryState
) -> None:
    said = Outcome(state=state, reason="5.1.1 <Bo@EXAMPLE.org>: no such user", status="5.1.1")

    house.send(failing(said, "bo"))

    assert house.reasons()["bo"] == "5.1.1 <the address>: no such user"
    assert "example.org" not in str([vars(record) for record in caplog.records]).lower()


def test_a_server_that_objects_to_the_sender_is_a_matter_for_a_person(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    policy = Outcome(state=DeliveryState.FAILED, reason="550 5.7.26 not signed", status="5.7.26")

    house.send(failing(policy, "bo"))

    (record,) = [it for it in caplog.records if it.message == "policy refusal"]
    assert record.levelno == logging.ERROR
