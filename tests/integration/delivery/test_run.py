"""What a run does beside sending: what it finds, gives up, holds back, and how it adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import House, Recorder, address, agents_paper, failing

from digest.delivery.run import Policy, Progress
from digest.errors import LedgerError
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.delivery import OutgoingMessage

TOMORROW, NEXT_WEEK = DAY + timedelta(days=1), DAY + timedelta(days=7)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="450 try again")
LOST = Outcome(state=DeliveryState.UNKNOWN, reason="connection lost")
NAMES = ("ada", "bo", "cy", "di")


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    """A day with a paper, and four readers."""
    house = House(engine, tmp_path)
    house.about_agents("2602.00001")
    for name in NAMES:
        house.reader(name)
    return house


def killed(house: House, *, at: str) -> None:
    """Let a run die while this reader's mail is on the wire."""
    with pytest.raises(KeyboardInterrupt):
        house.send(failing(KeyboardInterrupt(), at))


# -- the report -----------------------------------------------------------------------------------


def test_a_report_adds_up_after_a_kill(house: House) -> None:
    killed(house, at="bo")

    report = house.send()

    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.UNKNOWN: 1}
    assert report.already == 1
    assert house.sum() == {"sent": 3, "unknown": 1}


def test_what_a_dead_run_left_of_another_day_is_not_in_this_day_s_report(house: House) -> None:
    killed(house, at="bo")

    report = house.send(day=TOMORROW, desk=house.desk(TOMORROW))

    assert report.counts == {DeliveryState.SKIPPED: 4}
    assert report.already == 0
    assert house.sum() == {"planned": 2, "sent": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("policy", "doubtful", "complete"),
    [("skip", 0, True), ("ask", 1, False)],
)
def test_a_mail_in_doubt_leaves_the_run_open_only_if_the_operator_is_to_be_asked(
    house: House, policy: str, doubtful: int, complete: object
) -> None:
    house.policy = Policy(on_unknown=policy)  # type: ignore[arg-type]

    report, again = house.send(failing(LOST, "bo")), house.send()

    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.UNKNOWN: 1}
    for found in (report, again):
        assert (found.doubtful, found.complete) == (doubtful, complete)


def test_a_lost_answer_is_deferred_where_it_is_to_be_sent_again(house: House) -> None:
    house.policy = Policy(on_unknown="resend")
    second = Recorder()

    report = house.send(failing(LOST, "bo"))
    house.wait(hours=1)
    house.send(second)

    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.DEFERRED: 1}
    assert second.recipients == [address("bo")]


def test_what_waits_since_an_earlier_run_leaves_the_day_open(house: House) -> None:
    house.send(failing(LATER, "bo"))

    again = house.send()

    assert (again.counts, again.already) == ({DeliveryState.DEFERRED: 1}, 3)
    assert not again.complete


def test_a_run_for_one_reader_says_nothing_of_the_others(house: House) -> None:
    house.send(failing(LATER, "bo"))
    cy = house.book.find(address("cy"))
    assert cy is not None

    report = house.send(only=cy.id)

    assert (report.counts, report.complete) == ({}, True)


def test_the_day_is_closed_by_the_run_that_serves_the_last(house: House) -> None:
    house.send(failing(LATER, "bo"))
    left_open = house.app.ledger.open_days()
    house.wait(hours=1)

    house.send()

    assert left_open == [DAY]
    assert house.app.ledger.open_days() == []


def test_a_run_says_what_it_cost(house: House) -> None:
    report = house.send()

    assert set(report.cpu) == {"select", "render", "ledger", "wire"}
    assert all(seconds >= 0 for seconds in report.cpu.values())
    assert len(report.memory) == 1


def test_the_last_row_is_told_to_whoever_watches(house: House) -> None:
    told: list[int] = []

    house.send(progress=Progress(total=told.append, advance=told.append))

    assert told == [4, 4]


# -- a ledger that is not true --------------------------------------------------------------------


@pytest.mark.parametrize("day", [DAY, TOMORROW])
def test_a_day_that_lacks_a_row_stops_the_run_with_its_name(house: House, day: object) -> None:
    house.send(failing(LATER, "bo"))
    with house.app.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM deliveries WHERE state = 'deferred'")

    with pytest.raises(LedgerError, match="ledger of 2026-02-02 does not add up"):
        house.send(day=day)


# -- what is too old ------------------------------------------------------------------------------


def test_a_restored_machine_sends_nothing_of_last_week(house: House) -> None:
    killed(house, at="ada")
    house.wait(days=7)
    house.boot = "the restored machine"
    transport = Recorder()

    stale = house.send(transport)
    today = house.send(transport, day=NEXT_WEEK, desk=house.desk(NEXT_WEEK))

    assert transport.asked == []
    assert "too long ago" in str(stale.stopped)
    assert not stale.complete
    assert today.counts == {DeliveryState.SKIPPED: 4}
    assert house.sum() == {"unknown": 4}


def test_what_was_never_claimed_expires_with_its_day(house: House) -> None:
    house.app.ledger.plan(DAY, now=NOON)
    house.wait(days=7)

    house.send(day=NEXT_WEEK, desk=house.desk(NEXT_WEEK))

    assert house.sum() == {"expired": 4}
    assert house.app.ledger.open_days() == []


def test_a_day_that_somebody_names_leaves_however_old_it_is(house: House) -> None:
    house.wait(days=365)

    report = house.send(allow_late=True)

    assert report.counts == {DeliveryState.SENT: 4}


@pytest.mark.parametrize(("hours", "sent"), [(35, 4), (36, 0)])
def test_a_day_s_mails_leave_until_a_day_after_its_end(house: House, hours: int, sent: int) -> None:
    house.wait(hours=hours)
    transport = Recorder()

    house.send(transport)

    assert len(transport.parcels) == sent


def test_a_machine_that_slept_in_mid_run_does_not_go_on_with_a_day_that_is_stale(
    house: House,
) -> None:
    class Sleeper(Recorder):
        def hand_over(
            self, parcel: OutgoingMessage, failure: Outcome | BaseException | None
        ) -> None:
            super().hand_over(parcel, failure)
            house.wait(days=7)

    transport = Sleeper()

    report = house.send(transport)

    assert transport.recipients == [address("ada")]
    assert report.counts == {DeliveryState.PLANNED: 3, DeliveryState.SENT: 1}
    assert not report.complete


# -- a new sender ---------------------------------------------------------------------------------


def test_a_new_sender_mails_no_more_than_it_may(house: House) -> None:
    house.policy = Policy(allowance=lambda _day: 3)
    transport = Recorder()

    report, again = house.send(transport), house.send(transport)

    assert transport.recipients == [address(name) for name in NAMES[:3]]
    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.SKIPPED: 1}
    assert (again.counts, again.already) == ({DeliveryState.SKIPPED: 1}, 3)
    assert house.reasons()["di"] == "the sender is being warmed up: 3 mails today"


def test_what_is_deferred_takes_its_place_among_those_a_new_sender_may_mail(house: House) -> None:
    house.policy = Policy(allowance=lambda _day: 2)
    house.send(failing(LATER, "bo"))
    house.wait(hours=1)
    transport = Recorder()

    house.send(transport)

    assert transport.recipients == [address("bo")]
    assert house.sum() == {"sent": 2, "skipped": 2}


def test_a_new_day_has_an_allowance_of_its_own(house: House) -> None:
    house.policy = Policy(allowance=lambda day: 1 if day == DAY else 3)
    house.send()
    house.about_agents("2602.00002", day=TOMORROW)
    house.wait(days=1)
    transport = Recorder()

    house.send(transport, day=TOMORROW)

    assert transport.recipients == [address(name) for name in NAMES[:3]]


def test_a_sender_that_is_known_mails_everybody(house: House) -> None:
    house.policy = Policy(allowance=lambda _day: None)

    assert house.send().counts == {DeliveryState.SENT: 4}


# -- retry ----------------------------------------------------------------------------------------


def test_a_retry_plans_nobody_who_had_no_mail_planned(house: House) -> None:
    house.send(failing(LATER, "bo"))
    house.reader("ed")
    house.wait(hours=1)
    transport = Recorder()

    house.retry(transport)

    assert transport.recipients == [address("bo")]


def test_a_retry_of_a_day_of_which_nothing_was_frozen_plans_nobody_either(house: House) -> None:
    house.app.ledger.plan(DAY, now=NOON)
    house.reader("ed")
    house.papers(agents_paper("2602.00002"), source="second")
    transport = Recorder()

    house.send(transport, plan_new=False)

    assert transport.recipients == [address(name) for name in NAMES]
