"""bioRxiv and medRxiv: `GET https://api.biorxiv.org/details/<server>/<first>/<last>/<cursor>`.

A list holds every version of a preprint as a record of its own, unordered, and counts versions. So
a day's papers are known only when all pages are joined. Dates may lack leading zeros (`2026-6-30`)
and are never compared as text; numbers may be strings.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from digest.errors import SourceError
from digest.models.clock_times import instant, midnight
from digest.models.identity import doi
from digest.models.paper import Links, Paper
from digest.models.source import Batch, Channel, Forecast, Outlook, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, join_batches, lenient
from digest.sources.paging import Pages
from digest.sources.withdrawal import is_notice
from digest.text.authors import split_semicolons
from digest.text.clean import MAX_LENGTH, clean
from digest.text.highwire import plain_abstract, without_markers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

API = "https://api.biorxiv.org/details/biorxiv"
#: The service gives 100 records a page; no day has come near 2,000.
_PAGE = 100
_PAGES = 50
_NOTHING = "no posts found"
#: A withdrawn preprint gets a last version, with this prefix to its title and a notice instead of
#: its abstract.
_WITHDRAWN = re.compile(r"\[?WITHDRAWN\b\]?[\s:.–—-]*")
#: Our own key on a page: how many records of other categories were removed from it.
_LEFT_OUT = "left_out"
_SATURDAY = 5
#: UTC; it is then morning in the eastern United States.
_BEGUN = time(12)


class _Page(NamedTuple):
    """One page of the service's list."""

    records: list[Any]
    #: how many records the service has in all, if it says so
    total: int | None
    #: how many records came on earlier pages
    cursor: int
    left_out: int


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Read the list of a day page by page, without records of unwanted categories."""
    base = (source.url or API).rstrip("/")
    wanted = frozenset(map(_folded, source.categories))
    pages = Pages("records", asked=_PAGE, most=_PAGES)
    while True:
        where = f"{base}/{request.day}/{request.day}/{pages.given}"
        try:
            text = request.web.get(where)
            page = _understand(text, where)
        except SourceError as error:
            if pages.end(error):
                break
            if not pages.given:
                raise
            yield RawDocument(where=where, text="", trouble=str(error))
            return
        if not pages.given:
            request.expect(max(1, -(-(page.total or 0) // _PAGE)))
        if pages.add(map(_key, page.records), total=page.total):
            yield RawDocument(where=where, text=_select(text, wanted) if wanted else text)
        if not pages.go_on:
            break
    if pages.trouble:
        yield RawDocument(where=where, text="", trouble=pages.trouble)


def _key(record: object) -> object:
    """Return what tells a record from others: the DOI and its version, else itself alone."""
    known = record if isinstance(record, dict) else {}
    identifier = known.get("doi")
    return (identifier, str(known.get("version"))) if isinstance(identifier, str) else object()


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:  # noqa: ARG001 (the signature of every kind)
    """Parse one page; `join` finds out which record is a preprint's latest version."""
    if document.trouble:
        return Batch(trouble=document.trouble)
    try:
        page = _understand(document.text, document.where)
    except SourceError as error:
        return lenient.unusable(document, str(error))
    found = [_paper(record, day) for record in page.records]
    papers = [paper for paper in found if isinstance(paper, Paper)]
    return Batch(
        papers=tuple(paper for paper in papers if _is_news(paper)),
        updates=tuple(paper for paper in papers if not _is_news(paper)),
        rejected=tuple(
            Rejected(where=f"{document.where}[{index}]", reason=reason)
            for index, reason in enumerate(found)
            if isinstance(reason, str)
        ),
        declared=len(page.records),
        # Only a list's first page counts for its length, so that several lists add up.
        channels=(
            Channel(
                name="bioRxiv",
                parsed=len(page.records) + page.left_out,
                declared=page.total if page.cursor == 0 else None,
            ),
        ),
    )


def join(batches: Sequence[Batch]) -> Batch:
    """Join pages: one paper for each preprint, and trouble if records are missing.

    The fields are those of the highest version; the day is that of the first, if it is there.
    """
    whole = join_batches(batches)
    first = {paper.id: paper for paper in whole.papers}
    last = {paper.id: paper for paper in sorted((*whole.papers, *whole.updates), key=_version)}
    news = [
        replace(paper, day=first[paper.id].day, published_at=first[paper.id].published_at)
        for paper in last.values()
        if paper.id in first and not paper.withdrawn_on
    ]
    updates = [paper for paper in last.values() if paper.id not in first or paper.withdrawn_on]
    given = sum(channel.parsed for channel in whole.channels)
    total = sum(channel.declared or 0 for channel in whole.channels)
    short = max(0, total - given)
    lacking = f"it gave {given:,} of {total:,} records" if short else None
    return replace(
        whole,
        papers=tuple(news),
        updates=tuple(updates),
        declared=len(last) + len(whole.rejected) + short,
        channels=(),
        trouble="; ".join(filter(None, (lacking, whole.trouble))) or None,
    )


def _understand(text: str, where: str) -> _Page:
    """Return a page; raise SourceError if the response is an error or not a list."""
    try:
        answer = lenient.load(text)
    except ValueError as error:
        raise SourceError(f"{where}: {error}") from error
    messages = lenient.items(answer.get("messages")) if isinstance(answer, dict) else []
    message = messages[0] if messages else None
    if not isinstance(message, dict):
        raise SourceError(f"{where}: not a list of preprints")
    status = lenient.text(message.get("status"))
    if status.casefold().startswith(_NOTHING):
        return _Page([], None, 0, 0)
    if status.casefold() != "ok":
        raise SourceError(f"{where}: the service answered: {status[:200] or 'nothing'}")
    if not isinstance(answer.get("collection"), list):
        raise SourceError(f"{where}: the service answered without a collection")
    return _Page(
        answer["collection"],
        lenient.number(message.get("total")),
        lenient.number(message.get("cursor")) or 0,
        lenient.number(message.get(_LEFT_OUT)) or 0,
    )


def _select(text: str, wanted: frozenset[str]) -> str:
    """Remove the records of other categories, and store how many there were."""
    answer = json.loads(text)
    records = lenient.items(answer.get("collection"))
    kept = [it for it in records if not isinstance(it, dict) or _category(it) in wanted]
    answer["messages"][0][_LEFT_OUT] = len(records) - len(kept)
    return json.dumps(answer | {"collection": kept})


def _category(record: dict[str, Any]) -> str:
    return _folded(lenient.text(record.get("category")))


def _folded(category: str) -> str:
    """Normalise a category as the service's addresses do: `Cell Biology` is `cell_biology`."""
    return category.casefold().replace("_", " ").strip()


def _paper(record: object, day: date) -> Paper | str:
    """Return one version of a preprint, or the reason why the record is not one."""
    if not isinstance(record, dict):
        return "not a JSON object"
    identifier, title = _doi(record, "doi"), _text(record.get("title"), without_markers)
    if not identifier or not title:
        return "no DOI" if title else "no title"
    posted = lenient.day(record.get("date"))
    version = lenient.number(record.get("version")) or 1
    notice = _WITHDRAWN.match(title)
    abstract = _text(record.get("abstract"), plain_abstract)
    kind = lenient.text(record.get("type")).casefold()
    withdrawn = notice or "withdrawn" in kind or is_notice(abstract)
    category = lenient.text(record.get("category"))
    authors = record.get("authors")
    return Paper(
        id=identifier,
        # what its journal gave it; "NA" before that
        aliases=tuple(filter(None, [_doi(record, "published")])),
        title=(title[notice.end() :] or title) if notice else title,
        abstract="" if withdrawn else abstract,
        authors=split_semicolons(authors) if isinstance(authors, str) else (),
        categories=(category,) if category else (),
        published_at=midnight(posted) if posted and version == 1 else None,
        version=version,
        withdrawn_on=(posted or day) if withdrawn else None,
        restored_on=posted if version > 1 and not withdrawn else None,
        day=posted or day,
        links=_links(identifier, version, lenient.text(record.get("server"))),
    )


def _doi(record: dict[str, Any], key: str) -> str | None:
    found = record.get(key)
    return doi(found) if isinstance(found, str) else None


def _text(value: object, plain: Callable[[str], str]) -> str:
    """Return a cleaned text without the markers of the service."""
    return clean(plain(value[:MAX_LENGTH])) if isinstance(value, str) else ""


def _links(identifier: str, version: int, server: str) -> Links:
    if server.casefold() not in ("biorxiv", "medrxiv"):
        return Links(abs=f"https://doi.org/{quote(identifier)}")
    page = f"https://www.{server.casefold()}.org/content/{quote(identifier)}v{version}"
    return Links(abs=page, pdf=f"{page}.full.pdf")


def _is_news(paper: Paper) -> bool:
    """Whether this is a first version that is not withdrawn; later ones are updates."""
    return _version(paper) == 1 and paper.withdrawn_on is None


def _version(paper: Paper) -> int:
    return paper.version or 1


def forecast(day: date, now: datetime) -> Forecast:
    """Expect papers from Monday to Friday, once the day has begun in the eastern US."""
    if day.weekday() >= _SATURDAY:
        return Forecast(Outlook.LITTLE, "bioRxiv and medRxiv post little on weekends")
    if now < instant(day, _BEGUN, UTC):
        reason = f"bioRxiv and medRxiv hardly post before {_BEGUN:%H:%M} UTC"
        return Forecast(Outlook.EARLY, reason)
    return Forecast()


KIND = Kind(
    read=read,
    parse=parse,
    join=join,
    hosts=("api.biorxiv.org",),
    rank=60,
    forecast=forecast,
    whole_after=timedelta(days=1),
)
