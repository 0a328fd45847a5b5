"""The tables of what is known about papers and of how their sources were read."""

from __future__ import annotations

import sqlalchemy as sa

from subscribers.tables import UTCDateTime

metadata = sa.MetaData()


def _paper_id() -> sa.ForeignKey:
    # A paper known by its title only takes its real id when that becomes known.
    return sa.ForeignKey("papers.id", onupdate="CASCADE")


papers = sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("title_key", sa.String, nullable=False, index=True),
    sa.Column("abstract", sa.String, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("author_count", sa.Integer),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("published_at", UTCDateTime),
    sa.Column("links", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("comment", sa.String, nullable=False),
    sa.Column("venue", sa.String, nullable=False),
    sa.Column("tldr", sa.String, nullable=False),
    sa.Column("organization", sa.String, nullable=False),
    sa.Column("withdrawn_on", sa.Date, index=True),
    # who said what a field holds, by field: source and authority
    sa.Column("origins", sa.JSON, nullable=False),
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("paper_id", _paper_id(), primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("featured_at", UTCDateTime),
)

signals = sa.Table(
    "signals",
    metadata,
    sa.Column("paper_id", _paper_id(), primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("observed_at", UTCDateTime, primary_key=True),
    sa.Column("upvotes", sa.Integer),
    sa.Column("comments", sa.Integer),
    sa.Column("stars", sa.Integer),
    sa.Column("citations", sa.Integer),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("paper_id", _paper_id(), primary_key=True),
    sa.Column("category", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Index("announcements_by_day", "category", "day"),
)

fetches = sa.Table(
    "fetches",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("fetched_at", UTCDateTime, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("declared", sa.Integer, nullable=False),
    sa.Column("parsed", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("other_days", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("merged", sa.Integer, nullable=False),
    sa.Column("channels", sa.JSON, nullable=False),
    sa.Column("reason", sa.String),
)
