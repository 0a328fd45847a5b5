"""The tables of runs: what each did, what the operator was told, and sums that erasing keeps."""

from __future__ import annotations

import sqlalchemy as sa

from digest.storage.schema import metadata
from subscribers.tables import UTCDateTime

# Every run that sends. A run that was killed has no end.
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # run or retry, with --only behind it where one reader was served
    sa.Column("what", sa.String, nullable=False),
    # null for a retry of all days
    sa.Column("day", sa.Date),
    sa.Column("started_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    # the process, by which a run that goes on is told from one that was killed
    sa.Column("host", sa.String, nullable=False),
    sa.Column("boot", sa.String, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    # how many mails it dealt with, by state
    sa.Column("counts", sa.JSON, nullable=False, server_default="{}"),
    # papers of the day; null where it read none
    sa.Column("papers", sa.Integer),
    # names of the sources that could not be read in full, when they were last read
    sa.Column("failed_sources", sa.JSON, nullable=False, server_default="[]"),
    # how many seconds each of its steps took, by name
    sa.Column("steps", sa.JSON, nullable=False, server_default="{}"),
    # the confirmed readers of each topic at its end; null where they were not counted
    sa.Column("topic_readers", sa.JSON),
    # whether nothing is left to do; null without an end
    sa.Column("is_complete", sa.Boolean),
    # why it stopped before all mails had left; why it could not be done; both without addresses
    sa.Column("stopped", sa.String),
    sa.Column("error", sa.String),
    # that nobody was mailed, where no calendar explains it
    sa.Column("silence", sa.String),
    # an id is never used twice, so the last one is how many there ever were
    sqlite_autoincrement=True,
)

# One row: the kinds of trouble that the operator was last told of.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # empty once they were told that all is well
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("sent_at", UTCDateTime, nullable=False),
)

# How many deliveries went with readers who were erased, by state, so that sums never fall.
erased_mails = sa.Table(
    "erased_mails",
    metadata,
    sa.Column("state", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
