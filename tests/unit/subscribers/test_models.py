"""The table of consent: the status after each event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import ConsentError
from subscribers.models import Event, Status, next_status

SIGN_UP, CONFIRM, LEAVE, IMPORT = Event.SIGN_UP, Event.CONFIRM, Event.LEAVE, Event.IMPORT
PAUSE, RESUME, BOUNCE, COMPLAINT = Event.PAUSE, Event.RESUME, Event.BOUNCE, Event.COMPLAINT
PENDING, CONFIRMED, PAUSED = Status.PENDING, Status.CONFIRMED, Status.PAUSED
LEFT, SUPPRESSED = Status.LEFT, Status.SUPPRESSED


@pytest.mark.parametrize(
    ("status", "event", "after"),
    [
        pytest.param(None, SIGN_UP, PENDING, id="somebody new signs up"),
        pytest.param(None, IMPORT, PENDING, id="somebody new is imported"),
        pytest.param(PENDING, SIGN_UP, PENDING, id="signs up again before confirming"),
        pytest.param(PENDING, IMPORT, PENDING, id="is imported before confirming"),
        pytest.param(PENDING, CONFIRM, CONFIRMED, id="confirms"),
        pytest.param(PENDING, LEAVE, LEFT, id="leaves instead of confirming"),
        pytest.param(PENDING, COMPLAINT, SUPPRESSED, id="never wants to be written to"),
        pytest.param(PENDING, BOUNCE, SUPPRESSED, id="has no such address"),
        pytest.param(CONFIRMED, SIGN_UP, CONFIRMED, id="signs up again"),
        pytest.param(CONFIRMED, IMPORT, CONFIRMED, id="is imported again"),
        pytest.param(CONFIRMED, CONFIRM, CONFIRMED, id="confirms again"),
        pytest.param(CONFIRMED, PAUSE, PAUSED, id="pauses"),
        pytest.param(CONFIRMED, RESUME, CONFIRMED, id="resumes without a pause"),
        pytest.param(CONFIRMED, LEAVE, LEFT, id="leaves"),
        pytest.param(CONFIRMED, BOUNCE, SUPPRESSED, id="has no such address any more"),
        pytest.param(CONFIRMED, COMPLAINT, SUPPRESSED, id="reports spam"),
        pytest.param(PAUSED, SIGN_UP, PAUSED, id="signs up during a pause"),
        pytest.param(PAUSED, IMPORT, PAUSED, id="is imported during a pause"),
        pytest.param(PAUSED, CONFIRM, PAUSED, id="follows an old link during a pause"),
        pytest.param(PAUSED, PAUSE, PAUSED, id="pauses again"),
        pytest.param(PAUSED, RESUME, CONFIRMED, id="resumes"),
        pytest.param(PAUSED, LEAVE, LEFT, id="leaves during a pause"),
        pytest.param(LEFT, SIGN_UP, PENDING, id="comes back and has to confirm"),
        pytest.param(LEFT, IMPORT, LEFT, id="is imported after leaving"),
        pytest.param(CONFIRMED, Event.ERASE, LEFT, id="is erased and counts as gone"),
        pytest.param(SUPPRESSED, Event.ERASE, SUPPRESSED, id="is erased but never written to"),
        pytest.param(LEFT, LEAVE, LEFT, id="leaves again"),
        pytest.param(LEFT, COMPLAINT, SUPPRESSED, id="complains after leaving"),
        pytest.param(SUPPRESSED, SIGN_UP, SUPPRESSED, id="signs up though suppressed"),
        pytest.param(SUPPRESSED, IMPORT, SUPPRESSED, id="is imported though suppressed"),
        pytest.param(SUPPRESSED, LEAVE, SUPPRESSED, id="leaves though suppressed"),
    ],
)
def test_an_event_leads_to_a_status(status: Status | None, event: Event, after: Status) -> None:
    assert next_status(status, event) is after


@pytest.mark.parametrize(
    ("status", "event", "message"),
    [
        pytest.param(LEFT, CONFIRM, "confirm is not possible for left reader", id="old link"),
        pytest.param(LEFT, PAUSE, "pause is not possible for left reader", id="pause of nothing"),
        pytest.param(LEFT, RESUME, "resume is not possible for left reader", id="after leaving"),
        pytest.param(PENDING, PAUSE, "pause is not possible for pending reader", id="too early"),
        pytest.param(PENDING, RESUME, "resume is not possible for pending reader", id="no consent"),
        pytest.param(
            SUPPRESSED, CONFIRM, "confirm is not possible for suppressed reader", id="suppressed"
        ),
        pytest.param(
            SUPPRESSED, RESUME, "resume is not possible for suppressed reader", id="no way back"
        ),
        pytest.param(None, CONFIRM, "confirm is not possible for an unknown reader", id="stranger"),
        pytest.param(
            None, LEAVE, "leave is not possible for an unknown reader", id="stranger goes"
        ),
        pytest.param(
            None, BOUNCE, "bounce is not possible for an unknown reader", id="stranger bounces"
        ),
    ],
)
def test_an_event_that_is_not_in_the_table_is_refused(
    status: Status | None, event: Event, message: str
) -> None:
    with pytest.raises(ConsentError, match=f"^{message}$"):
        next_status(status, event)


@given(st.lists(st.sampled_from([SIGN_UP, IMPORT, LEAVE, BOUNCE, COMPLAINT])))
def test_nobody_is_confirmed_without_confirming(events: list[Event]) -> None:
    status = next_status(None, SIGN_UP)

    for event in events:
        status = next_status(status, event)

    assert status is not CONFIRMED


@given(st.lists(st.sampled_from([SIGN_UP, IMPORT, LEAVE, BOUNCE, COMPLAINT])))
def test_nothing_leads_back_from_suppressed(events: list[Event]) -> None:
    status = SUPPRESSED

    for event in events:
        status = next_status(status, event)

    assert status is SUPPRESSED


@pytest.mark.parametrize("status", [PENDING, CONFIRMED, PAUSED, LEFT])
def test_everybody_in_the_book_can_leave(status: Status) -> None:
    assert next_status(status, LEAVE) is LEFT


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", [BOUNCE, COMPLAINT])
def test_everybody_in_the_book_can_be_suppressed(status: Status, event: Event) -> None:
    assert next_status(status, event) is SUPPRESSED


@pytest.mark.parametrize("status", Status)
def test_an_import_changes_no_status(status: Status) -> None:
    assert next_status(status, IMPORT) is status
