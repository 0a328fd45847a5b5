"""arXiv's query API, https://export.arxiv.org/api/query, for the records of given ids.

It lags behind the announcements by hours to days, so it is never used to find new papers. An id
that it does not know yet is missing in its response.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.models.identity import arxiv_id
from digest.models.source import Batch
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient
from digest.sources.arxiv.feeds import children, local, text
from digest.sources.arxiv.records import (
    ArxivBatch,
    Record,
    announce_type_on,
    build_batch,
    listed_on,
    unread,
    version_of,
)
from digest.sources.paging import Pages
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from xml.etree.ElementTree import Element


API = "https://export.arxiv.org/api/query"
RATE_LIMIT_KEY = "arxiv.org"
#: Fields for which arXiv is the highest authority, because they come from it.
KNOWS = dict.fromkeys(
    ("title", "abstract", "authors", "categories", "published_at", "version", "comment"), 100
)
#: ids in one request; the service accepts more, but the address grows too long
_PIECE = 100
#: the most ids of one day; no day has come near it
_MOST = 5000
_ERROR = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors")
#: A category, and not a class of MSC or ACM, which authors may add.
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?", re.ASCII)
_TOTAL = re.compile(r"<(?:opensearch:)?totalResults[^<>]*>\s*(\d+)\s*<")


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Look up the day's papers, a hundred in each request.

    Raises:
        SourceError: nothing could be read.

    """
    url = f"{source.url.rstrip('/')}/api/query" if source.url else API
    known = dict.fromkeys(filter(None, (arxiv_id(paper.id) for paper in request.papers())))
    ids = sorted(known)[:_MOST]
    pieces = [ids[start : start + _PIECE] for start in range(0, len(ids), _PIECE)]
    request.expect(len(pieces))
    for number, piece in enumerate(pieces):
        is_any_read = number > 0
        try:
            for document in _look_up(url, piece, request):
                yield document
                is_any_read = True
        except SourceError as error:
            if not is_any_read:
                raise
            # No further requests in this run; what was read so far is kept.
            trouble = f"only {number * _PIECE} of {len(ids)} papers could be looked up: {error}"
            yield RawDocument(where=url, text="", trouble=trouble)
            return
    if len(known) > len(ids):
        trouble = f"only {len(ids):,} of {len(known):,} papers were looked up"
        yield RawDocument(where=url, text="", trouble=trouble)


def _look_up(url: str, ids: list[str], request: FetchRequest) -> Iterator[RawDocument]:
    """Yield the pages of the records of some ids; there is one, unless the service gives fewer."""
    pages = Pages("papers", asked=len(ids), most=len(ids))
    while True:
        query = {
            "id_list": ",".join(ids),
            "start": str(pages.given),
            "max_results": str(len(ids)),
        }
        where = f"{url}?id_list={ids[0]},… ({len(ids)} ids)"
        where += f", from {pages.given + 1}" if pages.given else ""
        document = RawDocument(where=where, text=_answer(url, query, request))
        batch = parse(document, day=request.day, now=request.now)
        keys = [*(one.id for one in batch.updates), *(one.where for one in batch.rejected)]
        total = _total(document.text) or None
        # The list is whole at its total, or when every id has its record.
        is_whole = pages.given + len(keys) >= (total or len(ids))
        if pages.add(keys, total=total, has_more=False if is_whole else None):
            yield document
        if not pages.go_on:
            break
    if trouble := pages.trouble or pages.lacking:
        yield RawDocument(where=where, text="", trouble=f"arXiv's API: {trouble}")


def _answer(url: str, query: dict[str, str], request: FetchRequest) -> str:
    """Send a request, and repeat it once if the response is one of the sporadic empty pages."""
    accept = "application/atom+xml"
    answer = request.web.get(url, query, accept=accept, rate_limit_key=RATE_LIMIT_KEY)
    if _total(answer) and "<entry" not in answer:
        answer = request.web.get(url, query, accept=accept, rate_limit_key=RATE_LIMIT_KEY)
    return answer


def _total(answer: str) -> int:
    found = _TOTAL.search(answer[:10_000])
    return int(found[1]) if found else 0


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:  # noqa: ARG001 (the signature of every kind)
    """Parse a response into updates of its papers.

    Raises:
        SourceError: it is not Atom, or an error message.

    """
    return _parsed(document, day)


@lru_cache(maxsize=1)
def _parsed(document: RawDocument, day: date) -> Batch:
    """Parse a response; the last result is cached, because `read` parses each one too."""
    if document.trouble:
        return unread(document.channel, document.trouble, requested=day)
    root = parse_xml(document.text, document.where)
    if local(root) != "feed":
        raise SourceError(f"{document.where} is no answer of arXiv's API")
    return parse_answer(root, document, day=day, is_news=False)


def parse_answer(
    root: Element, document: RawDocument, *, day: date, is_news: bool = True
) -> ArxivBatch:
    """Parse a response; with `is_news` papers count as new by their submission time.

    Raises:
        SourceError: it is an error message.

    """
    entries = list(children(root, "entry"))
    for entry in entries:
        if _ERROR.match(text(entry, "id")):
            raise SourceError(f"{document.where}: arXiv answered: {text(entry, 'summary')[:200]}")
    total = _total(document.text)
    trouble = f"arXiv's API gave none of {total} papers" if total and not entries else None
    return build_batch(
        [
            _record(entry, f"{document.where}: entry {number}", news_of=day if is_news else None)
            for number, entry in enumerate(entries, start=1)
        ],
        category="",
        announced=day,
        requested=day,
        trouble=trouble,
    )


def is_answer(root: Element) -> bool:
    """Whether a feed is a response of the API, and not an announcement feed."""
    own = text(root, "totalResults") or text(root, "itemsPerPage")
    ids = (text(entry, "id") for entry in children(root, "entry"))
    return bool(own) or any(_ERROR.match(one) or "/abs/" in one for one in ids)


def _record(entry: Element, where: str, *, news_of: date | None) -> Record:
    """Read one entry, whatever the order of its elements and the hosts of its links."""
    primary = [one.get("term") or "" for one in children(entry, "primary_category")]
    others = [one.get("term") or "" for one in children(entry, "category")]
    published, updated = (
        lenient.moment(text(entry, "published")),
        lenient.moment(text(entry, "updated")),
    )
    version = version_of(text(entry, "id"))
    kind = (
        announce_type_on(news_of, first=published, last=updated, version=version, is_cross=False)
        if news_of
        else None
    )
    return Record(
        where=where,
        identifier=text(entry, "id"),
        title=text(entry, "title"),
        abstract=text(entry, "summary"),
        authors=[text(author, "name") for author in children(entry, "author")],
        categories=[one for one in (*primary, *others) if _CATEGORY.fullmatch(one)],
        version=version,
        comment=text(entry, "comment"),
        venue=text(entry, "journal_ref"),
        doi=text(entry, "doi"),
        published_at=published,
        type=kind,
        version_on=listed_on(updated),
    )


KIND = Kind(
    read=read,
    parse=parse,
    hosts=("export.arxiv.org",),
    rank=80,
    knows=KNOWS,
    enriches=True,
)
