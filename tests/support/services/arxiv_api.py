"""arXiv's query API, asked for four papers of which it knows three, one of them without title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from support import arxiv_documents
from support.arxiv_documents import Told
from support.builders import paper
from support.http_server import Answer
from support.services import Played

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Question

DAY = date(2026, 2, 10)
TOLD = {
    one.id: one
    for one in (
        Told(
            id="2602.00001",
            version=2,
            categories=("cs.CL", "cs.LG"),
            comment="Accepted at the Fen Conference",
            journal_ref="Fen Letters 3 (2026) 14",
            submitted=datetime(2026, 2, 2, 17, 59, 46, tzinfo=UTC),
        ),
        Told(id="hep-th/9901001", version=3, title="Strings before Bells", categories=("hep-th",)),
        replace(Told(id="2602.00003"), title=""),
    )
}


def _body(text: str, status: int = 200) -> Answer:
    return Answer(status=status, body=text.encode())


def happy(question: Question) -> Answer:
    """Answer with what is known of the ids that were asked for."""
    ids = question.query["id_list"][0].split(",")
    return _body(arxiv_documents.api(DAY, [TOLD[one] for one in ids if one in TOLD]))


def empty(_question: Question) -> Answer:
    """Answer that none of the ids is known."""
    return _body(arxiv_documents.api(DAY, ()))


def error(_question: Question) -> Answer:
    """Answer as to an id that is none: an error that looks like a paper."""
    return _body(arxiv_documents.api_error())


PLAYED = Played(
    source=lambda base: Source(name="arXiv", kind="arxiv-api", url=base),
    day=DAY,
    now=datetime(2026, 2, 10, 12, tzinfo=UTC),
    happy=happy,
    empty=empty,
    error=error,
    declared=3,
    parsed=2,
    rejected=1,
    known=(
        paper("2602.00001", day=DAY),
        paper("hep-th/9901001", day=DAY),
        paper("2602.00003", day=DAY),
        paper("2602.00004", day=DAY),
        paper("10.1101/2026.02.01.000001", day=DAY),
    ),
)
