"""arXiv's query API, asked for four papers of which it knows three, one of them without title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from support import arxiv_documents
from support.arxiv_documents import ArxivPaper
from support.builders import paper
from support.http_server import Response
from support.services import ScriptedService

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

DAY = date(2026, 2, 10)
PAPERS = {
    one.id: one
    for one in (
        ArxivPaper(
            id="2602.00001",
            version=2,
            categories=("cs.CL", "cs.LG"),
            comment="Accepted at the Fen Conference",
            journal_ref="Fen Letters 3 (2026) 14",
            submitted=datetime(2026, 2, 2, 17, 59, 46, tzinfo=UTC),
        ),
        ArxivPaper(
            id="hep-th/9901001", version=3, title="Strings before Bells", categories=("hep-th",)
        ),
        replace(ArxivPaper(id="2602.00003"), title=""),
    )
}


def _body(text: str, status: int = 200) -> Response:
    return Response(status=status, body=text.encode())


def happy(request: Request) -> Response:
    """Answer with what is known of the ids that were asked for."""
    ids = request.query["id_list"][0].split(",")
    return _body(arxiv_documents.api(DAY, [PAPERS[one] for one in ids if one in PAPERS]))


def empty(_question: Request) -> Response:
    """Answer that none of the ids is known."""
    return _body(arxiv_documents.api(DAY, ()))


def error(_question: Request) -> Response:
    """Answer as to an id that is none: an error that looks like a paper."""
    return _body(arxiv_documents.api_error())


SERVICE = ScriptedService(
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
