"""OpenReview: `GET https://api2.openreview.net/notes?content.venueid=…`, all papers of venues.

All papers of a venue are read each time, because they become public one by one and none is marked
as new. A paper's day is the UTC day on which it became public. The older service does not wrap
values (`"title": "T"`), the newer one does (`"title": {"value": "T"}`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from digest.errors import ConfigError, SourceError
from digest.models.identity import canonical_id, source_id
from digest.models.paper import Links, Paper
from digest.models.source import Batch, Channel, Forecast, Outlook
from digest.sources import FetchRequest, Kind, RawDocument, Source, join_batches, lenient
from digest.sources.paging import Pages
from digest.sources.withdrawal import is_notice
from digest.text.authors import clean_names
from digest.text.clean import safe_url
from digest.text.keywords import clean_keywords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

API = "https://api2.openreview.net/notes"
#: The service gives at most 1,000 notes a page; the largest venues have about 25,000.
_PAGE = 1000
_PAGES = 50
_SITE = "https://openreview.net"
_WITHDRAWN = "/Withdrawn_Submission"
#: The ends of the venue ids of papers that were not accepted.
_NOT_ACCEPTED = ("/Rejected_Submission", "/Desk_Rejected_Submission")
_NOBODY = ("anonymous", "anonymous authors")


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Read all papers of each venue, page by page.

    A venue that cannot be read does not stop the others, and the pages before an error are kept.
    SourceError is raised if there is no page at all.
    """
    if not source.venues:
        raise ConfigError(
            f'source {source.name}: kind "openreview" needs venues, '
            f'such as ["ICLR.cc/2025/Conference"]'
        )
    failed: list[SourceError] = []
    some = False
    for venue in source.venues:
        try:
            for document in _read_venue(source.url or API, venue, request):
                some = True
                yield document
        except SourceError as error:
            failed.append(error)
            yield RawDocument(where=venue, text="", channel=venue, trouble=str(error))
    if failed and not some:
        raise failed[0]


def _read_venue(url: str, venue: str, request: FetchRequest) -> Iterator[RawDocument]:
    pages = Pages("notes", asked=_PAGE, most=_PAGES)
    while True:
        # The service counts only where it is asked to.
        query = {
            "content.venueid": venue,
            "limit": str(_PAGE),
            "offset": str(pages.given),
            "count": "true",
        }
        where = f"{url}?content.venueid={venue}&offset={pages.given}"
        try:
            text = request.web.get(url, query)
            notes, count = _understand(text, where)
        except SourceError as error:
            if pages.end(error):
                break
            raise
        if pages.add(map(_key, notes), total=count):
            yield RawDocument(where=where, text=text, channel=venue)
        if not pages.go_on:
            break
    if trouble := pages.trouble:
        yield RawDocument(where=where, text="", channel=venue, trouble=trouble)


def _key(note: object) -> object:
    """Return what tells a note from others: its id, else itself alone."""
    identifier = note.get("id") if isinstance(note, dict) else None
    return identifier if isinstance(identifier, str) else object()


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:  # noqa: ARG001 (the signature of every kind)
    """Parse one page; every paper has its own day."""
    if document.trouble:
        unknown = Channel(name=document.channel, parsed=0, is_read=False)
        return Batch(channels=(unknown,), trouble=f"{document.channel}: {document.trouble}")
    try:
        notes, count = _understand(document.text, document.where)
    except SourceError as error:
        return lenient.unusable(document, str(error))
    if not notes and not count:
        # A misspelt venue looks the same.
        return Batch(trouble=f"{document.where}: there is nothing; check the id of the venue")
    venue = Channel(name=_venue_of(document, notes), parsed=len(notes), declared=count)
    return replace(
        lenient.batch(document, [_paper(note, day) for note in notes]), channels=(venue,)
    )


def join(batches: Sequence[Batch]) -> Batch:
    """Join pages, with a channel for each venue, and trouble if notes of a venue are missing."""
    whole = join_batches(batches)
    names = dict.fromkeys(page.name for page in whole.channels)
    channels = tuple(
        _venue([page for page in whole.channels if page.name == name]) for name in names
    )
    lacking = [
        f"{it.name} gave {it.parsed:,} of {it.declared:,} notes"
        for it in channels
        if it.declared and it.parsed < it.declared
    ]
    missing = sum(max(0, (it.declared or 0) - it.parsed) for it in channels)
    return Batch(
        papers=whole.papers,
        updates=whole.updates,
        rejected=whole.rejected,
        declared=whole.declared + missing,
        channels=channels,
        trouble="; ".join([*lacking, *(it.trouble for it in batches if it.trouble)]) or None,
        warnings=whole.warnings,
    )


def _venue(pages: Sequence[Channel]) -> Channel:
    counted = [page.declared for page in pages if page.declared is not None]
    return Channel(
        name=pages[0].name,
        parsed=sum(page.parsed for page in pages),
        declared=max(counted, default=None),
        is_read=any(page.is_read for page in pages),
    )


def _understand(text: str, where: str) -> tuple[list[Any], int | None]:
    """Return the notes of a page and how many the venue has, if it says so.

    Raises:
        SourceError: it is an error, or no page of notes.

    """
    try:
        answer = lenient.load(text)
    except ValueError as error:
        raise SourceError(f"{where}: {error}") from error
    if isinstance(answer, dict) and isinstance(answer.get("notes"), list):
        return answer["notes"], lenient.number(answer.get("count"))
    message = lenient.text(answer.get("message")) if isinstance(answer, dict) else ""
    problem = f"the service answered: {message[:200]}" if message else "not a list of notes"
    raise SourceError(f"{where}: {problem}")


def _venue_of(document: RawDocument, notes: list[Any]) -> str:
    """Return the requested venue, or for a file the first one that a note names."""
    named = (lenient.text(_value(_content(note), "venueid")) for note in notes)
    return next(filter(None, (document.channel, *named)), document.where)


def _content(note: object) -> dict[str, Any]:
    content = note.get("content") if isinstance(note, dict) else None
    return content if isinstance(content, dict) else {}


def _value(content: dict[str, Any], key: str) -> object:
    found = content.get(key)
    return found.get("value") if isinstance(found, dict) else found


def _paper(note: object, day: date) -> Paper | str:
    """Return the paper of a note, or the reason why it is not one."""
    if not isinstance(note, dict):
        return "not a JSON object"
    if note.get("ddate"):
        return "deleted"
    content = _content(note)
    venue_id = lenient.text(_value(content, "venueid"))
    if venue_id.endswith(_NOT_ACCEPTED):
        return "not taken by its venue"
    identifier, title = str(note.get("id") or "").strip(), lenient.text(_value(content, "title"))
    if not identifier or not title:
        return "no id" if title else "no title"
    public = _moment(note, "pdate", "odate", "tcdate")
    abstract = lenient.text(_value(content, "abstract"))
    withdrawn = venue_id.endswith(_WITHDRAWN) or is_notice(abstract)
    if public is None and not withdrawn:
        return "no date on which it became public"
    changed = _moment(note, "tmdate", "mdate")
    authors = _authors(_value(content, "authors"))
    return Paper(
        id=source_id("openreview", identifier)
        or canonical_id(None, title, authors[0] if authors else ""),
        title=title,
        abstract=abstract,
        authors=authors,
        keywords=clean_keywords(lenient.texts(_value(content, "keywords"))),
        published_at=public,
        venue="" if withdrawn else lenient.text(_value(content, "venue")),
        tldr=lenient.text(_value(content, "TLDR")),
        withdrawn_on=(changed.date() if changed else day) if withdrawn else None,
        restored_on=changed.date() if changed and not withdrawn else None,
        day=public.date() if public else day,
        links=_links(identifier, _value(content, "pdf")),
    )


def _moment(note: dict[str, Any], *names: str) -> datetime | None:
    """Return the first known one of several times."""
    return next(filter(None, (lenient.milliseconds(note.get(name)) for name in names)), None)


def _authors(value: object) -> tuple[str, ...]:
    """Return the authors' names; during blind review there are none."""
    names = [
        lenient.text(author.get("fullname") if isinstance(author, dict) else author)
        for author in lenient.items(value)
    ]
    return clean_names(name for name in names if name.casefold() not in _NOBODY)


def _links(identifier: str, pdf: object) -> Links:
    """Return the addresses; a PDF at the service itself is given as a path only."""
    note = quote(identifier, safe="")
    own = f"{_SITE}/pdf?id={note}" if isinstance(pdf, str) and pdf.startswith("/") else None
    return Links(abs=f"{_SITE}/forum?id={note}", pdf=own or safe_url(pdf))


def forecast(_day: date, _now: datetime) -> Forecast:
    """Expect few papers or none on every day."""
    return Forecast(Outlook.LITTLE, "no venue publishes every day")


KIND = Kind(
    read=read,
    parse=parse,
    join=join,
    hosts=("api2.openreview.net", "api.openreview.net"),
    knows={"venue": 99},
    forecast=forecast,
    # No whole_after: every response holds the papers of past days too.
)
