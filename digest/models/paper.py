"""Papers as the sources describe them, and how they were announced.

A datetime without a time zone is refused here, because it would become a wrong hour in a mail.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What readers elsewhere thought of a paper. `None` is "not known", which is not 0."""

    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    citations: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything at all is known."""
        seen = (self.upvotes, self.comments, self.stars, self.citations)
        return any(value is not None for value in seen)


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where a paper can be read, each an http(s) address or `None`."""

    abs: str | None = None
    pdf: str | None = None
    code: str | None = None
    project: str | None = None
    #: the paper's page at Hugging Face, with its discussion
    page: str | None = None

    @property
    def best_first(self) -> tuple[str, ...]:
        """The addresses that may stand behind a paper's title: first the abstract page."""
        ordered = (self.abs, self.page, self.project, self.pdf, self.code)
        return tuple(url for url in ordered if url)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper under its canonical id, as far as the sources know it."""

    id: str
    #: its other ids, canonical too: a source's own, the DOI of a later version
    aliases: tuple[str, ...] = ()
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    #: how many authors there are, where a source counts them without naming them
    author_count: int | None = None
    categories: tuple[str, ...] = ()
    #: what its authors, or its source, say it is about, such as "in-context learning"
    keywords: tuple[str, ...] = ()
    #: the first version's time, UTC
    published_at: datetime | None = None
    #: the version that is described, from 1
    version: int | None = None
    #: the authors' comment, such as "12 pages, accepted at ICML 2026"
    comment: str = ""
    #: where it was published, such as "ICLR 2025 poster"
    venue: str = ""
    #: its finding in one sentence
    tldr: str = ""
    #: the company or laboratory that it comes from
    organization: str = ""
    #: the day on which its withdrawal was announced, or noticed
    withdrawn_on: date | None = None
    #: of a record: the day of the version it describes, which stands; it may end a withdrawal.
    #: Of a known paper: the day on which the last withdrawal ended.
    restored_on: date | None = None
    #: the day it was featured, according to the source
    day: date
    #: the time on that day, where the source gives one
    featured_at: datetime | None = None
    links: Links = Links()
    signals: Signals = Signals()
    #: when the signals were read, UTC
    observed_at: datetime | None = None
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse times without a zone."""
        for name in ("published_at", "featured_at", "observed_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} of {self.id} has no time zone")


#: what a source says of a paper on a day; every other field but the ids describes the paper itself
_PER_SIGHTING = ("day", "featured_at", "signals", "observed_at", "sources")
#: the plain fields that describe a paper; its links are merged one by one
MERGED_FIELDS = tuple(
    field.name
    for field in fields(Paper)
    if field.name not in ("id", "aliases", "links", *_PER_SIGHTING)
)


class AnnounceType(StrEnum):
    """How arXiv announces a paper in a category."""

    NEW = "new"
    #: new, with another primary category
    CROSS = "cross"
    #: a new version
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_news(self) -> bool:
        """Whether the paper itself is announced, and not a new version of it."""
        return self in (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """That a version of a paper was announced in a category on a day."""

    paper_id: str
    category: str
    #: the day of the listing, in the source's own time zone
    day: date
    type: AnnounceType
    version: int | None = None
