"""Every table of Digest but those of the subscribers: papers, fetches, editions, deliveries, queue.

The subscribers' own tables are in `subscribers.tables`. `UTCDateTime` comes from there too: the
subscribers package lies below this one, and a time is stored in one way only. Changes to a table
need a migration in `storage/migrations`.
"""

from __future__ import annotations

import sqlalchemy as sa

from subscribers.tables import UTCDateTime, subscribers

metadata = sa.MetaData()


def _paper_id() -> sa.ForeignKey:
    # A paper takes a better id when that becomes known.
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
    sa.Column("keywords", sa.JSON, nullable=False),
    sa.Column("published_at", UTCDateTime),
    sa.Column("links", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("comment", sa.String, nullable=False),
    sa.Column("venue", sa.String, nullable=False),
    sa.Column("tldr", sa.String, nullable=False),
    sa.Column("organization", sa.String, nullable=False),
    sa.Column("withdrawn_on", sa.Date, index=True),
    # the day on which the last withdrawal ended
    sa.Column("restored_on", sa.Date),
    # by field: the source that it came from, and how much that counts
    sa.Column("origins", sa.JSON, nullable=False),
)

# The other ids of papers, each of one paper only.
aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("alias", sa.String, primary_key=True),
    sa.Column(
        "paper_id",
        sa.ForeignKey("papers.id", onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Index("aliases_by_paper", "paper_id"),
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
    sa.Column("warnings", sa.JSON, nullable=False),
    # when the votes of this list were last read again, or that was tried
    sa.Column("recounted_at", UTCDateTime),
)

# Coefficients that were fitted to the votes of an archive; the newest are used.
trained_priors = sa.Table(
    "trained_priors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("trained_at", UTCDateTime, nullable=False),
    # how many days and papers they were fitted to
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("papers", sa.Integer, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
)

# The files of sources whose papers are stored, so that they are read again only when they changed.
read_files = sa.Table(
    "read_files",
    metadata,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("path", sa.String, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    # nanoseconds since 1970, as the file system has them
    sa.Column("modified", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("read_at", UTCDateTime, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    # the kind that parsed it, and its version
    sa.Column("parser", sa.String, nullable=False),
    # the one day whose papers were stored; null if all were
    sa.Column("only_day", sa.Date),
    # what was in it, for reports
    sa.Column("contents", sa.JSON, nullable=False),
)

transactional_mail = sa.Table(
    "transactional_mail",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # null in an answer to somebody who is no subscriber
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("made_at", UTCDateTime, nullable=False, index=True),
    # when it is tried next; null when it is settled
    sa.Column("next_at", UTCDateTime, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    # where an answer goes that is to no subscriber, until it is settled
    sa.Column("address", sa.String),
    # what an answer says, until it is settled
    sa.Column("details", sa.JSON, nullable=False, server_default="{}"),
    # the Message-ID of the mail that is answered, until it is settled
    sa.Column("in_reply_to", sa.String, nullable=False, server_default=""),
    # keyed hashes of the domain and mailbox that are answered and of what it says, in one text,
    # by which further answers are limited
    sa.Column("mailbox_hash", sa.String, index=True),
)


days = sa.Table(
    "days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    # how many deliveries were ever planned; the states must add up to this
    sa.Column("planned", sa.Integer, nullable=False),
    sa.Column("closed_at", UTCDateTime),
    # when an operator last named the day, so that its mails may be late
    sa.Column("named_at", UTCDateTime),
    # when a run of the day began that has not planned it yet
    sa.Column("begun_at", UTCDateTime),
    # whether that run is for everybody, and not only for those who follow the site's hours
    sa.Column("is_for_all", sa.Boolean, nullable=False, server_default=sa.true()),
    # when its deliveries began to be pruned; from then on nothing of the day is sent any more
    sa.Column("pruned_at", UTCDateTime),
)

# How many deliveries of a day were pruned, by the state that they had.
pruned_states = sa.Table(
    "pruned_states",
    metadata,
    sa.Column("day", sa.ForeignKey(days.c.day), primary_key=True),
    sa.Column("state", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The editions that mails were made from, as they were when the first mail was claimed.
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
    # the day of the issue before it, for readers who have missed editions since; null for others
    sa.Column("since", sa.Date),
    # the Date of the mails, in whole seconds; no two editions of a day share it
    sa.Column("saved_at", UTCDateTime, nullable=False),
    # a hash of the content, so that nothing is stored twice
    sa.Column("content_key", sa.String, nullable=False),
    # a hash of the templates and of everything else that shapes a mail
    sa.Column("mail_key", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    # when the first of its mails left, or may have left; null while none has
    sa.Column("mailed_at", UTCDateTime),
    # The content stands before it in a row, and is long.
    sa.Index("editions_mailed", "day", "mailed_at"),
)

# The papers of an edition by their position in its content, where a paper has no id: it may take
# its real id later.
edition_papers = sa.Table(
    "edition_papers",
    metadata,
    sa.Column("edition_id", sa.ForeignKey(editions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("paper_id", sa.ForeignKey(papers.c.id, onupdate="CASCADE"), nullable=False),
    sa.Index("edition_papers_by_paper", "paper_id"),
    sqlite_with_rowid=False,
)

# Why the papers of an edition were picked for a topic, see `storage.explanations`.
edition_topics = sa.Table(
    "edition_topics",
    metadata,
    sa.Column("edition_id", sa.ForeignKey(editions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("topic", sa.String, primary_key=True),
    sa.Column("picks", sa.LargeBinary, nullable=False),
)

# What is left of a pruned delivery whose mail arrived, or may have: the papers that it showed. The
# rows of one edition lie together, so that pruning writes at the end of the table. A key to the
# subscribers would make SQLite read the whole table whenever one of them is erased; whoever
# erases one removes these rows first (`Ledger.forget`).
shown = sa.Table(
    "shown",
    metadata,
    sa.Column("edition_id", sa.ForeignKey(editions.c.id), primary_key=True),
    sa.Column(
        "subscriber_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    ),
    # whether nobody knows that the mail arrived
    sa.Column("is_unknown", sa.Boolean, nullable=False),
    # see `storage.shown_papers`
    sa.Column("papers", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Every worker there ever was. The id is the fencing token: a row that one worker has claimed can
# only be settled by it, until the claim is taken back.
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("started_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("boot", sa.String, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    # an id is never used twice
    sqlite_autoincrement=True,
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id), nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String),
    sa.Column("subject", sa.String),
    sa.Column("message_id", sa.String),
    sa.Column("planned_at", UTCDateTime, nullable=False),
    sa.Column("settled_at", UTCDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    # the edition that the mail was made from
    sa.Column("edition_id", sa.Integer),
    # the papers in it, see storage.contents; they count as shown once the state is sent or unknown
    sa.Column("contents", sa.Text),
    # the worker that claimed it last
    sa.Column("fencing_token", sa.Integer),
    # when a deferred mail is tried again
    sa.Column("next_at", UTCDateTime),
    # the mail server's last answer: reply code, and enhanced status (RFC 3463)
    sa.Column("code", sa.Integer),
    sa.Column("status", sa.String),
    sa.UniqueConstraint("day", "subscriber_id"),
)
#: Whether a mail has not left, as far as that is known. SQLite uses an index of some rows only for
#: a query that names the same ones, with the state in its text.
is_not_sent = deliveries.c.state != sa.literal_column("'sent'")
# Why mails have not left. A sent mail has no entry, so the index stays small, and a day is summed
# up without its rows (`storage.delivery_states`, `storage.reasons`).
sa.Index(
    "deliveries_not_sent",
    deliveries.c.day,
    deliveries.c.state,
    deliveries.c.reason,
    sqlite_where=is_not_sent,  # to say so for PostgreSQL too would import its dialect
)

# One row. Whether the database is the one that the last run used, see `storage.generation`.
generation = sa.Table(
    "generation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # every run that sends mail raises it
    sa.Column("number", sa.Integer, nullable=False),
    # when an operator first named a day to send after the database was restored from a backup
    sa.Column("restored_at", UTCDateTime),
    # mails of days before this one may have left without this database knowing
    sa.Column("certain_from", sa.Date),
)

# What readers say of papers. A paper's id may be one that the store does not know, since a library
# has papers of anywhere; so it is no foreign key, and the row keeps what the library says of it.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("paper_id", sa.String, primary_key=True),
    sa.Column("verdict", sa.String, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    # mail, web, import or cli
    sa.Column("channel", sa.String, nullable=False),
    # the day of the mail that it answers
    sa.Column("day", sa.Date),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("abstract", sa.String, nullable=False),
    sqlite_with_rowid=False,
)

# What the feedback of a reader teaches. A row goes when their feedback changes; the next run learns
# it again.
profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column(
        "subscriber_id",
        sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("learned_at", UTCDateTime, nullable=False),
    sa.Column("likes", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    # what made the sentence vectors; "" without
    sa.Column("model", sa.String, nullable=False, server_default=""),
)

# One row: in how many papers of the last weeks each term occurs, as the newest edition learned it.
word_counts = sa.Table(
    "word_counts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# Papers whose texts a service was asked for and did not know: how often, and when last.
lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("paper_id", sa.String, primary_key=True),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("asked_at", UTCDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# Sentence vectors of papers, each made once by a model from a text.
paper_vectors = sa.Table(
    "paper_vectors",
    metadata,
    sa.Column(
        "paper_id",
        sa.ForeignKey("papers.id", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("model", sa.String, primary_key=True),
    # a hash of the text that it was made from
    sa.Column("text_key", sa.String, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
