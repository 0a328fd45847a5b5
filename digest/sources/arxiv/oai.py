"""arXiv's OAI-PMH interface, for days that are past (https://info.arxiv.org/help/oa/index.html).

Records are selected by the date of their last change, and only the latest version is given. A
record belongs to a day by the submission of its first version: an old paper that changed is not
news. A paper that moderation held is recognised by its date of change, as long as it is neither old
nor revised.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.models.clock_times import midnight
from digest.models.days import as_utc
from digest.models.paper import AnnounceType
from digest.sources.arxiv.feeds import children, local, text
from digest.sources.arxiv.records import (
    ArxivBatch,
    Record,
    announce_type_on,
    build_batch,
    listed_on,
    month_of,
    version_of,
)
from digest.text.authors import split_creators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from digest.sources import RawDocument

_TOKEN = re.compile(r"<(?:\w+:)?resumptionToken([^<>]*)>([^<]*)")
_LIST_SIZE = re.compile(r"\bcompleteListSize\s*=\s*[\"'](\d{1,9})[\"']")
_IDENTIFIER = re.compile(r"<(?:\w+:)?header[^<>]*>\s*<(?:\w+:)?identifier>([^<]*)")
#: characters at the end of a response that hold the token
_TAIL = 4000
#: Moderation releases nearly all papers sooner. A record with a later change is only a change.
_LONGEST_HELD = timedelta(days=14)
#: Archives that are groups of their own; all others belong to the group physics
#: (https://info.arxiv.org/help/oa/index.html#sets).
_GROUPS = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})


def set_of(category: str) -> str:
    """Return the set of a category: cs:cs:CL for cs.CL, physics:hep-th for hep-th."""
    archive, _, subject = category.partition(".")
    group = archive if archive in _GROUPS else "physics"
    return ":".join(filter(None, (group, archive, subject)))


def category_of(name: str) -> str:
    """Return the category of a set, or "" if it is not the set of a category."""
    _group, *rest = name.split(":")
    return ".".join(rest[:2])


def token(answer: str) -> str:
    """Return the resumption token for the next page, or "" on the last page."""
    found = _TOKEN.search(answer, max(0, len(answer) - _TAIL))
    return unescape(found[2]).strip() if found else ""


def list_size(answer: str) -> int | None:
    """Return how many records all pages have together, if the page says so; often it does not."""
    found = _TOKEN.search(answer, max(0, len(answer) - _TAIL))
    size = _LIST_SIZE.search(found[1]) if found else None
    return int(size[1]) if size else None


def identifiers(answer: str) -> list[str]:
    """Return the identifiers of a page's records, deleted ones included."""
    return _IDENTIFIER.findall(answer)


def parse(root: Element, document: RawDocument, *, day: date) -> ArxivBatch:
    """Parse one page of records, in arXiv's own formats.

    Raises:
        SourceError: the response is an error other than "no records".

    """
    for error in children(root, "error"):
        if error.get("code") != "noRecordsMatch":
            message = f"{error.get('code')}: {error.text or ''}".strip()[:200]
            raise SourceError(f"{document.where}: arXiv's OAI-PMH answered {message}")
    request = next(children(root, "request"), None)
    named = category_of(request.get("set", "")) if request is not None else ""
    records = list(_not_deleted(root))
    category = document.channel or named or _shared(records)
    return build_batch(
        (
            _record(record, category, day=day, where=f"{document.where}: record {number}")
            for number, record in enumerate(records, start=1)
        ),
        category=category,
        announced=day,
        requested=day,
    )


def _not_deleted(root: Element) -> Iterator[Element]:
    """Yield the records that are not deleted."""
    for found in root.iter():
        if local(found) == "record":
            header = next(children(found, "header"), None)
            if header is None or header.get("status") != "deleted":
                yield found


def _shared(records: Iterable[Element]) -> str:
    """Return the category that all records share, if there is exactly one.

    It is needed for a second page, whose request names no set, only the token.
    """
    own = [set(text(_metadata(record), "categories").split()) for record in records]
    shared = set[str].intersection(*own) if own else set[str]()
    return shared.pop() if len(shared) == 1 else ""


def _metadata(record: Element) -> Element:
    outer = next(children(record, "metadata"), record)
    return next((one for one in outer if local(one) in ("arXiv", "arXivRaw")), outer)


def _record(record: Element, category: str, *, day: date, where: str) -> Record:
    found = _metadata(record)
    categories = text(found, "categories").split()
    versions = list(children(found, "version"))
    first, last = _moments(found, versions)
    version = version_of(versions[-1].get("version", "")) if versions else None
    revised = version if versions else (2 if last or not first else 1)
    is_cross = bool(category) and categories[:1] != [category]
    type_ = announce_type_on(day, first=first, last=last, version=revised, is_cross=is_cross)
    if type_ is None and revised == 1 and _was_held(record, first, day):
        type_ = AnnounceType.CROSS if is_cross else AnnounceType.NEW
    gone = bool(versions) and _is_empty(versions[-1])
    return Record(
        where=where,
        identifier=text(found, "id"),
        title=text(found, "title"),
        abstract=text(found, "abstract"),
        authors=_authors(found),
        categories=categories,
        version=version,
        comment=text(found, "comments"),
        venue=text(found, "journal-ref"),
        doi=text(found, "doi"),
        published_at=first,
        type=type_,
        withdrawn=gone,
        version_on=listed_on(last),
    )


def _was_held(record: Element, first: datetime | None, day: date) -> bool:
    """Whether an unrevised paper was probably announced on a day, later than it was due.

    The record of such a paper changed on that day or on the evening before, when arXiv announces.
    A record that changed on the very day the paper was due was announced in time.
    """
    header = next(children(record, "header"), record)
    stamped = _date(text(header, "datestamp"))
    due = listed_on(first)
    if first is None or stamped is None or due is None or due in (day, stamped.date()):
        return False
    is_fresh = timedelta() <= day - stamped.date() <= timedelta(days=1)
    return is_fresh and due < day and day - first.date() <= _LONGEST_HELD


def _moments(found: Element, versions: list[Element]) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last version were submitted.

    The format with dates only gives midnight, which leads to the earliest possible listing. Its
    date of creation is that of the version described (arXiv/oaipmh), which is the first one's only
    if the id was assigned in that month or later.
    """
    if versions:
        return _mail_date(text(versions[0], "date")), _mail_date(text(versions[-1], "date"))
    created, updated = _date(text(found, "created")), _date(text(found, "updated"))
    assigned = month_of(text(found, "id"))
    if created and assigned and assigned < (created.year, created.month):
        # `created` is then that of the version described, and the first one's is unknown.
        return None, max(filter(None, (created, updated)))
    return created, updated


def _mail_date(written: str) -> datetime | None:
    try:
        return as_utc(parsedate_to_datetime(written))
    except (ValueError, OverflowError):
        return None


def _date(written: str) -> datetime | None:
    try:
        return midnight(date.fromisoformat(written))
    except ValueError:
        return None


def _is_empty(version: Element) -> bool:
    """Whether a version is the empty one of a withdrawn paper."""
    return text(version, "size") in ("0kb", "0") and text(version, "source_type") == "I"


def _authors(found: Element) -> tuple[str, ...]:
    """Return the authors from one line, or from elements with their parts."""
    people = next(children(found, "authors"), None)
    if people is None:
        return ()
    parts = list(children(people, "author"))
    if not parts:
        return split_creators(" ".join("".join(people.itertext()).split()))
    names = ("forenames", "keyname", "suffix")
    return tuple(" ".join(filter(None, (text(one, name) for name in names))) for one in parts)
