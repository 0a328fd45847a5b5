"""Why the deliveries of a day stand as they do, counted by reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.ledger_steps import LedgerSteps

from digest.models.delivery import DeliveryState
from digest.storage.delivery_states import row_states
from digest.storage.reasons import ReasonGroup, group_by_reason, stop_reasons
from digest.storage.recovery import LOST
from digest.storage.schema import deliveries

if TYPE_CHECKING:
    import sqlalchemy as sa


def groups_of(engine: sa.Engine, *rows: tuple[str, str | None]) -> list[ReasonGroup]:
    """Return the groups of a day whose deliveries stand so."""
    steps = LedgerSteps(engine)
    people = [steps.add(f"reader{number}") for number in range(len(rows))]
    with engine.execution_options(writes=True).begin() as db:
        for number, (state, reason) in enumerate(rows):
            db.execute(
                deliveries.insert().values(
                    day=DAY,
                    subscriber_id=people[number],
                    state=state,
                    reason=reason,
                    planned_at=NOON,
                    attempts=1,
                )
            )
    with engine.connect() as db:
        return group_by_reason(db, DAY, row_states(db, DAY))


def test_deliveries_are_counted_by_state_and_reason(engine: sa.Engine) -> None:
    found = groups_of(engine, *[("sent", None)] * 3, *[("failed", "no such user")] * 2)

    assert [(group.state, group.reason, group.number) for group in found] == [
        (DeliveryState.SENT, None, 3),
        (DeliveryState.FAILED, "no such user", 2),
    ]
    assert found[1].examples == ("reader3@example.org", "reader4@example.org")


def test_the_largest_group_of_a_state_comes_first(engine: sa.Engine) -> None:
    found = groups_of(engine, ("failed", "a"), *[("failed", "b")] * 2, ("deferred", "c"))

    assert [group.reason for group in found] == ["c", "b", "a"]


@pytest.mark.parametrize(
    "words",
    [
        "450 4.2.0 greylisted (queue {0:08X})",
        "421-4.7.28 rate limited, see https://example.org/?id={0}4711 d2e1a72fcca58-{0}si123",
        "451 come back at 2026-02-02T18:0{0}:00Z",
        "451 4.7.1 Greylisted, try again in {0} seconds",
        "450 4.2.1 mailbox r{0} busy, try in 7{0} s",
        "450 4.2.1 <reader{0}@example.org>: try again at 18:0{0}",
        "mx.example.org at RCPT: 451 4.7.1 mx{0}.example.org: wait {0} s",
        "450 4.2.1 mailbox of reader{0}: session YkXz{0}q",
    ],
)
def test_reasons_that_differ_in_ids_and_times_are_one(engine: sa.Engine, words: str) -> None:
    (group,) = groups_of(engine, *[("deferred", words.format(number)) for number in range(5)])

    assert (group.number, len(group.examples)) == (5, 3)
    assert group.reason in [words.format(number) for number in range(5)]


def test_a_reply_that_names_its_reader_is_one_reason(engine: sa.Engine) -> None:
    replies = {"ada": "450 mailbox ada is busy", "ben": "450 mailbox ben is busy"}
    steps = LedgerSteps(engine)
    people = {name: steps.add(name) for name in replies}
    with engine.execution_options(writes=True).begin() as db:
        for name, reply in replies.items():
            row = {"day": DAY, "subscriber_id": people[name], "planned_at": NOON}
            row |= {"state": "deferred", "reason": reply, "attempts": 1}
            db.execute(deliveries.insert().values(row))
    with engine.connect() as db:
        (group,) = group_by_reason(db, DAY, row_states(db, DAY))

    assert (group.number, len(group.examples)) == (2, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("550-5.1.1 no", "550-5.2.1 no"),
        ("450 try again in 5 s", "451 try again in 5 s"),
        ("mx at RCPT: 450 4.2.1 later", "mx at RCPT: 450 4.2.2 later"),
        ("451 greylisted for 5 s", "451 busy for 5 s"),
    ],
)
def test_reasons_with_other_codes_or_words_are_others(
    engine: sa.Engine, one: str, other: str
) -> None:
    assert len(groups_of(engine, ("failed", one), ("failed", other))) == 2


def test_the_wording_of_most_is_shown(engine: sa.Engine) -> None:
    (group,) = groups_of(engine, ("failed", "550 id 1111111"), *[("failed", "550 id 2222222")] * 2)

    assert group.reason == "550 id 2222222"


def test_a_planned_mail_with_a_reason_was_given_back_by_a_run_that_stopped(
    engine: sa.Engine,
) -> None:
    found = groups_of(
        engine,
        ("planned", "did not accept the login"),
        ("planned", None),
        ("planned", LOST),
        ("deferred", "450 later"),
    )

    assert [group.reason for group in stop_reasons(found)] == ["did not accept the login"]
