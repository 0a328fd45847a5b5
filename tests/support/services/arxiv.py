"""arXiv on an ordinary Tuesday: feeds and listings of two categories, and OAI-PMH.

A paper is new in cs.CL and a cross in cs.LG; one stands in the listing alone; one lost its title
in the feed of cs.LG; one was withdrawn, as only the comment in the listing tells.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from support import arxiv_documents
from support.arxiv_documents import ArxivPaper
from support.http_server import Response
from support.services import ScriptedService

from digest.models.paper import AnnounceType
from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

DAY = date(2026, 2, 10)
CATEGORIES = ("cs.CL", "cs.LG")

SHARED = ArxivPaper(
    id="2602.00001",
    title="Counting Lamps in Fog with $k$-Means",
    abstract="We count lamps in fog. For $a<b$ lamps it works & needs no light.",
    authors=(r"J\"org M\"uller", "Ada Moor"),
    categories=("cs.CL", "cs.LG"),
    comment="12 pages, 3 figures",
)
AFFILIATED = ArxivPaper(
    id="2602.00002",
    title="Stairs that Learn",
    abstract="A stair learns who walks on it.",
    authors=("Bo Fen (Fen College, Ely)", "Cy Dell (Dell Works, Inc., Leeds)"),
    categories=("cs.LG", "cs.CV"),
)
REPLACED = ArxivPaper(
    id="2601.00003",
    version=2,
    title="Bells of the Second Kind",
    abstract="Bells of the second kind ring twice.",
    categories=("cs.CL",),
    type=AnnounceType.REPLACE,
    journal_ref="Journal of Bells 12 (2026), pp. 1-9",
)
WITHDRAWN = ArxivPaper(
    id="2601.00004",
    version=3,
    title="A Bridge without Ends",
    abstract="We build a bridge without ends.",
    categories=("cs.LG",),
    type=AnnounceType.REPLACE,
    comment="This paper has been withdrawn by the authors; Lemma 2 does not hold",
    withdrawn=True,
)
OLD = ArxivPaper(
    id="hep-th/9901001",
    version=3,
    title="Strings before Bells",
    abstract="Strings were there before bells.",
    categories=("hep-th", "cs.LG"),
    type=AnnounceType.REPLACE,
)
UNFED = ArxivPaper(id="2602.00006", title="A Paper that the Feed Forgot", categories=("cs.CL",))
UNTITLED = ArxivPaper(id="2602.00007", title="A Paper whose Title Was Lost", categories=("cs.LG",))

PAPERS = (SHARED, AFFILIATED, REPLACED, WITHDRAWN, OLD, UNFED, UNTITLED)
FED = (SHARED, AFFILIATED, REPLACED, WITHDRAWN, OLD, replace(UNTITLED, title=""))


def _body(text: str, status: int = 200) -> Response:
    return Response(status=status, body=text.encode())


def happy(request: Request) -> Response:
    """Answer as on a day with papers."""
    parts = request.path.strip("/").split("/")
    if parts[0] == "rss":
        return _body(arxiv_documents.rss(parts[1], DAY, FED))
    if parts[0] == "list":
        return _body(arxiv_documents.listing(parts[1], DAY, PAPERS))
    if parts[0] == "oai":
        group, _archive, subject = request.query["set"][0].split(":")
        return _body(arxiv_documents.oai(f"{group}.{subject}", DAY, PAPERS))
    return Response(status=404, body=b"")


def empty(request: Request) -> Response:
    """Answer as on a holiday: the feed is empty, the listing is still the one of the day before."""
    parts = request.path.strip("/").split("/")
    if parts[0] == "rss":
        return _body(arxiv_documents.rss(parts[1], DAY, ()))
    if parts[0] == "list":
        return _body(arxiv_documents.listing(parts[1], date(2026, 2, 9), PAPERS))
    return _body(arxiv_documents.oai_error("noRecordsMatch"))


def error(request: Request) -> Response:
    """Answer as to a question for a category there is not."""
    parts = request.path.strip("/").split("/")
    if parts[0] == "rss":
        return _body(arxiv_documents.rss_error(parts[1]), 400)
    if parts[0] == "list":
        return _body("<!DOCTYPE html><html><body><h1>No such archive</h1></body></html>", 404)
    return _body(arxiv_documents.oai_error("badArgument", "Set does not exist"))


SERVICE = ScriptedService(
    source=lambda base: Source(name="arXiv", kind="arxiv", url=base, categories=CATEGORIES),
    day=DAY,
    now=datetime(2026, 2, 10, 12, tzinfo=UTC),
    happy=happy,
    empty=empty,
    error=error,
    declared=8,
    parsed=7,
    rejected=1,
)
