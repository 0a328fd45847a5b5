"""Which steps there are between the states of a delivery, and how long one waits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.delivery import (
    FIRST_RETRY,
    IN_PROGRESS,
    LONGEST_RETRY,
    SHOWN,
    TRANSITIONS,
    UNSETTLED,
    WAITING,
    DeliveryState,
    oldest_deliverable_day,
    retry_delay,
    states_before,
)

STEPS = {(before, after) for before, afters in TRANSITIONS.items() for after in afters}


def reachable(start: DeliveryState, *, without: DeliveryState | None = None) -> set[DeliveryState]:
    """Where a delivery can come to, if it never takes the steps out of one state."""
    found, waiting = {start}, [start]
    while waiting:
        before = waiting.pop()
        if before is not without:
            waiting += TRANSITIONS[before] - found
            found |= TRANSITIONS[before]
    return found


# -- steps ----------------------------------------------------------------------------------------


def test_every_state_has_its_steps() -> None:
    assert set(TRANSITIONS) == set(DeliveryState)


def test_nothing_leads_out_of_sent() -> None:
    assert TRANSITIONS[DeliveryState.SENT] == frozenset()


def test_a_mail_is_sent_only_from_inflight_and_is_that_only_from_claimed() -> None:
    assert states_before(DeliveryState.SENT) == [DeliveryState.INFLIGHT]
    assert states_before(DeliveryState.INFLIGHT) == [DeliveryState.CLAIMED]


def test_only_what_waits_can_be_claimed() -> None:
    assert set(states_before(DeliveryState.CLAIMED)) == set(WAITING)


@pytest.mark.parametrize("state", [state for state in DeliveryState if state not in UNSETTLED])
def test_a_settled_mail_can_only_be_planned_again(state: DeliveryState) -> None:
    assert TRANSITIONS[state] <= {DeliveryState.PLANNED}


def test_a_mail_that_may_have_left_is_unknown_or_sent_and_never_skipped() -> None:
    assert not TRANSITIONS[DeliveryState.INFLIGHT] & {
        DeliveryState.SKIPPED,
        DeliveryState.EXPIRED,
        DeliveryState.CLAIMED,
    }


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_can_be_reached_from_the_plan(state: DeliveryState) -> None:
    assert state in reachable(DeliveryState.PLANNED)


@pytest.mark.parametrize("state", UNSETTLED)
def test_every_open_mail_can_still_be_sent_and_can_still_end_without(state: DeliveryState) -> None:
    assert {DeliveryState.SENT, DeliveryState.FAILED} <= reachable(state)


def test_a_mail_that_is_unknown_is_not_sent_again_without_being_planned() -> None:
    assert reachable(DeliveryState.UNKNOWN, without=DeliveryState.PLANNED) == {
        DeliveryState.UNKNOWN,
        DeliveryState.PLANNED,
    }


def test_waiting_and_claimed_rows_are_unsettled_and_not_shown() -> None:
    assert set(WAITING) | set(IN_PROGRESS) == set(UNSETTLED)
    assert not set(UNSETTLED) & set(SHOWN)


@given(st.sampled_from(sorted(DeliveryState)))
def test_states_before_is_the_table_read_backwards(state: DeliveryState) -> None:
    assert {(before, state) for before in states_before(state)} == {
        s for s in STEPS if s[1] is state
    }


# -- waits ----------------------------------------------------------------------------------------

numbers = st.integers(1, 2**53)


@given(numbers, st.integers(1, 10_000))
def test_a_wait_is_at_most_a_quarter_shorter_or_longer(delivery: int, attempts: int) -> None:
    whole = min(FIRST_RETRY * 2 ** min(attempts - 1, 30), LONGEST_RETRY)

    assert 0.75 * whole <= retry_delay(delivery, attempts) <= 1.25 * whole


def test_a_wait_is_the_same_in_every_process() -> None:
    assert retry_delay(7, 1) == timedelta(seconds=240.378701)


def test_mails_that_were_deferred_together_do_not_come_back_together() -> None:
    waits = sorted(retry_delay(delivery, 1).total_seconds() for delivery in range(1000))

    quarters = [sum(225 + 37.5 * n <= it < 262.5 + 37.5 * n for it in waits) for n in range(4)]

    assert sum(quarters) == 1000
    assert min(quarters) > 200


# -- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "hours", "oldest"),
    [
        pytest.param("2026-02-02 12:00", 24, "2026-02-01", id="yesterday, while it is today"),
        pytest.param("2026-02-02 23:59", 24, "2026-02-01", id="to the last minute"),
        pytest.param("2026-02-03 00:00", 24, "2026-02-02", id="and no longer"),
        pytest.param("2026-02-02 00:00", 0, "2026-02-02", id="today alone"),
        pytest.param("2026-02-02 05:59", 6, "2026-02-01", id="some hours into the night"),
        pytest.param("2026-02-02 06:00", 6, "2026-02-02", id="and then no more"),
        pytest.param("2026-02-02 12:00", 24 * 7, "2026-01-26", id="a week"),
    ],
)
def test_a_day_may_be_mailed_until_so_many_hours_after_its_end(
    now: str, hours: int, oldest: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    found = oldest_deliverable_day(now=moment, max_lateness=timedelta(hours=hours))

    assert found == date.fromisoformat(oldest)
