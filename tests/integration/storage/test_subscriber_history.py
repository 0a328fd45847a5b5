"""All that one subscriber was sent: complete, explained, and read without opening an edition."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, issue, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TWO, LedgerSteps

from digest.models.delivery import DeliveryState
from digest.storage import subscriber_history
from digest.storage.schema import editions
from digest.storage.subscriber_history import SubscriberHistory

if TYPE_CHECKING:
    import sqlalchemy as sa

SENT = DeliveryState.SENT


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


def test_the_reasons_are_read_without_the_content_of_editions(steps: LedgerSteps) -> None:
    steps.finish(SENT, mail=issue(pick(TWO, score=3.0, similar=(THREE,)), pick(ONE)))
    with steps.engine.begin() as db:
        db.execute(editions.update().values(content=b"cannot be opened"))

    (found,) = SubscriberHistory(steps.engine).issues(ADA)

    assert found.record == steps.record()
    assert found.papers == steps.history.contents(steps.record())
    assert [(it.paper_id, it.score, it.similar_to) for it in found.papers] == [
        ("2", 3.0, None),
        ("3", 3.0, "2"),
        ("1", 1.0, None),
    ]
    assert found.papers[0].reasons == ("“agents” in the title",)


@pytest.mark.parametrize("page", [1, 2, 3, 50])
def test_every_issue_comes_once_the_newest_first(
    steps: LedgerSteps, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(subscriber_history, "_PAGE", page)
    days = [DAY + timedelta(days=number) for number in range(5)]
    for day in days:
        steps.finish(SENT, ONE, day=day)
    steps.finish(SENT, ONE, subscriber=BO)

    found = [it.record.day for it in SubscriberHistory(steps.engine).issues(ADA)]

    assert found == days[::-1]


def test_rows_without_a_mail_are_there_too(steps: LedgerSteps) -> None:
    steps.bring_to(DeliveryState.SKIPPED)

    (found,) = SubscriberHistory(steps.engine).issues(ADA)

    assert (found.record.reason, found.papers) == ("so it is", [])
