"""Semantic Scholar: a one-sentence summary, venue and citations of other sources' papers.

Nearly every field may be null, and a new paper is unknown there for days; neither is an error.
A response may be read from a file, without its request. So a paper is identified by its
externalIds, not by its position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.errors import RefusedError, SourceError
from digest.models.identity import arxiv_id, known_id, namespace, source_id
from digest.models.paper import Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

API = "https://api.semanticscholar.org/graph/v1"
FIELDS = "externalIds,venue,publicationVenue,journal,citationCount,tldr"
#: The service accepts no more ids in one request.
_AT_ONCE = 500
#: Preprint servers do not count as venues.
_NO_VENUES = {"arxiv", "arxiv.org", "biorxiv", "corr", "medrxiv"}
#: The message of its status 400 if it knows none of the ids.
_ALL_UNKNOWN = "no valid paper ids"


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Look up the day's papers by arXiv id or DOI; papers with neither are left out."""
    url = (source.url or API).rstrip("/")
    ids = list(dict.fromkeys(filter(None, map(_service_id, request.papers()))))
    starts = range(0, len(ids), _AT_ONCE)
    request.expect(len(starts))
    for start in starts:
        some = ids[start : start + _AT_ONCE]
        where = f"{url}/paper/batch, papers {start + 1} to {start + len(some)}"
        text = _post(source, request, f"{url}/paper/batch", some)
        if text is not None:
            yield RawDocument(where=where, text=text)


def _post(source: Source, request: FetchRequest, url: str, ids: Sequence[str]) -> str | None:
    """Return the response, or None if the service knows none of the papers."""
    headers = {"x-api-key": source.key} if source.key else {}
    try:
        return request.web.post(url, {"fields": FIELDS}, json={"ids": ids}, headers=headers)
    except RefusedError as error:
        if error.status == 400 and _ALL_UNKNOWN in error.body.casefold():
            return None
        if error.status not in (401, 403):
            raise
        remedy = "check its key" if source.key else "give it a key"
        raise SourceError(
            f"source {source.name}: Semantic Scholar answered {error.status}; {remedy}"
        ) from error


def _service_id(paper: Paper) -> str | None:
    """Return a paper's id at the service, or None for one that has only a title."""
    found = (_by_namespace(name) for name in (paper.id, *paper.aliases))
    return next(filter(None, found), None)


def _by_namespace(name: str) -> str | None:
    prefix = {"arxiv": "ARXIV:", "preprint": "DOI:", "doi": "DOI:", "s2": ""}.get(namespace(name))
    return None if prefix is None else prefix + name.removeprefix("s2:")


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse one response: an array with null for every paper the service does not know."""
    try:
        elements = lenient.load(document.text)
    except ValueError as error:
        return lenient.unusable(document, str(error))
    if isinstance(elements, dict):
        message = elements.get("error") or elements.get("message") or "no array of papers"
        return lenient.unusable(document, f"the service answered: {str(message)[:200]}")
    if not isinstance(elements, list):
        return lenient.unusable(document, "not an array of papers")
    updates: list[Paper] = []
    rejected: list[Rejected] = []
    for index, element in enumerate(elements):
        if element is None:
            continue
        found = _update(element, day=day, now=now)
        if isinstance(found, Paper):
            updates.append(found)
        else:
            rejected.append(Rejected(where=f"{document.where}[{index}]", reason=found))
    return Batch(
        updates=tuple(updates), rejected=tuple(rejected), declared=len(updates) + len(rejected)
    )


def _update(element: object, *, day: date, now: datetime) -> Paper | str:
    """Return the update of a paper, or the reason why it cannot be used."""
    if not isinstance(element, dict):
        return "not a JSON object"
    ids = _object(element, "externalIds")
    names = [
        arxiv_id(lenient.text(ids.get("ArXiv"))),
        known_id(lenient.text(ids.get("DOI"))),
        source_id("s2", lenient.text(element.get("paperId"))),
    ]
    paper_id, *aliases = dict.fromkeys(filter(None, names)) or [""]
    if not paper_id:
        return "no arXiv id and no DOI"
    signals = Signals(citations=lenient.number(element.get("citationCount")))
    return Paper(
        id=paper_id,
        aliases=tuple(aliases),
        title="",
        abstract="",
        day=day,
        tldr=lenient.text(_object(element, "tldr").get("text")),
        venue=_venue(element),
        signals=signals,
        observed_at=now if signals.known else None,
    )


def _venue(element: dict[str, Any]) -> str:
    names = (
        lenient.text(element.get("venue")),
        lenient.text(_object(element, "publicationVenue").get("name")),
        lenient.text(_object(element, "journal").get("name")),
    )
    return next((name for name in names if name and name.casefold() not in _NO_VENUES), "")


def _object(record: dict[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


KIND = Kind(
    read=read,
    parse=parse,
    hosts=("api.semanticscholar.org",),
    rank=20,
    knows={"tldr": 95, "venue": 95},
    enriches=True,
)
