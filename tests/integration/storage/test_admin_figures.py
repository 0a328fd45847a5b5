"""Sums over days, for the operator's page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, edition_of, enrolled, issue, pick
from support.ledger_steps import ONE, TWO, LedgerSteps

from digest.models.delivery import DeliveryState
from digest.storage.admin_figures import AdminFigures, Returned
from digest.storage.bounces import Bounce, Bounces
from digest.storage.schema import days, deliveries, editions, pruned_states
from subscribers.models import Event

if TYPE_CHECKING:
    import sqlalchemy as sa

    from subscribers.book import Book

SENT, FAILED, SKIPPED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def figures(engine: sa.Engine) -> AdminFigures:
    return AdminFigures(engine)


def deliver(engine: sa.Engine, book: Book, day: date, *states: DeliveryState) -> None:
    """Give readers a delivery each, in these states."""
    with engine.begin() as db:
        db.execute(days.insert().values(day=day, planned=len(states)))
    for number, state in enumerate(states):
        reader = enrolled(book, f"reader{number}@example.org", Event.CONFIRM)
        row = {"subscriber_id": reader.id, "state": state, "planned_at": NOON, "attempts": 1}
        with engine.begin() as db:
            db.execute(deliveries.insert().values(day=day, **row))


def test_issues_are_counted_by_day_and_state(
    engine: sa.Engine, book: Book, figures: AdminFigures
) -> None:
    deliver(engine, book, BEFORE, SENT, SENT, FAILED)
    deliver(engine, book, DAY, SKIPPED)

    assert figures.issues() == [(BEFORE, {SENT: 2, FAILED: 1}), (DAY, {SKIPPED: 1})]
    assert figures.issues(since=DAY) == [(DAY, {SKIPPED: 1})]


def test_pruned_issues_count(engine: sa.Engine, book: Book, figures: AdminFigures) -> None:
    deliver(engine, book, DAY, SENT)
    with engine.begin() as db:
        db.execute(pruned_states.insert().values(day=DAY, state=SENT, number=5))
        db.execute(pruned_states.insert().values(day=DAY, state=FAILED, number=2))

    assert figures.issues() == [(DAY, {SENT: 6, FAILED: 2})]


def test_a_day_of_which_nobody_is_left_was_planned_all_the_same(
    engine: sa.Engine, figures: AdminFigures
) -> None:
    with engine.begin() as db:
        db.execute(days.insert().values(day=BEFORE, planned=0))
        db.execute(days.insert().values(day=DAY, planned=3))

    assert figures.issues() == [(DAY, {})]


def test_what_was_refused_at_once_came_back_too(
    engine: sa.Engine, book: Book, figures: AdminFigures
) -> None:
    deliver(engine, book, DAY, FAILED, SENT)
    reader = book.find("reader1@example.org")
    assert reader is not None
    with engine.begin() as db:
        bounce = Bounce(subscriber_id=reader.id, day=DAY, bounce_class="hard", at=NOON)
        Bounces(engine).record(db, [bounce])

    assert list(figures.returned()) == [
        Returned(DAY, "reader1@example.org", "hard"),
        Returned(DAY, "reader0@example.org", ""),
    ]
    assert list(figures.returned(since=DAY + timedelta(days=1))) == []


def test_the_papers_of_topics_are_those_of_mailed_editions(
    engine: sa.Engine, figures: AdminFigures
) -> None:
    steps = LedgerSteps(engine)
    stored = steps.editions.save(edition_of(issue(pick(ONE), pick(TWO))), mail_key="", now=NOON)

    before = figures.picks(since=DAY)
    with engine.begin() as db:
        db.execute(editions.update().where(editions.c.id == stored.id).values(mailed_at=NOON))

    assert before == {}
    assert figures.picks(since=DAY) == {"agents": {DAY: 2}}
    assert figures.picks(since=DAY + timedelta(days=1)) == {}
