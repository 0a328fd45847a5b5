"""Build the batch of one document of arXiv, and join the documents of a day.

Feed and listing of a category hold the same papers. The feed's records and the listing's counts are
used. Of each category only documents of the requested day are kept, or else of the newest day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.models.identity import addresses, arxiv_id, canonical_id, doi
from digest.models.paper import Announcement, AnnounceType, Links, Paper
from digest.models.source import Batch, Channel, Rejected
from digest.sources.calendars import listing_day
from digest.sources.kind import join_warnings
from digest.sources.withdrawal import is_notice, is_withdrawn
from digest.text.authors import clean_names
from digest.text.clean import MAX_LENGTH, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

#: abstracts that are kept clean; a day of half a dozen large categories has about 3,000
_ABSTRACTS = 4096
_FIRST_YEAR = 91
_VERSION = re.compile(r"v(\d{1,4})$", re.ASCII)
#: If a category announces a paper twice, the type that comes first here counts, as at arXiv.
_STRENGTH = (
    AnnounceType.NEW,
    AnnounceType.CROSS,
    AnnounceType.REPLACE,
    AnnounceType.REPLACE_CROSS,
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a document, not yet cleaned."""

    #: its position in the document, for messages
    where: str
    #: id with or without version, bare, `oai:` or an address
    identifier: str
    title: str
    abstract: str = ""
    authors: Sequence[str] = ()
    #: primary first
    categories: Sequence[str] = ()
    version: int | None = None
    comment: str = ""
    venue: str = ""
    #: the DOI that its journal gave it; authors may give several
    doi: str = ""
    published_at: datetime | None = None
    #: how it is announced; None if it is not announced on that day
    type: AnnounceType | None = None
    withdrawn: bool = False
    #: the day its version was announced, if that is not the day of the document
    version_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ArxivBatch(Batch):
    """The batch of one document, with what is needed to join it with others."""

    #: empty if the document does not name it
    category: str = ""
    #: the day of the feed or listing; None if it could not be read
    announced: date | None
    requested: date
    is_listing: bool = False


def version_of(identifier: str) -> int | None:
    """Return the version at the end of an id."""
    found = _VERSION.search(identifier.strip())
    return int(found[1]) if found else None


def month_of(identifier: str) -> tuple[int, int] | None:
    """Return year and month in which an id was assigned, None for what is no id.

    Ids begin with two digits each of both (https://info.arxiv.org/help/arxiv_identifier.html); the
    first are of 1991.
    """
    known = arxiv_id(identifier)
    if known is None:
        return None
    number = known.rpartition("/")[2]
    year, month = int(number[:2]), int(number[2:4])
    return year + (1900 if year >= _FIRST_YEAR else 2000), month


def paper(record: Record, day: date) -> Paper | Rejected:
    """Return the paper of a record, or why the record is rejected."""
    title = clean(record.title)
    if not record.identifier.strip() or not title:
        return Rejected(where=record.where, reason="no id" if title else "no title")
    if arxiv_id(record.identifier) is None:
        return Rejected(where=record.where, reason=f"“{record.identifier[:80]}” is no arXiv id")
    paper_id = canonical_id(record.identifier, title)
    comment, abstract = clean(record.comment), _abstract(record.abstract.strip()[:MAX_LENGTH])
    withdrawn = record.withdrawn or is_withdrawn(comment) or is_notice(abstract)
    return Paper(
        id=paper_id,
        aliases=_dois(record.doi),
        title=title,
        abstract=abstract,
        authors=clean_names(record.authors),
        categories=tuple(dict.fromkeys(filter(None, map(clean, record.categories)))),
        published_at=record.published_at,
        version=record.version,
        comment=comment,
        venue=clean(record.venue),
        withdrawn_on=(record.version_on or day) if withdrawn else None,
        restored_on=None if withdrawn else _revised_on(record, day),
        day=day,
        links=Links(**addresses([paper_id])),
    )


def _dois(text: str) -> tuple[str, ...]:
    """Return the DOIs in a text, but not the one that arXiv itself gives."""
    found = dict.fromkeys(doi(one) for one in re.split(r"[\s;,]+(?=(?:doi:)?10\.)", text))
    return tuple(one for one in found if one and arxiv_id(one) is None)


def _revised_on(record: Record, day: date) -> date | None:
    """Return the day of a new version, which ends a withdrawal if it is none itself."""
    if record.version == 1:
        return None
    is_revision = record.type is not None and not record.type.is_news
    return record.version_on or (day if is_revision else None)


@lru_cache(maxsize=_ABSTRACTS)
def _abstract(text: str) -> str:
    """Clean an abstract. Cached, because each abstract is in several documents of a day."""
    return clean(text)


def listed_on(submitted: datetime | None) -> date | None:
    """Return the day of the listing that should announce a submission; None if unknown."""
    try:
        return listing_day(submitted) if submitted else None
    except OverflowError:
        return None


def announce_type_on(
    day: date,
    *,
    first: datetime | None,
    last: datetime | None,
    version: int | None,
    is_cross: bool,
) -> AnnounceType | None:
    """Return how a paper was announced on a day, by when its versions were submitted."""
    if listed_on(first) == day:
        return AnnounceType.CROSS if is_cross else AnnounceType.NEW
    if version is not None and version > 1 and listed_on(last) == day:
        return AnnounceType.REPLACE_CROSS if is_cross else AnnounceType.REPLACE
    return None


def build_batch(
    records: Iterable[Record | Rejected],
    *,
    category: str,
    announced: date,
    requested: date,
    is_listing: bool = False,
    total: int | None = None,
    news: int | None = None,
    trouble: str | None = None,
) -> ArxivBatch:
    """Build the batch of a document's records.

    Args:
        records: the records, some of them rejected already.
        category: the category of the document; "" if unknown.
        announced: the day of the feed or listing.
        asked: the day that was requested.
        is_listing: whether the document is a listing, which gives counts.
        total: how many records there are according to the document.
        news: how many of them are new or cross-listed.
        trouble: why the document is not complete.

    """
    papers: dict[str, Paper] = {}
    updates: dict[str, Paper] = {}
    rejected: list[Rejected] = []
    announcements: list[Announcement] = []
    for record in records:
        if isinstance(record, Rejected):
            rejected.append(record)
            continue
        found = paper(record, announced)
        if isinstance(found, Rejected):
            rejected.append(found)
            continue
        if record.type is not None:
            announcements.append(_announcement(found, record.type, category))
        is_news = record.type is not None and record.type.is_news
        (papers if is_news and not found.withdrawn_on else updates)[found.id] = found
    announcements = _distinct(announcements)
    parsed = sum(one.type.is_news for one in announcements)
    return ArxivBatch(
        papers=tuple(papers.values()),
        updates=tuple(updates.values()),
        rejected=tuple(rejected),
        declared=max(total or 0, len(papers) + len(updates) + len(rejected)),
        channels=(Channel(name=category, parsed=parsed, declared=news),) if category else (),
        announcements=tuple(announcements),
        trouble=trouble,
        category=category,
        announced=announced,
        requested=requested,
        is_listing=is_listing,
    )


def unread(category: str, error: str, *, requested: date) -> ArxivBatch:
    """Return the batch of a category that could not be read; it counts as unread, not as empty."""
    return ArxivBatch(
        channels=(Channel(name=category, parsed=0, is_read=False),) if category else (),
        trouble=error,
        category=category,
        announced=None,
        requested=requested,
    )


def _announcement(of: Paper, kind: AnnounceType, category: str) -> Announcement:
    # The document has several categories or names none, so the paper's primary category is used.
    known = category if category and "+" not in category else next(iter(of.categories), category)
    return Announcement(paper_id=of.id, category=known, day=of.day, type=kind, version=of.version)


def _distinct(announcements: Iterable[Announcement]) -> list[Announcement]:
    found: dict[tuple[str, str], Announcement] = {}
    for one in announcements:
        key = (one.paper_id, one.category)
        other = found.setdefault(key, one)
        strong = min(one, other, key=lambda each: _STRENGTH.index(each.type))
        found[key] = replace(strong, version=other.version or one.version)
    return list(found.values())


def join(batches: Sequence[Batch]) -> Batch:
    """Join the batches of a day: one paper for each id, one channel for each category."""
    groups: dict[str, list[ArxivBatch]] = {}
    for text in batches:
        if isinstance(text, ArxivBatch):
            groups.setdefault(text.category, []).append(text)
    kept = [one for group in groups.values() for one in _without_strays(_of_one_day(group))]
    # Newer documents come first, and of one day the feed before the listing.
    kept.sort(key=lambda one: (-one.announced.toordinal() if one.announced else 0, one.is_listing))
    announcements = _distinct(one for text in kept for one in text.announcements)
    news = {one.paper_id for one in announcements if one.type.is_news}
    known: dict[str, Paper] = {}
    for text in kept:
        for found in (*text.papers, *text.updates):
            known[found.id] = _filled(known[found.id], found) if found.id in known else found
    papers = [one for one in known.values() if one.id in news and one.withdrawn_on is None]
    chosen = {one.id for one in papers}
    counts = [_counted(name, [one for one in kept if one.category == name]) for name in groups]
    unusable = [one for one in batches if not isinstance(one, ArxivBatch)]
    rejected = tuple(record for one in (*kept, *unusable) for record in one.rejected)
    troubles = [one.trouble for one in counts] + [one.trouble for one in unusable]
    return Batch(
        papers=tuple(papers),
        updates=tuple(one for one in known.values() if one.id not in chosen),
        rejected=rejected,
        declared=len(known) + len(rejected) + sum(count.missing for count in counts),
        channels=tuple(count.channel for count in counts if count.channel.name),
        announcements=tuple(announcements),
        trouble="; ".join(filter(None, (*_failures(counts), *troubles))) or None,
        warnings=join_warnings(kept),
    )


def say_unread(categories: Mapping[str, str], *, what: str = "read") -> list[str]:
    """Return a sentence for each error that names the categories it concerns."""
    names: dict[str, list[str]] = {}
    for category, error in categories.items():
        names.setdefault(error, []).append(category)
    return [f"{', '.join(found)} could not be {what}: {why}" for why, found in names.items()]


def _failures(counts: Sequence[_Count]) -> list[str]:
    failed = [(count.channel, count.error) for count in counts if count.error]
    whole = {channel.name: error for channel, error in failed if not channel.is_read}
    pages = {channel.name: error for channel, error in failed if channel.is_read}
    return [*say_unread(whole), *say_unread(pages, what="read to the end")]


def _of_one_day(group: list[ArxivBatch]) -> list[ArxivBatch]:
    """Keep the batches of the requested day, or else of the newest day.

    In the evening the listing is ahead of the feed; on weekends it lags behind.
    """
    requested = group[0].requested
    days = {one.announced for one in group if one.announced is not None}
    day = requested if requested in days else max(days, default=None)
    return [one for one in group if one.announced in (None, day)]


def _without_strays(group: list[ArxivBatch]) -> list[ArxivBatch]:
    """Remove new papers from a feed that a complete listing of the same day does not have.

    Feeds have shown old papers under a fresh date.
    """
    whole = [one for one in group if one.is_listing and not one.trouble and not one.rejected]
    if not whole:
        return group
    listed = {each.paper_id for one in whole for each in one.announcements}
    return [one if one.is_listing else _only(one, listed) for one in group]


def _only(feed: ArxivBatch, listed: set[str]) -> ArxivBatch:
    strays = {
        one.paper_id
        for one in feed.announcements
        if one.type.is_news and one.paper_id not in listed
    }
    reason = f"in the feed of {feed.category}, but not in its listing of the same day"
    return replace(
        feed,
        papers=tuple(one for one in feed.papers if one.id not in strays),
        updates=tuple(one for one in feed.updates if one.id not in strays),
        announcements=tuple(one for one in feed.announcements if one.paper_id not in strays),
        rejected=(
            *feed.rejected,
            *(Rejected(where=f"arXiv:{stray}", reason=reason) for stray in sorted(strays)),
        ),
    )


def _filled(first: Paper, second: Paper) -> Paper:
    """Fill the empty fields of a paper from another document."""
    return replace(
        first,
        aliases=tuple(dict.fromkeys((*first.aliases, *second.aliases))),
        abstract=first.abstract or second.abstract,
        authors=first.authors or second.authors,
        categories=tuple(dict.fromkeys((*first.categories, *second.categories))),
        published_at=first.published_at or second.published_at,
        version=first.version or second.version,
        comment=first.comment or second.comment,
        venue=first.venue or second.venue,
        withdrawn_on=(gone := first.withdrawn_on or second.withdrawn_on),
        restored_on=None if gone else first.restored_on or second.restored_on,
    )


@dataclass(frozen=True, kw_only=True)
class _Count:
    """How complete a category is."""

    channel: Channel
    #: records that it should have, but that were neither kept nor rejected
    missing: int
    #: why the documents that were read are not complete
    trouble: str | None
    #: why some or all documents could not be read
    error: str | None


def _counted(name: str, texts: list[ArxivBatch]) -> _Count:
    news = {one.paper_id for text in texts for one in text.announcements if one.type.is_news}
    counts = [
        channel.declared
        for one in sorted(texts, key=lambda one: not one.is_listing)
        for channel in one.channels
        if channel.declared is not None
    ]
    declared = counts[0] if counts else None
    read = [one for one in texts if one.announced is not None]
    is_whole = declared is not None and len(news) >= declared
    rejected = sum(len(one.rejected) for one in texts)
    return _Count(
        channel=Channel(name=name, parsed=len(news), declared=declared, is_read=bool(read)),
        missing=max((declared or 0) - len(news) - rejected, 0),
        trouble=None if is_whole else next((one.trouble for one in read if one.trouble), None),
        error=None if is_whole else next((one.trouble for one in texts if not one.announced), None),
    )
