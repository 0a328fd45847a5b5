"""arXiv's page of new listings, https://arxiv.org/list/cs.CL/new.

It says how many papers it shows and how many there are; the feeds do not. It is parsed by patterns
that run in linear time, so that a broken page of any size takes no longer. The HTML parser of the
standard library does not guarantee that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.models.paper import AnnounceType
from digest.sources.arxiv.records import ArxivBatch, Record, build_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.sources import RawDocument

#: entries; no category comes near it, and 2,000 are requested
_MOST = 10_000
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_HEADING = re.compile(r"Showing new listings for\s+(?:\w+,\s*)?(\d{1,2})\s+(\w{3,9})\s+(\d{4})")
_CATEGORY = re.compile(r"/list/([a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?)/(?:new|recent)")
_SECTION = re.compile(
    r"(New|Cross|Replacement) submissions\s{0,20}\(([^<()]{0,80}?)(\d{1,6}) of (\d{1,6}) entr"
)
_NOTHING = re.compile(r"No updates (?:today|for this time period)|Total of 0 entries")
_ID = re.compile(r"/abs/([^\"'<>?#\s]{1,60})")
_VERSION = re.compile(r"/(?:html|pdf)/[^\"'<>?#\s]{1,60}v(\d{1,4})[\"'?#\s]")
_CROSS = re.compile(r"\(cross-list from [^)<]{1,60}\)")
_FIELD = re.compile(r"<(?:div|p)\s+class\s*=\s*[\"'](list-[a-z-]+|mathjax)[^<>\"']*[\"'][^<>]*>")
_DESCRIPTOR = re.compile(r"<span\s+class\s*=\s*[\"']descriptor[\"']\s*>[^<]*</span>")
_LINK = re.compile(r"<a\s([^<>]*)>([^<]*)</a>")
_HREF = re.compile(r"href\s*=\s*[\"']([^\"'<>]+)")
_TAG = re.compile(r"<[^<>]*>")
_SUBJECT = re.compile(r"\(([a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?)\)")
_HIDDEN = re.compile(r"this (?:https?|ftp) URL", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Section:
    title: str
    shown: int
    there: int
    #: the markup of each entry, from its `dt` to the end of its `dd`
    pieces: tuple[str, ...]


def parse(document: RawDocument, *, day: date) -> ArxivBatch:
    """Parse a page of new listings.

    Raises:
        SourceError: it is another page, or has an unknown layout.

    """
    heading = _HEADING.search(document.text)
    announced = _date(heading) if heading else None
    if heading is None or announced is None:
        raise _unknown(document, "it does not say of which day it is")
    if document.text.count("<dt") > _MOST:
        raise _unknown(document, f"it has more than {_MOST:,} entries")
    found = _CATEGORY.search(document.text, 0, heading.start())
    category = document.channel or (found[1] if found else "")
    sections = _sections(document.text)
    if not sections and not _NOTHING.search(document.text, heading.end()):
        raise _unknown(document, "it has no sections")
    if any(section.shown and not section.pieces for section in sections):
        raise _unknown(document, "it has sections without entries")
    records = (
        _record(piece, section.title, f"{document.where}: {section.title} submission {number}")
        for section in sections
        for number, piece in enumerate(section.pieces, start=1)
    )
    return build_batch(
        records,
        category=category,
        announced=announced,
        requested=day,
        is_listing=True,
        total=sum(section.there for section in sections),
        news=sum(section.there for section in sections if section.title != "Replacement"),
        trouble=_trouble(sections, category),
    )


def _unknown(document: RawDocument, why: str) -> SourceError:
    return SourceError(f"{document.where} is no listing of arXiv as we know them: {why}")


def _date(heading: re.Match[str]) -> date | None:
    month = heading[2].lower()
    try:
        return date(int(heading[3]), _MONTHS.index(month) + 1, int(heading[1]))
    except ValueError:
        return None


def _sections(page: str) -> list[_Section]:
    return [
        _Section(
            title=head[1],
            shown=int(head[3]),
            there=int(head[4]),
            pieces=tuple(rest.split("<dt")[1:]),
        )
        for head, rest in _cut(_SECTION, page)
    ]


def _cut(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield every match with the text up to the next one."""
    heads = list(pattern.finditer(text))
    starts = [*(head.start() for head in heads), len(text)]
    for head, end in zip(heads, starts[1:], strict=True):
        yield head, text[head.end() : end]


def _trouble(sections: list[_Section], category: str) -> str | None:
    shown = sum(min(section.shown, len(section.pieces)) for section in sections)
    there = sum(section.there for section in sections)
    if shown >= there:
        return None
    return f"the listing of {category} shows {shown:,} of {there:,} entries"


def _record(piece: str, section: str, where: str) -> Record:
    head, _, body = piece.partition("<dd")
    found = _ID.search(head)
    version = _VERSION.search(head)
    fields = _fields(body)
    return Record(
        where=where,
        identifier=unescape(found[1]) if found else "",
        title=_plain(fields.get("list-title", "")),
        abstract=_plain(fields.get("mathjax", "")),
        authors=[
            _plain(name) for _attributes, name in _LINK.findall(fields.get("list-authors", ""))
        ],
        categories=_SUBJECT.findall(_plain(fields.get("list-subjects", ""))),
        version=int(version[1]) if version else None,
        comment=_plain(fields.get("list-comments", "")),
        venue=_plain(fields.get("list-journal-ref", "")),
        type=_type(section, is_cross=_CROSS.search(head) is not None),
    )


def _type(section: str, *, is_cross: bool) -> AnnounceType:
    if section == "Replacement":
        return AnnounceType.REPLACE_CROSS if is_cross else AnnounceType.REPLACE
    return AnnounceType.CROSS if section == "Cross" or is_cross else AnnounceType.NEW


def _fields(body: str) -> dict[str, str]:
    """Split an entry at the starts of its fields, which are siblings."""
    fields: dict[str, str] = {}
    for head, rest in _cut(_FIELD, body):
        fields.setdefault(head[1], rest)
    return fields


def _plain(markup: str) -> str:
    """Return the text of a field; links shown as "this https URL" become their addresses."""
    text = _LINK.sub(_address, _DESCRIPTOR.sub("", markup))
    return unescape(_TAG.sub(" " if "<br" in markup else "", text))


def _address(link: re.Match[str]) -> str:
    if not _HIDDEN.fullmatch(link[2].strip()):
        return link[2]
    href = _HREF.search(link[1])
    return href[1] if href else link[2]
