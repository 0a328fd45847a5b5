"""bioRxiv's details of a day: two pages, in no order, with dates and numbers as it writes them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from support.http_server import Response
from support.services import ScriptedService

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

DAY = date(2026, 6, 30)


def record(number: int, **details: Any) -> dict[str, Any]:
    """One version of a preprint as the service gives it."""
    return {
        "doi": f"10.64898/2026.06.28.{number:06}",
        "title": f"Lamps light the fog of moor {number}",
        "authors": "Moor, A.; Fen, B.; Hyde, C. D.",
        "author_corresponding": "Ada Moor",
        "author_corresponding_institution": "Laboratory of Fog",
        "date": "2026-6-30",
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "neuroscience" if number % 2 else "cell biology",
        "jatsxml": f"https://www.biorxiv.org/content/early/2026/06/30/{number:06}.source.xml",
        "abstract": f"Fog hides lamps.\nWe light {number} of them, and see <i>more</i>.",
        "published": "NA",
        "server": "bioRxiv",
        "funder": [{"name": "Society of Lamps", "id": "NA", "id-type": "ROR", "award": "17"}],
    } | details


RECORDS = [
    record(7, version="2", title="Lamps light the fog of moor 7, again"),
    *(record(number) for number in range(101)),
    record(900, version="3"),
    record(901, version="2", title="WITHDRAWN: Lamps darken the fog", type="withdrawn"),
    record(902, doi="NA"),
]


def response(records: list[Any], *, cursor: int = 0, total: int | str | None = None) -> str:
    """One page as the service gives it."""
    message = {
        "status": "ok",
        "category": "all",
        "interval": f"{DAY}:{DAY}",
        "funder": "all",
        "cursor": cursor,
        "count": len(records),
        "count_new_papers": str(len(records)),
        "total": str(len(records)) if total is None else total,
    }
    return json.dumps({"messages": [message], "collection": records})


def _happy(request: Request) -> Response:
    cursor = int(request.path.rsplit("/", 1)[1])
    if f"/{DAY}/{DAY}/" not in request.path:
        return _empty(request)
    records = RECORDS[cursor : cursor + 100]
    return Response(body=response(records, cursor=cursor, total=str(len(RECORDS))).encode())


def _empty(_question: Request) -> Response:
    return Response(body=b'{"messages":[{"status":"no posts found"}],"collection":[]}')


def _error(_question: Request) -> Response:
    return Response(body=b'{"messages":[{"status":"Error: unknown server"}],"collection":[]}')


SERVICE = ScriptedService(
    source=lambda base: Source(name="bioRxiv", kind="biorxiv", url=f"{base}/details/biorxiv"),
    day=DAY,
    now=datetime(2026, 7, 1, 6, tzinfo=UTC),
    happy=_happy,
    empty=_empty,
    error=_error,
    # Two versions of one preprint are one.
    declared=104,
    parsed=103,
    rejected=1,
)
