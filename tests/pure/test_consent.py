"""The table that says how consent changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import ConsentError
from subscribers.models import Event, Status, move

SIGN_UP, CONFIRM, LEAVE = Event.SIGN_UP, Event.CONFIRM, Event.LEAVE
PENDING, CONFIRMED, LEFT = Status.PENDING, Status.CONFIRMED, Status.LEFT


@pytest.mark.parametrize(
    ("status", "event", "after"),
    [
        pytest.param(None, SIGN_UP, PENDING, id="somebody new signs up"),
        pytest.param(PENDING, SIGN_UP, PENDING, id="signs up again before confirming"),
        pytest.param(PENDING, CONFIRM, CONFIRMED, id="confirms"),
        pytest.param(PENDING, LEAVE, LEFT, id="leaves instead of confirming"),
        pytest.param(CONFIRMED, SIGN_UP, CONFIRMED, id="signs up again"),
        pytest.param(CONFIRMED, CONFIRM, CONFIRMED, id="confirms again"),
        pytest.param(CONFIRMED, LEAVE, LEFT, id="leaves"),
        pytest.param(LEFT, SIGN_UP, PENDING, id="comes back and has to confirm"),
        pytest.param(LEFT, LEAVE, LEFT, id="leaves again"),
    ],
)
def test_an_event_moves_a_reader_on(status: Status | None, event: Event, after: Status) -> None:
    assert move(status, event) is after


@pytest.mark.parametrize(
    ("status", "event", "message"),
    [
        pytest.param(LEFT, CONFIRM, "confirm is not possible for left reader", id="old link"),
        pytest.param(None, CONFIRM, "confirm is not possible for an unknown reader", id="stranger"),
        pytest.param(
            None, LEAVE, "leave is not possible for an unknown reader", id="stranger goes"
        ),
    ],
)
def test_a_step_the_table_does_not_have_is_refused(
    status: Status | None, event: Event, message: str
) -> None:
    with pytest.raises(ConsentError, match=f"^{message}$"):
        move(status, event)


@given(st.lists(st.sampled_from([SIGN_UP, LEAVE])))
def test_nobody_is_confirmed_without_confirming(events: list[Event]) -> None:
    status = move(None, SIGN_UP)

    for event in events:
        status = move(status, event)

    assert status is not CONFIRMED


@pytest.mark.parametrize("status", Status)
def test_everybody_in_the_book_can_leave(status: Status) -> None:
    assert move(status, LEAVE) is LEFT
