"""arXiv's announcements: feeds and listings of the day, OAI-PMH for days that are past.

Each category is read by itself, and the results are joined: a feed of several categories is cut
off at 2,000 records, and it is the new papers that are lost.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.errors import ConfigError, RefusedError, SourceError
from digest.models.days import days_before
from digest.models.source import Batch
from digest.sources import FetchRequest, Kind, RawDocument, Source, calendars
from digest.sources.arxiv import api, feeds, listing, oai
from digest.sources.arxiv.feeds import local
from digest.sources.arxiv.records import join, say_unread, unread
from digest.sources.paging import Pages
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from xml.etree.ElementTree import Element


#: All hosts of arXiv share one rate limit of one request in three seconds
#: (https://info.arxiv.org/help/api/tou.html).
RATE_LIMIT_KEY = api.RATE_LIMIT_KEY
#: the most records of a listing, as a query parameter
_SHOW = 2000
#: pages for one category of a past day, and about how many records each has
_PAGES, _PAGE = 40, 1000
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?", re.ASCII)


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Read the announcements of a day, category by category.

    A category that cannot be read is reported, if others can be read.

    Raises:
        ConfigError: no categories are configured, or arXiv does not have one of them.
        SourceError: nothing at all could be read.

    """
    _check(source)
    is_past = request.day < calendars.eastern_day(request.now)
    read_one = _read_past if is_past else _read_today
    request.expect(len(source.categories) * (1 if is_past else 2))
    failed: list[RawDocument] = []
    some = False
    for category in source.categories:
        for document in read_one(source, request, category):
            if document.trouble:
                failed.append(document)
            else:
                some = True
                yield document
    if failed and not some:
        raise SourceError("; ".join(say_unread({each.channel: each.trouble for each in failed})))
    yield from failed


def _check(source: Source) -> None:
    if not source.categories:
        raise ConfigError(
            f'source {source.name}: kind "arxiv" needs categories, such as ["cs.CL", "cs.LG"]'
        )
    for category in source.categories:
        if not _CATEGORY.fullmatch(category):
            raise feeds.no_category(category)


def _read_today(source: Source, request: FetchRequest, category: str) -> Iterator[RawDocument]:
    """Read feed and listing; one of them is enough."""
    errors: list[SourceError] = []
    for fetch in (_feed, _listing):
        try:
            document = fetch(source, request, category)
            # A document that cannot be parsed counts as not read.
            parse(document, day=request.day, now=request.now)
        except SourceError as error:
            errors.append(error)
        else:
            yield document
    if len(errors) > 1:
        yield _failure(source, category, str(errors[0]))


def _feed(source: Source, request: FetchRequest, category: str) -> RawDocument:
    base = source.url.rstrip("/") if source.url else "https://rss.arxiv.org"
    where = f"{base}/rss/{category}"
    try:
        text = request.web.get(where, accept="application/rss+xml", rate_limit_key=RATE_LIMIT_KEY)
    except RefusedError as error:
        if feeds.is_refusal(error.body):
            raise feeds.no_category(category) from error
        raise
    return RawDocument(where=where, text=text, channel=category)


def _listing(source: Source, request: FetchRequest, category: str) -> RawDocument:
    base = source.url.rstrip("/") if source.url else "https://arxiv.org"
    where = f"{base}/list/{category}/new"
    query = {"skip": "0", "show": str(_SHOW)}
    text = request.web.get(where, query, accept="text/html", rate_limit_key=RATE_LIMIT_KEY)
    return RawDocument(where=where, text=text, channel=category)


def _read_past(source: Source, request: FetchRequest, category: str) -> Iterator[RawDocument]:
    """Read the records of a category that changed since the day before, page by page."""
    url = f"{source.url.rstrip('/') if source.url else 'https://oaipmh.arxiv.org'}/oai"
    since = days_before(request.day, 1)
    query = {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": oai.set_of(category),
        "from": since.isoformat(),
    }
    pages = Pages("records", asked=_PAGE, most=_PAGES)
    number = 0
    while True:
        number += 1
        where = f"{url}?set={oai.set_of(category)}&from={since} page {number}"
        try:
            text = request.web.get(url, query, accept="text/xml", rate_limit_key=RATE_LIMIT_KEY)
            document = RawDocument(where=where, text=text, channel=category)
            parse(document, day=request.day, now=request.now)
        except SourceError as error:
            yield _failure(source, category, str(error))
            return
        token = oai.token(text)
        # A page without records is known by its token.
        keys = oai.identifiers(text) or ([token] if token else [])
        if pages.add(keys, total=oai.list_size(text), has_more=bool(token)):
            yield document
        if not pages.go_on:
            break
        query = {"verb": "ListRecords", "resumptionToken": token}
    if trouble := pages.trouble or pages.lacking:
        yield _failure(source, category, trouble)


def _failure(source: Source, category: str, error: str) -> RawDocument:
    return RawDocument(where=source.name, text="", channel=category, trouble=error)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:  # noqa: ARG001 (the signature of every kind)
    """Parse a feed, a listing, or a response of OAI-PMH or the query API, by its content.

    Raises:
        ConfigError: arXiv has no such category.
        SourceError: the document is none of these, or an error message.

    """
    return _parsed(document, day)


@lru_cache(maxsize=1)
def _parsed(document: RawDocument, day: date) -> Batch:
    """Parse a document; the last result is cached, because `read` parses each one too."""
    if document.trouble:
        return unread(document.channel, document.trouble, requested=day)
    if _is_page(document.text):
        return listing.parse(document, day=day)
    root = parse_xml(document.text, document.where)
    return _parser(root, document)(root, document, day=day)


def _is_page(text: str) -> bool:
    head = text[:1000].lower()
    return "<!doctype html" in head or "<html" in head


def _parser(root: Element, document: RawDocument) -> Callable[..., Batch]:
    name = local(root)
    if name == "OAI-PMH":
        return oai.parse
    if name == "feed" and api.is_answer(root):
        return api.parse_answer
    if name in ("rss", "feed"):
        return feeds.parse
    raise SourceError(f"{document.where} is neither a feed nor a listing of arXiv, but a {name!r}")


KIND = Kind(
    read=read,
    parse=parse,
    join=join,
    hosts=("rss.arxiv.org", "arxiv.org", "oaipmh.arxiv.org"),
    rank=80,
    knows=api.KNOWS,
    forecast=calendars.arxiv,
    # An announcement is complete as soon as it is out; before that the state is "early".
    whole_after=timedelta(0),
)
