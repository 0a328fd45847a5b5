"""Why papers were picked is stored with their edition, and goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from support.builders import DAY, NOON, edition_of, issue, pick
from support.ledger_steps import ONE, TWO, LedgerSteps

from digest.storage import explanations
from digest.storage.explanations import Explanation
from digest.storage.schema import edition_topics

if TYPE_CHECKING:
    from digest.storage.editions import StoredEdition


def stored(steps: LedgerSteps) -> StoredEdition:
    made = edition_of(issue(pick(TWO, score=0.1 + 0.2), pick(ONE)))
    return steps.editions.save(made, mail_key="templates", now=NOON)


def test_the_picks_that_are_asked_for_are_explained_exactly(engine: sa.Engine) -> None:
    steps = LedgerSteps(engine)
    edition_id = stored(steps).id

    with engine.connect() as db:
        found = explanations.find(db, edition_id, {("agents", 0), ("agents", 9), ("speech", 0)})
        nothing = explanations.find(db, edition_id, set())

    assert found == {("agents", 0): Explanation(0.1 + 0.2, ("“agents” in the title",))}
    assert nothing == {}


def test_an_edition_that_no_mail_used_takes_its_explanations_along(engine: sa.Engine) -> None:
    steps = LedgerSteps(engine)
    stored(steps)
    steps.ledger.plan(DAY, now=NOON)
    for row in steps.fetch_due():
        steps.ledger.settle([row.delivery_id], "skipped", reason="nothing new", now=NOON)

    steps.ledger.close(DAY, now=NOON)

    with engine.connect() as db:
        assert db.execute(sa.select(edition_topics)).all() == []
