"""GitHub: the stars of the code repositories that the day's papers link to.

Without a token GitHub allows 60 requests an hour, so only some repositories are read. When it
refuses, the stars read so far are kept, and the last document says why the others are missing.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.errors import RefusedError, SourceError
from digest.models.identity import is_canonical
from digest.models.paper import Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

API = "https://api.github.com"
#: The most repositories of one fetch, with 60 requests an hour and with 5,000
#: (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
WITHOUT_TOKEN = 50
WITH_TOKEN = 1000
#: The version of the API whose responses are read here.
_VERSION = "2022-11-28"
#: The repository was deleted, is private, or is blocked for legal reasons.
_GONE = (404, 410, 451)
#: Words of a 403 that concerns one repository, and not our rate limit.
_CLOSED = ("access blocked", "saml")
#: GitHub's own pages, whose names stand in place of an owner.
_PAGES = re.compile(
    "about|account|apps|codespaces|collections|contact|customer-stories|dashboard|enterprise|events"
    "|explore|features|issues|login|marketplace|new|notifications|organizations|orgs|pricing|pulls"
    "|readme|resources|search|security|settings|site|solutions|sponsors|stars|team|topics|trending"
    "|user-attachments|users"
)
_OWNER = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")
_NAME = re.compile(r"(?!\.{1,2}$)[a-z0-9._-]{1,100}")


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Read each repository once, first those of papers whose stars no other source gives."""
    linked = _linked(request.papers())
    names = list(linked)[: WITH_TOKEN if source.key else WITHOUT_TOKEN]
    request.expect(len(names))
    answered = 0
    for index, name in enumerate(names):
        where = f"{(source.url or API).rstrip('/')}/repos/{name}"
        try:
            text = _get(source, request, where)
        except SourceError as error:
            if not answered:
                raise
            message = f"{error}; {len(names) - index} of {len(names)} repositories were not read"
            yield RawDocument(where=where, text=json.dumps({"message": message}))
            return
        if text is not None:
            answered += 1
            yield RawDocument(where=where, text=_document(linked[name], text))


def _get(source: Source, request: FetchRequest, url: str) -> str | None:
    """Return the response for a repository, or None if it is not accessible."""
    headers = {"X-GitHub-Api-Version": _VERSION}
    if source.key:
        headers["Authorization"] = f"Bearer {source.key}"
    try:
        return request.web.get(url, accept="application/vnd.github+json", headers=headers)
    except RefusedError as error:
        body = error.body.casefold()
        if error.status in _GONE or (error.status == 403 and any(word in body for word in _CLOSED)):
            return None
        if error.status == 401:
            raise SourceError(
                f"source {source.name}: GitHub answered 401; check its key"
            ) from error
        raise


def _linked(papers: Iterable[Paper]) -> dict[str, list[str]]:
    """Return the ids of the papers that link to each repository, in the order of reading."""
    found: dict[str, list[str]] = {}
    for paper in sorted(papers, key=lambda paper: paper.signals.stars is not None):
        name = repository(paper.links.code)
        if name is not None and paper.id not in found.setdefault(name, []):
            found[name].append(paper.id)
    return found


def repository(link: str | None) -> str | None:
    """Return the `owner/name` of a GitHub address in lower case, or None for another address."""
    try:
        parts = urlsplit((link or "").lower())
        host = parts.hostname
    except ValueError:
        return None
    owner, name, *_ = [*filter(None, parts.path.split("/")), "", ""]
    name = name.removesuffix(".git")
    if host not in ("github.com", "www.github.com") or _PAGES.fullmatch(owner):
        return None
    return f"{owner}/{name}" if _OWNER.fullmatch(owner) and _NAME.fullmatch(name) else None


def _document(papers: list[str], answer: str) -> str:
    """Return a document of a response and the papers it is about, which it does not name."""
    repository: object = answer
    with suppress(ValueError, RecursionError):  # not JSON; parse reports it
        repository = json.loads(answer)
    return json.dumps({"papers": papers, "repository": repository}, ensure_ascii=False)


def _odd(document: RawDocument, reason: str) -> Batch:
    """Return the batch of a repository whose stars are not known; it costs no other."""
    return Batch(rejected=(Rejected(where=document.where, reason=reason),), declared=1)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse the document of one repository, or the reason why no more were read."""
    try:
        record = lenient.load(document.text)
    except ValueError as error:
        return _odd(document, str(error))
    if not isinstance(record, dict):
        return _odd(document, "not a JSON object")
    if "repository" not in record and isinstance(record.get("message"), str):
        message = clean(record["message"])
        return replace(_odd(document, message), trouble=message)
    stars = _stars(record.get("repository"))
    if stars is None:
        return _odd(document, "no stargazers_count")
    papers = record.get("papers")
    if not isinstance(papers, list) or not papers:
        return _odd(document, "names no paper")
    updates: list[Paper] = []
    rejected: list[Rejected] = []
    for index, name in enumerate(papers):
        if _is_id(name):
            updates.append(_update(name, stars, day=day, now=now))
        else:
            rejected.append(
                Rejected(where=f"{document.where}[{index}]", reason="not the id of a paper")
            )
    return Batch(updates=tuple(updates), rejected=tuple(rejected), declared=len(papers))


def _is_id(name: object) -> bool:
    """Whether this is a canonical id, as `_document` writes it."""
    return isinstance(name, str) and is_canonical(name)


def _update(paper_id: str, stars: int, *, day: date, now: datetime) -> Paper:
    return Paper(
        id=paper_id,
        title="",
        abstract="",
        day=day,
        signals=Signals(stars=stars),
        observed_at=now,
    )


def _stars(repository: object) -> int | None:
    return (
        lenient.number(repository.get("stargazers_count")) if isinstance(repository, dict) else None
    )


KIND = Kind(read=read, parse=parse, hosts=("api.github.com",), rank=20, enriches=True)
