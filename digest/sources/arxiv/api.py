"""arXiv's query API, https://export.arxiv.org/api/query, for what is known of given ids.

It lags behind the announcements by hours to days, so it is never asked what is new: an id that
it does not know yet is simply missing.
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
    Record,
    Text,
    kind_on,
    listed_on,
    text_of,
    unread,
    version_of,
)
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from xml.etree.ElementTree import Element


API = "https://export.arxiv.org/api/query"
GATE = "arxiv.org"
#: Fields on which arXiv is believed before all others: they are its own.
KNOWS = dict.fromkeys(
    ("title", "abstract", "authors", "categories", "published_at", "version", "comment"), 100
)
#: ids asked for at once; the service takes more, but addresses grow long
_PIECE = 100
#: ids of one day's papers; no day has come near it
_MOST = 5000
_ERROR = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors")
#: A category, and not a class of MSC or ACM, which authors may add.
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?", re.ASCII)
_TOTAL = re.compile(r"<(?:opensearch:)?totalResults[^<>]*>\s*(\d+)\s*<")


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Ask for the day's papers, some at a time.

    Raises:
        SourceError: nothing could be read.

    """
    url = f"{source.url.rstrip('/')}/api/query" if source.url else API
    known = dict.fromkeys(filter(None, (arxiv_id(paper.id) for paper in request.papers())))
    ids = sorted(known)[:_MOST]
    pieces = [ids[start : start + _PIECE] for start in range(0, len(ids), _PIECE)]
    request.expect(len(pieces))
    for number, piece in enumerate(pieces):
        query = {"id_list": ",".join(piece), "start": "0", "max_results": str(len(piece))}
        where = f"{url}?id_list={piece[0]},… ({len(piece)} ids)"
        try:
            document = RawDocument(where=where, text=_answer(url, query, request))
            parse(document, day=request.day, now=request.now)
        except SourceError as error:
            if number == 0:
                raise
            # The service is not asked again in this run; what was read so far is kept.
            trouble = f"only {number * _PIECE} of {len(ids)} papers could be looked up: {error}"
            yield RawDocument(where=where, text="", trouble=trouble)
            return
        yield document


def _answer(url: str, query: dict[str, str], request: FetchRequest) -> str:
    """Ask, and once more if the answer is one of the service's sporadic empty pages."""
    accept = "application/atom+xml"
    answer = request.web.get(url, query, accept=accept, gate=GATE)
    if _total(answer) and "<entry" not in answer:
        answer = request.web.get(url, query, accept=accept, gate=GATE)
    return answer


def _total(answer: str) -> int:
    found = _TOTAL.search(answer[:10_000])
    return int(found[1]) if found else 0


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:  # noqa: ARG001 (every kind's signature)
    """Parse an answer to updates of the papers in it.

    Raises:
        SourceError: it is no Atom, or says that the question was wrong.

    """
    return _parsed(document, day)


@lru_cache(maxsize=1)
def _parsed(document: RawDocument, day: date) -> Batch:
    """Parse an answer; the last one is kept, since `read` parses what is then parsed once more."""
    if document.trouble:
        return unread(document.channel, document.trouble, asked=day)
    root = parse_xml(document.text, document.where)
    if local(root) != "feed":
        raise SourceError(f"{document.where} is no answer of arXiv's API")
    return parse_answer(root, document, day=day, is_news=False)


def parse_answer(root: Element, document: RawDocument, *, day: date, is_news: bool = True) -> Text:
    """Parse an answer; tell new papers by when they came in if they are to be `news` at all.

    Raises:
        SourceError: it says that the question was wrong.

    """
    entries = list(children(root, "entry"))
    for entry in entries:
        if _ERROR.match(text(entry, "id")):
            raise SourceError(f"{document.where}: arXiv answered: {text(entry, 'summary')[:200]}")
    total = _total(document.text)
    trouble = f"arXiv's API gave none of {total} papers" if total and not entries else None
    return text_of(
        [
            _record(entry, f"{document.where}: entry {number}", news_of=day if is_news else None)
            for number, entry in enumerate(entries, start=1)
        ],
        category="",
        announced=day,
        asked=day,
        trouble=trouble,
    )


def is_answer(root: Element) -> bool:
    """Whether a feed is an answer of the API, and not one of the announcement feeds."""
    own = text(root, "totalResults") or text(root, "itemsPerPage")
    ids = (text(entry, "id") for entry in children(root, "entry"))
    return bool(own) or any(_ERROR.match(one) or "/abs/" in one for one in ids)


def _record(entry: Element, where: str, *, news_of: date | None) -> Record:
    """Read one entry; the order of its elements and the hosts of its links do not matter."""
    primary = [one.get("term") or "" for one in children(entry, "primary_category")]
    others = [one.get("term") or "" for one in children(entry, "category")]
    published, updated = (
        lenient.moment(text(entry, "published")),
        lenient.moment(text(entry, "updated")),
    )
    version = version_of(text(entry, "id"))
    kind = (
        kind_on(news_of, first=published, last=updated, version=version, is_cross=False)
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
        published_at=published,
        type=kind,
        withdrawn_on=listed_on(updated),
    )


KIND = Kind(
    read=read,
    parse=parse,
    hosts=("export.arxiv.org",),
    rank=80,
    knows=KNOWS,
    enriches=True,
)
