"""The papers of one mail, with what the ledger and the edition say about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.ledger_steps import ONE, TWO, LedgerSteps

from digest.storage import sent_papers, shown_papers
from digest.storage.schema import edition_topics
from digest.storage.sent_papers import SentPaper
from digest.storage.shown_papers import ShownPapers

if TYPE_CHECKING:
    import sqlalchemy as sa


def test_a_withdrawal_is_told_apart_from_a_pick(engine: sa.Engine) -> None:
    LedgerSteps(engine).claim(ONE, TWO)

    with engine.connect() as db:
        picked, withdrawn = sent_papers.of_contents(db, 1, '[["agents",0],["own:withdrawn",1]]')
        kept = shown_papers.dump(ShownPapers((0,), (1,)))
        pruned = sent_papers.of_pruned(db, 1, kept)

    assert (picked.paper_id, picked.is_withdrawal) == ("1", False)
    assert (withdrawn.paper_id, withdrawn.is_withdrawal, withdrawn.reasons) == ("2", True, ())
    assert pruned == [
        SentPaper(paper_id="1", title="Paper 1", topic=None, score=None),
        SentPaper(paper_id="2", title="Paper 2", topic=None, score=None, is_withdrawal=True),
    ]


def test_a_pick_whose_explanation_is_gone_has_no_reasons(engine: sa.Engine) -> None:
    LedgerSteps(engine).claim(ONE)
    with engine.begin() as db:
        db.execute(edition_topics.delete())

    with engine.connect() as db:
        (found,) = sent_papers.of_contents(db, 1, '[["agents",0]]')

    assert (found.topic, found.score, found.reasons) == ("agents", 0.0, ())
