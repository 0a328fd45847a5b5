"""GitHub: the stars of the code that the day's papers link to.

Without a token it answers 60 questions an hour, so only some repositories are asked for. When it
has had enough, what was read so far is kept, and the last text says why there is no more.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.errors import RefusedError, SourceError
from digest.models.identity import arxiv_id, doi, is_weak
from digest.models.paper import Paper, Signals
from digest.models.source import Batch, Rejected
from digest.sources import FetchRequest, Kind, RawDocument, Source, lenient
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

API = "https://api.github.com"
#: The most repositories that are asked for at once: of 60 requests an hour, and of 5,000
#: (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
WITHOUT_TOKEN = 50
WITH_TOKEN = 1000
#: The version of the API whose answers are read here.
_VERSION = "2022-11-28"
#: There is no such repository any more, or it is private, or closed by law.
_GONE = (404, 410, 451)
#: Words of a 403 that is about one repository, and not about us.
_CLOSED = ("access blocked", "saml")
#: GitHub's own pages, which stand where owners do.
_PAGES = re.compile(
    "about|account|apps|codespaces|collections|contact|customer-stories|dashboard|enterprise|events"
    "|explore|features|issues|login|marketplace|new|notifications|organizations|orgs|pricing|pulls"
    "|readme|resources|search|security|settings|site|solutions|sponsors|stars|team|topics|trending"
    "|user-attachments|users"
)
_OWNER = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")
_NAME = re.compile(r"(?!\.{1,2}$)[a-z0-9._-]{1,100}")


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    """Ask for each repository once, those of papers whose stars nobody told first."""
    linked = _linked(request.papers())
    asked = list(linked)[: WITH_TOKEN if source.key else WITHOUT_TOKEN]
    request.expect(len(asked))
    answered = 0
    for index, name in enumerate(asked):
        where = f"{(source.url or API).rstrip('/')}/repos/{name}"
        try:
            text = _ask(source, request, where)
        except SourceError as error:
            if not answered:
                raise
            said = f"{error}; {len(asked) - index} of {len(asked)} repositories were not read"
            yield RawDocument(where=where, text=json.dumps({"message": said}))
            return
        if text is not None:
            answered += 1
            yield RawDocument(where=where, text=_note(linked[name], text))


def _ask(source: Source, request: FetchRequest, url: str) -> str | None:
    """Return what is said of a repository, or None where there is none for us."""
    headers = {"X-GitHub-Api-Version": _VERSION}
    if source.key:
        headers["Authorization"] = f"Bearer {source.key}"
    try:
        return request.web.get(url, accept="application/vnd.github+json", headers=headers)
    except RefusedError as error:
        said = error.body.casefold()
        if error.status in _GONE or (error.status == 403 and any(word in said for word in _CLOSED)):
            return None
        if error.status == 401:
            raise SourceError(
                f"source {source.name}: GitHub answered 401; check its key"
            ) from error
        raise


def _linked(papers: Iterable[Paper]) -> dict[str, list[str]]:
    """Return the ids of the papers behind each repository, in the order of asking."""
    found: dict[str, list[str]] = {}
    for paper in sorted(papers, key=lambda paper: paper.signals.stars is not None):
        name = repository(paper.links.code)
        if name is not None and paper.id not in found.setdefault(name, []):
            found[name].append(paper.id)
    return found


def repository(link: str | None) -> str | None:
    """Return the `owner/name` that a web address points into, in lower case, or None."""
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


def _note(papers: list[str], answer: str) -> str:
    """Write an answer down together with the papers it is about, which it does not name."""
    repository: object = answer
    with suppress(ValueError, RecursionError):  # no JSON; parse says so
        repository = json.loads(answer)
    return json.dumps({"papers": papers, "repository": repository}, ensure_ascii=False)


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    """Parse what is known of one repository, or the reason why no more were read."""
    try:
        record = lenient.load(document.text)
    except ValueError as error:
        return lenient.unusable(document, str(error))
    if not isinstance(record, dict):
        return lenient.unusable(document, "not a JSON object")
    if "repository" not in record and isinstance(record.get("message"), str):
        said = clean(record["message"])
        return replace(lenient.unusable(document, said), trouble=said)
    stars = _stars(record.get("repository"))
    if stars is None:
        return lenient.unusable(document, "no stargazers_count")
    papers = record.get("papers")
    if not isinstance(papers, list) or not papers:
        return lenient.unusable(document, "names no paper")
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
    """Whether this is a canonical id, as we wrote it."""
    return isinstance(name, str) and (is_weak(name) or name in (arxiv_id(name), doi(name)))


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
