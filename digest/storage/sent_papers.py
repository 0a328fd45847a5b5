"""The papers of one mail, with their titles and why they were in it.

Reads what the ledger has of the mail, and of its edition only the papers and the explanations of
the topics that the mail has, not the whole edition: a year of mails must be quick to read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.issue import WITHDRAWN
from digest.storage import contents, explanations, shown_papers
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import edition_papers, papers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.storage.explanations import Explanation


@dataclass(frozen=True, kw_only=True)
class SentPaper:
    """A paper in a mail that was made, and why it was there."""

    paper_id: str
    title: str
    #: None once the delivery is pruned, and so is the score
    topic: str | None
    score: float | None
    #: why it was picked; empty where one of the fields below says it
    reasons: tuple[str, ...] = ()
    #: how many nearly identical papers are listed behind it
    similar: int = 0
    #: the paper that this one is nearly the same as, and is listed behind
    similar_to: str | None = None
    #: whether the mail only said that it was withdrawn
    is_withdrawal: bool = False
    #: the ranker that chose it in an interleaved section; empty elsewhere
    team: str = ""
    #: the chance that it was drawn with, if it was
    propensity: float | None = None


def of_contents(db: sa.Connection, edition_id: int, text: str) -> list[SentPaper]:
    """Return the papers of a mail, in its order; `text` is what the ledger has of it."""
    in_edition = contents.positions(text)
    found = _papers(db, edition_id, in_edition)
    items = contents.load(text, {position: paper_id for position, (paper_id, _) in found.items()})
    why = explanations.find(
        db,
        edition_id,
        {
            (item.topic, position)
            for item, position in zip(items, in_edition, strict=True)
            if item.reasons is None and item.topic != WITHDRAWN
        },
    )
    similar = Counter(item.behind for item in items)
    sent = []
    for item, position in zip(items, in_edition, strict=True):
        paper = SentPaper(
            paper_id=item.paper_id,
            title=found[position][1],
            topic=item.topic,
            score=item.score or 0.0,
            reasons=tuple(reason.text for reason in item.reasons or ()),
            team=item.team or "",
            propensity=item.propensity,
        )
        if item.topic == WITHDRAWN:
            paper = replace(paper, is_withdrawal=True)
        elif item.behind is not None:
            first = why.get((item.topic, in_edition[item.behind]))
            paper = replace(
                paper,
                score=first.score if first else 0.0,
                reasons=(),
                similar_to=items[item.behind].paper_id,
            )
        elif item.reasons is None:
            paper = _explained(paper, why.get((item.topic, position)), similar[item.position])
        sent.append(paper)
    return sent


def of_pruned(db: sa.Connection, edition_id: int, content: bytes) -> list[SentPaper]:
    """Return the papers of a mail whose delivery was pruned: why they were picked is gone."""
    kept = shown_papers.load(content)
    found = _papers(db, edition_id, (*kept.papers, *kept.withdrawals))
    return [
        SentPaper(
            paper_id=found[position][0],
            title=found[position][1],
            topic=None,
            score=None,
            is_withdrawal=is_withdrawal,
        )
        for is_withdrawal, positions in ((False, kept.papers), (True, kept.withdrawals))
        for position in positions
    ]


def _explained(paper: SentPaper, why: Explanation | None, similar: int) -> SentPaper:
    if why is None:
        return paper
    return replace(paper, score=why.score, reasons=why.reasons, similar=similar)


def _papers(
    db: sa.Connection, edition_id: int, positions: Iterable[int]
) -> dict[int, tuple[str, str]]:
    """Return the ids and titles of today, by position in the edition."""
    query = (
        sa.select(edition_papers.c.position, papers.c.id, papers.c.title)
        .join_from(edition_papers, papers)
        .where(edition_papers.c.edition_id == edition_id)
    )
    return {
        row.position: (row.id, row.title)
        for row in rows_where_in(db, query, edition_papers.c.position, positions)
    }
