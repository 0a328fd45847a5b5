"""Hugging Face's daily papers: `GET https://huggingface.co/api/daily_papers`, or its saved answer.

Every field but id and title may be missing or odd. What is absent stays unknown, it is never 0.
A paper's day is `paper.submittedOnDailyAt`, not when it was published.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from digest.identity import arxiv_id, arxiv_links, canonical_id
from digest.models import Batch, Links, Paper, Rejected, Signals
from digest.sources import Ask, Kind, Location, Raw
from digest.text import clean, safe_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT_NUMBER = re.compile(r"\s*([\d,]*\.?\d+)\s*([km]?)\s*", re.IGNORECASE)


API = "https://huggingface.co/api/daily_papers"
#: The service gives at most about 100 papers an answer; no day has come near 1,000.
_PAGE = 100
_PAGES = 10


def read(location: Location, ask: Ask) -> Iterator[Raw]:
    """Ask the service for a day."""
    url = location.url or API
    for page in range(_PAGES):
        query = {"date": ask.day.isoformat(), "limit": str(_PAGE), "p": str(page)}
        text = ask.web.get(url, query)
        yield Raw(where=f"{url}?date={ask.day}&p={page}", text=text)
        if not _is_full(text):
            break


def parse(raw: Raw, *, day: date, now: datetime) -> Batch:
    """Parse one answer: an array of elements with the paper inside."""
    try:
        elements = json.loads(raw.text)
    except (ValueError, RecursionError) as error:
        return _unusable(raw, f"not JSON: {error}")
    if isinstance(elements, dict):
        # One element saved by itself, or the service's {"error": …}.
        if "error" in elements:
            return _unusable(raw, f"the service answered: {str(elements['error'])[:200]}")
        elements = [elements]
    if not isinstance(elements, list):
        return _unusable(raw, "not an array of papers")
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for index, element in enumerate(elements):
        found = _paper(element, day=day, now=now)
        if isinstance(found, Paper):
            papers.append(found)
        else:
            rejected.append(Rejected(where=f"{raw.where}[{index}]", reason=found))
    return Batch(papers=tuple(papers), rejected=tuple(rejected), declared=len(elements))


def _is_full(answer: str) -> bool:
    """Whether an answer is as long as it can be, so that another may follow."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and len(found) >= _PAGE


def _unusable(raw: Raw, reason: str) -> Batch:
    return Batch(rejected=(Rejected(where=raw.where, reason=reason),), declared=1)


def _paper(element: object, *, day: date, now: datetime) -> Paper | str:
    """Return the paper, or the reason why there is none."""
    if not isinstance(element, dict):
        return "not a JSON object"
    inner = element.get("paper")
    inner = inner if isinstance(inner, dict) else {}
    if inner.get("withdrawnAt"):
        return f"withdrawn on {str(inner['withdrawnAt'])[:10]}"
    title = _text(inner, "title") or _text(element, "title")
    abstract = _text(inner, "summary") or _text(element, "summary")
    identifier = _text(inner, "id") or _text(element, "id")
    if not identifier or not title:
        return "no id" if title else "no title"
    authors = _authors(inner.get("authors"))
    paper_id = canonical_id(identifier, title, authors[0] if authors else "")
    featured_at = _moment(inner.get("submittedOnDailyAt"))
    signals = Signals(
        upvotes=_number(inner.get("upvotes")),
        comments=_number(element.get("numComments", inner.get("numComments"))),
        stars=_number(inner.get("githubStars")),
    )
    return Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=authors,
        published_at=_moment(inner.get("publishedAt")) or _moment(element.get("publishedAt")),
        day=featured_at.date() if featured_at else day,
        featured_at=featured_at,
        links=_links(inner, identifier, paper_id),
        signals=signals,
        observed_at=now if signals.known else None,
    )


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value) if isinstance(value, str) else ""


def _authors(value: object) -> tuple[str, ...]:
    """Return the authors' names; authors may be missing, null, hidden or plain strings."""
    names: list[str] = []
    for author in value if isinstance(value, list) else ():
        if isinstance(author, dict) and author.get("hidden") is True:
            continue
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and clean(name):
            names.append(clean(name))
    return tuple(names)


def _number(value: object) -> int | None:
    """Read a count that may be a number, "1,204" or "1.2k"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 2**53 else None
    match = _SHORT_NUMBER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    factor = {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]
    return round(min(float(match[1].replace(",", "")) * factor, 2**53 - 1))


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _links(inner: dict[str, Any], identifier: str, paper_id: str) -> Links:
    known = arxiv_links(paper_id)
    return Links(
        abs=known[0] if known else None,
        pdf=known[1] if known else None,
        code=safe_url(inner.get("githubRepo")),
        project=safe_url(inner.get("projectPage")),
        page=f"https://huggingface.co/papers/{paper_id}" if arxiv_id(identifier) else None,
    )


KIND = Kind(
    read=read,
    parse=parse,
    hosts=("huggingface.co",),
    rank=40,
    knows=frozenset({"organization", "links.code", "links.project", "links.page"}),
    whole_after=timedelta(days=1),
)
