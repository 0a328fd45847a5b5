"""OpenReview's notes of a venue, in pages; wrapped values as in its second API."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from support.http_server import Response
from support.services import ScriptedService

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

DAY = date(2025, 1, 22)
VENUE = "Fog.org/2025/Conference"
#: the service gives fewer than are asked for, where it wants
PAGE = 3


def ms(*when: int) -> int:
    """A time as the service writes it."""
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type]


def note(number: int, *, venue_id: str = VENUE, **details: Any) -> dict[str, Any]:
    """One submission as the service gives it."""
    name = f"lamp{number:06}"
    content = {
        "title": f"Lamps in Fog, Part {number}",
        "authors": ["Ada Moor", "Bo Fen"],
        "authorids": ["~Ada_Moor1", "~Bo_Fen1"],
        "keywords": ["lamps", "fog"],
        "abstract": "We count lamps in fog.\nThere are many.",
        "TLDR": "Lamps can be counted in fog.",
        "venue": "Fog 2025 poster",
        "venueid": venue_id,
        "pdf": f"/pdf/{number:040x}.pdf",
        "_bibtex": "@inproceedings{\nmoor2025lamps,\ntitle={Lamps in Fog}\n}",
        "paperhash": f"moor|lamps_in_fog_part_{number}",
    }
    return {
        "id": name,
        "forum": name,
        "replyto": None,
        "number": number,
        "domain": VENUE,
        "cdate": ms(2024, 9, 22),
        "pdate": ms(2025, 1, 22, 15),
        "odate": ms(2024, 10, 4),
        "mdate": ms(2025, 3, 2),
        "tcdate": ms(2024, 9, 22),
        "tmdate": ms(2025, 3, 2),
        "ddate": None,
        "invitations": [f"{VENUE}/-/Submission", f"{VENUE}/-/Edit"],
        "signatures": [f"{VENUE}/Submission{number}/Authors"],
        "readers": ["everyone"],
        "writers": [VENUE, f"{VENUE}/Submission{number}/Authors"],
        "license": "CC BY 4.0",
        "version": 2,
        "content": {key: {"value": value} for key, value in content.items()},
    } | details


def _without_title(number: int) -> dict[str, Any]:
    found = note(number)
    return found | {"content": {"venueid": found["content"]["venueid"]}}


NOTES = {
    VENUE: [note(1), note(2), _without_title(3), note(5)],
    f"{VENUE}/Withdrawn_Submission": [note(4, venue_id=f"{VENUE}/Withdrawn_Submission")],
}
OTHER_DAYS = {
    venue: [note(6, pdate=ms(2025, 1, 21)), note(7, pdate=ms(2025, 1, 23))] for venue in NOTES
}


def response(notes: list[Any], *, count: Any = None) -> str:
    """One page as the service gives it."""
    return json.dumps({"notes": notes, "count": len(notes) if count is None else count})


def _paged(request: Request, venues: dict[str, list[dict[str, Any]]]) -> Response:
    offset = int(request.query["offset"][0])
    found = venues.get(request.query["content.venueid"][0], [])
    return Response(body=response(found[offset : offset + PAGE], count=len(found)).encode())


def _happy(request: Request) -> Response:
    return _paged(request, NOTES)


def _empty(request: Request) -> Response:
    # A venue has papers on all days but this one.
    return _paged(request, OTHER_DAYS)


def _error(_question: Request) -> Response:
    error = {
        "name": "ValidationError",
        "message": "The property venueid must be a string",
        "status": 400,
        "details": {"path": "content.venueid", "reqId": "2025-01-22-17"},
    }
    return Response(status=400, body=json.dumps(error).encode())


SERVICE = ScriptedService(
    source=lambda base: Source(
        name="OpenReview", kind="openreview", url=f"{base}/notes", venues=tuple(NOTES)
    ),
    day=DAY,
    now=datetime(2025, 1, 23, 6, tzinfo=UTC),
    happy=_happy,
    empty=_empty,
    error=_error,
    declared=5,
    parsed=4,
    rejected=1,
)
