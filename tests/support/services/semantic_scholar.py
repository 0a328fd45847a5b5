"""Semantic Scholar's batches, as it answers them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.builders import DAY, NOON, paper
from support.http_server import Response
from support.services import ScriptedService

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request


def _record(number: int, ids: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "paperId": f"{number:040x}",
        "externalIds": {"CorpusId": 280_000_000 + number, **ids},
        "publicationVenue": None,
        "venue": "",
        "citationCount": 0,
        "tldr": None,
        "journal": None,
    } | given


_KNOWN = {
    "ARXIV:2602.00001": _record(
        1,
        {"ArXiv": "2602.00001", "DOI": "10.48550/arXiv.2602.00001"},
        venue="arXiv.org",
        journal={"name": "ArXiv", "volume": "abs/2602.00001"},
        citationCount=2,
        tldr={"model": "tldr@v2.0.0", "text": "Lamps are counted in fog, and found to help."},
    ),
    "DOI:10.1101/2026.01.30.700001": _record(
        2,
        {"DOI": "10.1101/2026.01.30.700001", "PubMed": "41000001"},
        venue="Journal of Moss",
        publicationVenue={"id": "6d5b", "name": "Journal of Moss", "type": "journal"},
        journal={"name": "Journal of Moss", "pages": "1-9"},
    ),
    # a record that it made of two, and whose names it lost; it is still the answer to its question
    "ARXIV:2602.00003": _record(3, {"DBLP": "journals/corr/abs-2602-00003"}),
}


def _respond(found: object, status: int = 200) -> Response:
    return Response(
        status=status,
        body=json.dumps(found).encode(),
        headers={"Content-Type": "application/json"},
    )


def _happy(request: Request) -> Response:
    return _respond([_KNOWN.get(name) for name in json.loads(request.body)["ids"]])


def _empty(request: Request) -> Response:
    return _respond([None for _ in json.loads(request.body)["ids"]])


def _error(_question: Request) -> Response:
    return _respond({"error": "Unrecognized or unsupported fields: [tldr.words]"}, status=400)


SERVICE = ScriptedService(
    source=lambda base: Source(
        name="Semantic Scholar", kind="semantic-scholar", url=f"{base}/graph/v1", key="a key"
    ),
    day=DAY,
    now=NOON,
    happy=_happy,
    empty=_empty,
    error=_error,
    declared=3,
    parsed=3,
    rejected=0,
    known=(
        paper("2602.00001"),
        paper("10.1101/2026.01.30.700001"),
        paper("2602.00002"),
        paper("2602.00003"),
        paper("title:0123456789abcdef"),
    ),
)
