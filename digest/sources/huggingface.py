"""Hugging Face's daily papers: `GET https://huggingface.co/api/daily_papers`, or saved responses.

Every field but id and title may be missing or odd; a missing number is unknown, never 0. A paper's
day is `paper.submittedOnDailyAt`, not the day it was published. If the API fails, the web page of
the day is read; it holds the same elements.
"""

from __future__ import annotations

import html
import logging
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from digest.errors import RefusedError, SourceError, UnreachableError
from digest.models.identity import arxiv_id, canonical_id, known_id, source_id
from digest.models.paper import Links, Paper, Signals
from digest.models.source import Batch
from digest.sources import FetchRequest, Kind, RawDocument, Source, calendars, lenient
from digest.sources.notes import Notes
from digest.sources.paging import SMALLEST_LIMIT, Pages
from digest.sources.redaction import without_login
from digest.sources.withdrawal import is_notice
from digest.text.authors import clean_names
from digest.text.clean import safe_url
from digest.text.keywords import MOST, clean_keywords
from digest.text.spaced_terms import close_up
from digest.text.wording import summarize

log = logging.getLogger(__name__)

HOST = "https://huggingface.co"
#: the path of a day's list, at the service or at a mirror
_PATH = "/api/daily_papers"
#: The service gives at most about 100 papers a page; no day has come near 1,000.
_PAGE = 100
_PAGES = 10
#: A limit of a service that has no pages is a multiple of this.
_ROUND = 10
#: The status for a day that is not open yet, is in the future, or does not exist.
_NO_SUCH_DAY = 400
#: The page carries its data in an attribute, for its own script.
_PROPS = re.compile(r"""data-props=(["'])""")
#: characters; the summaries of the service's model have one or two sentences
_LONGEST_TLDR = 400
#: characters of a value in a warning
_LONGEST_SHOWN = 60


def read(source: Source, request: FetchRequest) -> list[RawDocument]:
    """Read the list of a day by the API, or the day's web page if the API fails.

    Pages of the API before an error are kept, unless the web page lists more papers.
    """
    url = _address(source.url or HOST)
    try:
        return _answers(url, request)
    except UnreachableError:
        raise  # the page has the same host
    except SourceError as error:
        cut = error if isinstance(error, _CutError) else None
        if isinstance(error, RefusedError) and error.status == _NO_SUCH_DAY:
            message = f"the list of {request.day} is not open, or there is no such day: {error}"
            raise RefusedError(message, status=error.status, body=error.body) from error
        try:
            page = _page(url, request, error)
        except SourceError as second:
            if cut is None:
                raise
            return cut.documents(url, str(second))
        if cut is not None and _papers_of(page) < cut.papers:
            return cut.documents(url, str(cut))
        extra = {"source": source.name, "error": without_login(str(error))}
        log.warning("source read otherwise", extra=extra)
        return [page]


class _CutError(SourceError):
    """The API gave some pages of a list, but not all of it."""

    def __init__(self, message: str, found: list[RawDocument], papers: int) -> None:
        super().__init__(message)
        self._found = found
        #: how many papers its pages hold
        self.papers = papers

    def documents(self, url: str, trouble: str) -> list[RawDocument]:
        """Return the pages, and a document that says what is wrong."""
        return [*self._found, RawDocument(where=url, text="", trouble=trouble)]


def _address(url: str) -> str:
    """Return the address of the list, given a host or the whole address."""
    return url if urlsplit(url).path.strip("/") else urljoin(url, _PATH)


def _answers(url: str, request: FetchRequest) -> list[RawDocument]:
    found: list[RawDocument] = []
    pages = Pages("papers", asked=_PAGE, most=_PAGES)
    while True:
        number = len(found)
        query = {"date": request.day.isoformat(), "limit": str(_PAGE), "p": str(number)}
        where = f"{url}?date={request.day}&p={number}"
        try:
            text = request.web.get(url, query)
            elements = _read_elements(text, where)
        except SourceError as error:
            if pages.end(error):
                break
            if not found:
                raise
            raise _CutError(str(error), found, pages.given) from error
        has_more = False if len(elements) < SMALLEST_LIMIT else None
        if pages.add(map(_key, elements), total=None, has_more=has_more) or not elements:
            found.append(RawDocument(where=where, text=text))
        if not pages.go_on:
            break
    if pages.trouble and not (number == 1 and _is_whole(pages.given)):
        raise _CutError(f"{url} does not end: {pages.trouble}", found, pages.given)
    return found


def _read_elements(text: str, where: str) -> list[Any]:
    elements = _elements(text)
    if isinstance(elements, str):
        raise SourceError(f"{where}: {elements}")
    return elements


def _is_whole(size: int) -> bool:
    """Whether a service that has no pages, and repeats the only one, gave all that it has.

    The service names no total. If it gives fewer papers than are asked for, because of a limit,
    that is a round number, such as 50.
    """
    return size < _PAGE and size % _ROUND != 0


def _key(element: object) -> object:
    """Return what tells an element from others: the id of its paper, else itself alone."""
    outer = element if isinstance(element, dict) else {}
    inner = outer.get("paper")
    identifier = (inner if isinstance(inner, dict) else outer).get("id")
    return identifier if isinstance(identifier, str) else object()


def _page(url: str, request: FetchRequest, first: SourceError) -> RawDocument:
    where = urljoin(url, f"/papers/date/{request.day}")
    try:
        text = request.web.get(where, accept="text/html")
    except SourceError as error:
        raise SourceError(f"{first}; nor could its page be read: {error}") from first
    if _props(text) is None:
        raise SourceError(f"{first}; nor does {where} hold a list of papers") from first
    return RawDocument(where=where, text=text)


def _papers_of(page: RawDocument) -> int:
    return len(_listed(_props(page.text) or {}))


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse one page of the API, a single element of it, or the web page."""
    if document.trouble:
        return Batch(trouble=document.trouble)
    if document.text.lstrip("\ufeff \t\r\n").startswith("<"):
        props = _props(document.text)
        elements = "a web page without the list of papers" if props is None else _listed(props)
        # For a day that does not exist the page shows another day, and names it.
        day = (props and lenient.day(props.get("dateString"))) or day
    else:
        elements = _elements(document.text)
    if isinstance(elements, str):
        return lenient.unusable(document, elements)
    return _batch(document, elements, day=day, now=now)


def _elements(text: str) -> list[Any] | str:
    """Return the elements of the API's response, or why there are none."""
    try:
        found = lenient.load(text)
    except ValueError as error:
        return str(error)
    if isinstance(found, dict):
        # One element saved by itself, or the service's {"error": …}.
        if "error" in found:
            return f"the service answered: {str(found['error'])[:200]}"
        return [found]
    return found if isinstance(found, list) else "not an array of papers"


def _listed(props: dict[str, Any]) -> list[Any]:
    return lenient.items(props.get("dailyPapers"))


def _props(page: str) -> dict[str, Any] | None:
    """Return the data of a web page, in one pass; None if it holds no list of papers."""
    start = 0
    while found := _PROPS.search(page, start):
        end = page.find(found[1], found.end())
        if end < 0:
            return None
        value = page[found.end() : end]
        start = end + 1
        if "dailyPapers" not in value:
            continue
        try:
            props = lenient.load(html.unescape(value))
        except ValueError:  # unescape raises it too, for a number that is too long
            continue
        if isinstance(props, dict) and isinstance(props.get("dailyPapers"), list):
            return props
    return None


def _batch(document: RawDocument, elements: list[Any], *, day: date, now: datetime) -> Batch:
    notes = Notes(where=document.where, place="element")
    found = [
        _paper(element, number, notes, day=day, now=now) for number, element in enumerate(elements)
    ]
    return replace(lenient.batch(document, found), warnings=notes.warnings)


def _paper(element: object, number: int, notes: Notes, *, day: date, now: datetime) -> Paper | str:
    """Return the paper, or the reason why there is none."""
    if not isinstance(element, dict):
        return "not a JSON object"
    inner = element.get("paper")
    # Other lists of the service have the paper's fields at the top level.
    inner = inner if isinstance(inner, dict) else element
    # An id is not cleaned as text is: it is no TeX.
    identifier, title = _id(inner) or _id(element), _text(inner, element, "title")
    if not identifier or not title:
        return "no id" if title else "no title"
    abstract = _text(inner, element, "summary")
    authors = _authors(inner.get("authors"))
    first_author = authors[0] if authors else ""
    known = known_id(identifier)
    if known is None:
        notes.see_ids([identifier])
    paper_id = known or source_id("hf", identifier) or canonical_id(None, title, first_author)
    featured_at = lenient.moment(inner.get("submittedOnDailyAt"))
    given = {
        "upvotes": inner.get("upvotes"),
        "numComments": element.get("numComments", inner.get("numComments")),
        "githubStars": inner.get("githubStars"),
    }
    counts = {key: lenient.number(value) for key, value in given.items()}
    for key, value in given.items():
        if value is not None and counts[key] is None:
            notes.leave_out(number, f"{key} is not a number of at least 0")
    signals = Signals(
        upvotes=counts["upvotes"],
        comments=counts["numComments"],
        stars=counts["githubStars"],
    )
    keywords = inner.get("ai_keywords") or element.get("ai_keywords")
    return Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=authors,
        keywords=_keywords(keywords, number, notes),
        published_at=lenient.moment(inner.get("publishedAt"))
        or lenient.moment(element.get("publishedAt")),
        tldr=summarize(_text(inner, element, "ai_summary"), _LONGEST_TLDR),
        organization=_organization(inner) or _organization(element),
        withdrawn_on=_withdrawn_on(inner.get("withdrawnAt") or is_notice(abstract), day),
        day=featured_at.date() if featured_at else day,
        featured_at=featured_at,
        links=_links(inner, identifier, paper_id),
        signals=signals,
        observed_at=now if signals.known else None,
    )


def _id(record: dict[str, Any]) -> str:
    found = record.get("id")
    return found.strip() if isinstance(found, str) else ""


def _text(inner: dict[str, Any], outer: dict[str, Any], key: str) -> str:
    return close_up(lenient.text(inner.get(key)) or lenient.text(outer.get(key)))


def _withdrawn_on(value: object, day: date) -> date | None:
    """Return the day of a withdrawal; if it cannot be read, the day it is noticed."""
    if not value:
        return None
    moment = lenient.moment(value)
    return moment.date() if moment else day


def _organization(record: dict[str, Any]) -> str:
    found = record.get("organization")
    if isinstance(found, dict):
        return lenient.text(found.get("fullname")) or lenient.text(found.get("name"))
    return lenient.text(found)


def _authors(value: object) -> tuple[str, ...]:
    """Return the authors' names; authors may be missing, null, hidden or plain strings."""
    names: list[str] = []
    for author in lenient.items(value):
        if isinstance(author, dict) and author.get("hidden") is True:
            continue
        names.append(lenient.text(author.get("name") if isinstance(author, dict) else author))
    return clean_names(names)


def _keywords(value: object, number: int, notes: Notes) -> tuple[str, ...]:
    """Return the keywords that the service's model gave."""
    texts = lenient.texts(value)
    if not isinstance(value, list | str | None):
        notes.leave_out(number, "ai_keywords is not a list of texts")
    elif len(texts) < len(lenient.items(value)):
        notes.leave_out(number, "ai_keywords holds what is not text")
    if len(texts) > MOST:
        notes.leave_out(number, f"ai_keywords holds more than {MOST}")
    return clean_keywords(map(close_up, clean_keywords(texts)))


def _links(inner: dict[str, Any], identifier: str, paper_id: str) -> Links:
    return Links(
        code=safe_url(inner.get("githubRepo")),
        project=safe_url(inner.get("projectPage")),
        page=f"https://huggingface.co/papers/{paper_id}" if arxiv_id(identifier) else None,
    )


KIND = Kind(
    read=read,
    parse=parse,
    hosts=("huggingface.co",),
    rank=40,
    knows=dict.fromkeys(("organization", "links.code", "links.project", "links.page"), 95),
    forecast=calendars.huggingface,
    revision=1,
    whole_after=timedelta(days=1),
    votes_settle=3,
)
