"""arXiv's announcement feeds, RSS and Atom (https://info.arxiv.org/help/rss_specifications.html).

A feed belongs to the day it names, in US Eastern time. It is cut off at 2,000 records, and it is
the new papers that are lost, so each category is read by itself.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.models.days import as_utc
from digest.models.paper import AnnounceType
from digest.models.source import Rejected
from digest.sources.arxiv.records import ArxivBatch, Record, build_batch, version_of
from digest.sources.calendars import EASTERN
from digest.text.authors import split_creators
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from digest.sources import RawDocument

#: the number of records at which the service cuts off a feed
CUT = 2000

_HEADER = re.compile(
    r"\s*arXiv:\S+\s+Announce Type:\s*(?P<type>[a-z-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE
)
_CATEGORY = re.compile(r"/(?:rss|atom)/([A-Za-z.+-]+)/?$")
_REFUSAL = "Feed error for query"


def local(element: Element) -> str:
    """Return an element's name without its namespace, which has changed in the past."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children with a name."""
    return (child for child in element if local(child) == name)


def text(element: Element, name: str) -> str:
    """Return the text of the first child with a name, including its descendants."""
    child = next(children(element, name), None)
    return "" if child is None else "".join(child.itertext()).strip()


def parse(root: Element, document: RawDocument, *, day: date) -> ArxivBatch:
    """Parse an RSS or Atom feed.

    Raises:
        ConfigError: the feed is the error for a category that does not exist.

    """
    channel = next(children(root, "channel"), root)
    if text(channel, "title").startswith(_REFUSAL):
        raise no_category(document.channel or text(channel, "title").rpartition("/")[2])
    category = document.channel or _category(channel)
    items = [child for child in channel if local(child) in ("item", "entry")]
    records = (
        _record(item, f"{document.where}: record {n}") for n, item in enumerate(items, start=1)
    )
    trouble = f"the feed of {category} was cut at {CUT:,} records" if len(items) >= CUT else None
    return build_batch(
        records,
        category=category,
        announced=_announced(channel, items) or day,
        requested=day,
        # An empty feed may be broken; only the listing gives a count.
        news=None,
        trouble=trouble,
    )


def is_refusal(body: str) -> bool:
    """Whether the body of a response is the error for a category that does not exist."""
    return _REFUSAL in body


def no_category(category: str) -> ConfigError:
    """Return the error for a category that arXiv does not have."""
    return ConfigError(
        f"arXiv has no category {category!r}; see https://arxiv.org/category_taxonomy"
    )


def _category(channel: Element) -> str:
    """Return the category by the feed's own address, or by its title."""
    links = [
        link.get("href") or link.text or "" for link in channel if local(link) in ("link", "id")
    ]
    for link in links:
        if found := _CATEGORY.search(link.strip()):
            return found[1]
    return text(channel, "title").partition(" updates on")[0].replace(", ", "+")


def _record(item: Element, where: str) -> Record | Rejected:
    guid = text(item, "guid") or text(item, "id")
    link = next((one.get("href") or one.text or "" for one in children(item, "link")), "")
    description = text(item, "description") or text(item, "summary")
    header = _HEADER.match(description)
    kind = text(item, "announce_type") or (header["type"] if header else "")
    try:
        announced = AnnounceType(kind.lower())
    except ValueError:
        return Rejected(where=where, reason=f"“{kind[:40]}” is no way to announce a paper")
    return Record(
        where=where,
        identifier=guid or link,
        title=text(item, "title"),
        abstract=description[header.end() :] if header else description,
        authors=[name for one in children(item, "creator") for name in _names(one)],
        categories=[one.get("term") or one.text or "" for one in children(item, "category")],
        version=version_of(guid or link),
        venue=text(item, "journal_reference") or text(item, "journal_ref"),
        doi=text(item, "DOI") or text(item, "doi"),
        type=announced,
    )


def _names(creator: Element) -> tuple[str, ...]:
    return split_creators(squeeze("".join(creator.itertext())))


def _announced(channel: Element, items: list[Element]) -> date | None:
    """Return the day of a feed: its own date of announcement, else that of its records."""
    written = [text(channel, "pubDate")]
    written += [text(item, "published") or text(item, "pubDate") for item in items[:1]]
    written += [text(channel, "updated"), text(channel, "lastBuildDate")]
    return next((day for day in map(_day, written) if day is not None), None)


def _day(written: str) -> date | None:
    """Read a date with its zone. Midnight at arXiv stays that day, in summer time too."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        try:
            moment = parsedate_to_datetime(written)
        except ValueError:
            return None
    away = moment.utcoffset() or timedelta()
    return (moment if away < timedelta() else as_utc(moment).astimezone(EASTERN)).date()
