"""The sum of a day: read from an index of the mails that have not left, and true all the same."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, LedgerSteps

from digest.models.delivery import DeliveryState
from digest.storage.delivery_states import row_states, states_of
from digest.storage.reasons import group_by_reason
from digest.storage.schema import deliveries
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

states = st.sampled_from(list(DeliveryState))
reasons = st.sampled_from([None, "550 5.1.1 no such user", "451 4.7.1 greylisted"])
PEOPLE = 8


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    made = LedgerSteps(engine)
    for number in range(2, PEOPLE):
        made.add(f"reader{number}")
    return made


def fill(engine: sa.Engine, rows: Sequence[tuple[str, str | None]]) -> None:
    """Let the deliveries of the day stand so, and no others."""
    with engine.execution_options(writes=True).begin() as db:
        db.execute(deliveries.delete())
        for number, (state, reason) in enumerate(rows):
            row = {"day": DAY, "subscriber_id": ADA + number, "state": state, "reason": reason}
            db.execute(deliveries.insert().values(**row, planned_at=NOON, attempts=1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(states, reasons), max_size=PEOPLE))
def test_the_sum_is_that_of_the_rows(
    steps: LedgerSteps, rows: list[tuple[DeliveryState, str | None]]
) -> None:
    fill(steps.engine, rows)

    with steps.engine.connect() as db:
        found = row_states(db, DAY)
        groups = group_by_reason(db, DAY, found)

    assert found == Counter(state for state, _ in rows)
    # A sent mail has no reason in the ledger; if one had, it would count all the same.
    known = Counter((state, None if state == "sent" else reason) for state, reason in rows)
    assert {(group.state, group.reason): group.number for group in groups} == known


@pytest.mark.parametrize("state", DeliveryState)
def test_every_step_of_a_mail_is_in_the_sum_at_once(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    with steps.engine.connect() as db:
        assert states_of(db, DAY) == {state: 1}
        assert states_of(db, DAY, only=ADA) == {state: 1}
        assert states_of(db, DAY, only=BO) == {}


def test_those_without_a_mail_are_the_confirmed_who_have_no_row(steps: LedgerSteps) -> None:
    fill(steps.engine, [("sent", None), ("planned", None), ("failed", "no such user")])
    steps.record_event(ADA, Event.LEAVE)  # has a row
    steps.record_event(ADA + PEOPLE - 1, Event.LEAVE)  # has none

    assert steps.history.not_planned(DAY) == PEOPLE - 3 - 1


# -- no row of a sent mail is read --------------------------------------------------------------


def plan_of(engine: sa.Engine, text: str, values: object) -> list[str]:
    """What SQLite does for a statement."""
    raw = engine.raw_connection()
    try:
        found = raw.cursor().execute(f"EXPLAIN QUERY PLAN {text}", values)  # type: ignore[call-arg]
        return [row[3] for row in found]  # type: ignore[union-attr]
    finally:
        raw.close()


def test_a_day_is_summed_up_from_indexes_alone(steps: LedgerSteps) -> None:
    fill(steps.engine, [("sent", None), ("failed", "no such user"), ("planned", None)])
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, text: str, values: object, *_: object) -> None:
        asked.append((text, values))

    event.listen(steps.engine, "before_cursor_execute", note)
    steps.history.summary(DAY)
    steps.history.not_planned(DAY)
    event.remove(steps.engine, "before_cursor_execute", note)

    of_readers = [it for it in asked if re.search("FROM (deliveries|subscribers)", it[0])]
    done = [step for text, values in of_readers for step in plan_of(steps.engine, text, values)]
    assert len(of_readers) == 10
    # Rows are read of those who are not confirmed, and for examples.
    one_by_one = re.escape("(day=? AND subscriber_id=?)") + "|" + re.escape("(rowid=?)")
    fine = f"COVERING INDEX|SUBQUERY|{one_by_one}"
    assert [step for step in done if not re.search(fine, step)] == []
    assert any("deliveries_not_sent" in step for step in done)
    assert any("subscribers_not_confirmed" in step for step in done)
