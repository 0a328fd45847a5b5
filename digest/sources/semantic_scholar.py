"""Semantic Scholar: a one-sentence summary, venue and citations of other sources' papers.

Nearly every field may be null, and a new paper is unknown there for days; neither is an error.
An answer belongs to the question at its place: what it says of itself may be another name, or none.
But one that names another paper that was asked for is not at its place, and is rejected. So a
document holds the ids of the papers that were asked for beside the answers. A file with answers
alone, saved by other means, is read by their externalIds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digest.errors import RefusedError, SourceError
from digest.models.identity import arxiv_id, known_id, namespace, source_id
from digest.models.paper import Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient
from digest.text.wording import count

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
    known = {it.id: it for it in request.papers()}
    ids = {name: found for name, it in known.items() if (found := _service_id(it)) is not None}
    papers = list(ids)
    starts = range(0, len(ids), _AT_ONCE)
    request.expect(len(starts))
    for start in starts:
        some = papers[start : start + _AT_ONCE]
        where = f"{url}/paper/batch, papers {start + 1} to {start + len(some)}"
        try:
            text = _post(source, request, f"{url}/paper/batch", [ids[it] for it in some])
        except SourceError as error:
            if start == 0:
                raise
            trouble = f"only {start:,} of {len(ids):,} papers could be looked up: {error}"
            yield RawDocument(where=where, text="", trouble=trouble)
            return
        yield RawDocument(where=where, text=_document([known[it] for it in some], text))


def _document(papers: Sequence[Paper], answer: str) -> str:
    """Return a document of a response and the papers that were asked for, each by all its ids."""
    try:
        answers: object = json.loads(answer)
    except (ValueError, RecursionError):
        return answer  # parse reports it
    if not isinstance(answers, list):
        return answer
    asked = [[paper.id, *paper.aliases] for paper in papers]
    return json.dumps({"papers": asked, "answers": answers}, ensure_ascii=False)


def _post(source: Source, request: FetchRequest, url: str, ids: Sequence[str]) -> str:
    """Return the response: an array with null for every paper the service does not know."""
    headers = {"x-api-key": source.key} if source.key else {}
    try:
        return request.web.post(url, {"fields": FIELDS}, json={"ids": ids}, headers=headers)
    except RefusedError as error:
        if error.status == 400 and _ALL_UNKNOWN in error.body.casefold():
            return json.dumps([None] * len(ids))
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
    if document.trouble:
        return Batch(trouble=document.trouble)
    try:
        found = lenient.load(document.text)
    except ValueError as error:
        return lenient.unusable(document, str(error))
    asked, answers = _asked(found)
    papers = [names[0] for names in asked]
    owners = {name: names[0] for names in asked for name in reversed(names)}
    if isinstance(answers, dict):
        message = answers.get("error") or answers.get("message") or "no array of papers"
        return lenient.unusable(document, f"the service answered: {str(message)[:200]}")
    if not isinstance(answers, list):
        return lenient.unusable(document, "not an array of papers")
    # Answers that are not as many as the questions have lost their places.
    is_placed = len(papers) == len(answers)
    updates: list[Paper] = []
    rejected: list[Rejected] = []
    misplaced = 0
    for index, answer in enumerate(answers):
        if answer is None:
            continue
        own_ids = _own_ids(answer)
        # A paper that was asked for, by any of its ids.
        named = [owners[name] for name in own_ids if name in owners]
        paper_id = papers[index] if is_placed else next(iter([*named, *own_ids]), None)
        if papers and paper_id not in papers:
            update: Paper | str = "names no paper that was asked for"
        elif named and paper_id not in named:
            misplaced += 1
            update = f"is the answer for {paper_id}, but names {named[0]}, which was asked for too"
        else:
            update = _update(answer, paper_id, day=day, now=now)
        if isinstance(update, Paper):
            updates.append(update)
        else:
            rejected.append(Rejected(where=f"{document.where}[{index}]", reason=update))
    return Batch(
        updates=tuple(updates),
        rejected=tuple(rejected),
        declared=len(updates) + len(rejected),
        unknown=answers.count(None) if is_placed else 0,
        trouble=_trouble(len(papers), len(answers), misplaced),
    )


def _trouble(asked: int, answered: int, misplaced: int) -> str | None:
    if asked and asked != answered:
        return f"it gave {count(answered, 'answer')} to {count(asked, 'question')}"
    return (
        f"{count(misplaced, 'answer')} came at the place of another question" if misplaced else None
    )


def _asked(found: object) -> tuple[list[list[str]], object]:
    """Split a document into the papers that were asked for and the answers; see `_document`.

    A paper is a list of its ids, the canonical one first. Recordings that are older have one only.
    """
    if not isinstance(found, dict) or "answers" not in found:
        return [], found
    papers = [it if isinstance(it, list) else [it] for it in lenient.items(found.get("papers"))]
    is_known = all(it and all(isinstance(name, str) and name for name in it) for it in papers)
    return (papers if is_known else []), found["answers"]


def _own_ids(answer: object) -> list[str]:
    """Return the ids of the paper that an answer names itself, the canonical one first."""
    if not isinstance(answer, dict):
        return []
    ids = _object(answer, "externalIds")
    names = (
        arxiv_id(lenient.text(ids.get("ArXiv"))),
        known_id(lenient.text(ids.get("DOI"))),
        source_id("s2", lenient.text(answer.get("paperId"))),
    )
    return list(dict.fromkeys(filter(None, names)))


def _update(element: object, paper_id: str | None, *, day: date, now: datetime) -> Paper | str:
    """Return the update of a paper, or the reason why it cannot be used."""
    if not isinstance(element, dict):
        return "not a JSON object"
    if paper_id is None:
        return "no arXiv id and no DOI"
    signals = Signals(citations=lenient.number(element.get("citationCount")))
    return Paper(
        id=paper_id,
        aliases=tuple(name for name in _own_ids(element) if name != paper_id),
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
