"""The tables that operators take elsewhere: which columns each has, and what they mean.

The columns are a promise, and not the schema: they are named and listed here, and a migration may
change what they are read from. Keys, hashes and the bytes of mails are in none of them. Rows are
read as they are asked for, since a table may have millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import SHOWN
from digest.storage import contents, shown_papers
from digest.storage.inbound_tables import arrivals, bounces
from digest.storage.run_tables import runs
from digest.storage.schema import (
    aliases,
    announcements,
    days,
    deliveries,
    edition_papers,
    editions,
    feedback,
    fetches,
    papers,
    pruned_states,
    shown,
    sightings,
    signals,
    transactional_mail,
)
from subscribers.tables import consent, subscribers, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

#: Rows that are read at once.
_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """A table that can be exported."""

    name: str
    #: what a row is
    about: str
    #: what each column means, by name, in their order
    columns: Mapping[str, str]
    #: yields the rows, each a value for every column
    read: Callable[[sa.Connection], Iterator[Sequence[Any]]]


def rows_of(engine: sa.Engine, table: ExportedTable) -> Iterator[Sequence[Any]]:
    """Yield the rows of a table in its order; memory does not grow with their number."""
    with engine.connect() as db:
        yield from table.read(db)


def _plain(
    name: str, about: str, source: sa.Table, columns: Mapping[str, str], **called: str
) -> ExportedTable:
    """Return a table whose columns are those of one in the database; `called` names some anew."""
    wanted = [source.c[called.get(column, column)] for column in columns]
    query = sa.select(*wanted).order_by(*source.primary_key)

    def read(db: sa.Connection) -> Iterator[Sequence[Any]]:
        yield from db.execute(query.execution_options(yield_per=_PAGE))

    return ExportedTable(name=name, about=about, columns=columns, read=read)


def _mailed_papers(db: sa.Connection) -> Iterator[Sequence[Any]]:
    """Yield the papers of the mails that arrived or may have, those of pruned ones too."""
    ids: dict[int, dict[int, str]] = {}

    def of_edition(edition_id: int) -> dict[int, str]:
        if edition_id not in ids:
            ids.clear()  # the rows come by edition
            query = sa.select(edition_papers.c.position, edition_papers.c.paper_id)
            of_it = edition_papers.c.edition_id == edition_id
            ids[edition_id] = {row.position: row.paper_id for row in db.execute(query.where(of_it))}
        return ids[edition_id]

    mailed = (
        sa.select(
            deliveries.c.edition_id,
            deliveries.c.day,
            deliveries.c.subscriber_id,
            deliveries.c.contents,
        )
        .where(deliveries.c.state.in_(SHOWN), deliveries.c.contents.is_not(None))
        .order_by(deliveries.c.edition_id, deliveries.c.subscriber_id)
    )
    for row in db.execute(mailed.execution_options(yield_per=_PAGE)):
        for position in contents.shown_positions(row.contents):
            yield row.day, row.subscriber_id, of_edition(row.edition_id)[position]
    pruned = (
        sa.select(shown.c.edition_id, editions.c.day, shown.c.subscriber_id, shown.c.papers)
        .join_from(shown, editions)
        .order_by(shown.c.edition_id, shown.c.subscriber_id)
    )
    for row in db.execute(pruned.execution_options(yield_per=_PAGE)):
        for position in shown_papers.load(row.papers).papers:
            yield row.day, row.subscriber_id, of_edition(row.edition_id)[position]


def _steps(db: sa.Connection) -> Iterator[Sequence[Any]]:
    """Yield the steps of each run that has ended."""
    query = sa.select(runs.c.id, runs.c.steps).where(runs.c.ended_at.is_not(None))
    for row in db.execute(query.order_by(runs.c.id).execution_options(yield_per=_PAGE)):
        for name, seconds in row.steps.items():
            yield row.id, name, seconds


_READER = "the reader's id in `readers`"
_PAPER = "the paper's id in `papers`"
_OF_PAPERS = "the day of the papers"

TABLES = (
    _plain("readers", "a reader, of any status", subscribers, {
        "id": "the reader's id",
        "address": "where mail goes",
        "status": "pending, confirmed, paused, left or suppressed",
        "since": "when they first signed up or were added",
        "preferences": "what they chose and is not the default, as JSON",
    }),
    _plain("subscriptions", "a topic that a reader has", subscriptions, {
        "subscriber_id": _READER,
        "topic": "the slug of the topic",
        "position": "its place in their order, from 0",
    }),
    _plain("consent", "a step of a reader's consent", consent, {
        "id": "the steps in their order",
        "subscriber_id": _READER,
        "event": "what happened, such as sign-up, confirm and leave",
        "status": "the status from then on",
        "at": "when",
        "channel": "how it came in, such as web, mail, cli and import",
        "note": "who did it, or what proves it",
        "wording": "what the reader agreed to",
        "network": "the network that it came from, shortened",
    }),
    _plain("deliveries", "a mail of a day to a reader, until it is pruned", deliveries, {
        "day": _OF_PAPERS,
        "subscriber_id": _READER,
        "state": "planned, sent, skipped and so on",
        "reason": "why it stands so",
        "subject": "the subject of the mail",
        "message_id": "its Message-ID",
        "planned_at": "when it was planned",
        "settled_at": "when its state was last set",
        "attempts": "how often it was tried",
        "next_at": "when a deferred one is tried again",
        "code": "the reply code of the mail server",
        "status": "its enhanced status (RFC 3463)",
        "edition_id": "the edition that it was made from",
    }),
    ExportedTable(
        name="mailed_papers",
        about="a paper in a mail that arrived, or may have; also of pruned deliveries",
        columns={"day": _OF_PAPERS, "subscriber_id": _READER, "paper_id": _PAPER},
        read=_mailed_papers,
    ),
    _plain("days", "a day of which mails were planned", days, {
        "day": _OF_PAPERS,
        "planned": "how many mails there were to be",
        "closed_at": "when all were settled",
        "pruned_at": "when its deliveries began to be pruned",
    }),
    _plain("pruned_deliveries", "how many deliveries of a day were pruned in a state",
           pruned_states, {
        "day": _OF_PAPERS,
        "state": "the state that they had",
        "number": "how many",
    }),
    _plain("bounces", "what came back of a mail, by class", bounces, {
        "subscriber_id": _READER,
        "day": "the day of the mail",
        "class": "hard, soft, policy, delayed or complaint",
        "at": "when the last such report came",
        "status": "the enhanced status in it",
        "diagnostic": "the words of the server",
    }, **{"class": "bounce_class"}),
    _plain("letters", "a letter about a subscription, or an answer", transactional_mail, {
        "id": "the letters in their order",
        "subscriber_id": "the reader's id in `readers`; none where a stranger is answered",
        "kind": "confirm, known, privacy, help, topics, ask or done",
        "state": "waiting, sent or failed",
        "reason": "why it stands so",
        "made_at": "when it was queued",
        "next_at": "when a waiting one is tried next",
        "attempts": "how often it was tried",
    }),
    _plain("inbound", "a message that came in, for 90 days", arrivals, {
        "id": "its number in `digest inbound list`",
        "channel": "lmtp, pipe, maildir or imap",
        "received_at": "when it came",
        "state": "waiting, handled or kept",
        "handled_at": "when it was handled",
        "kind": "what it is",
        "why": "why it is that",
        "result": "what was done",
        "subscriber_id": "the reader whom it is about, where that is known",
    }),
    _plain("feedback", "what a reader said of a paper", feedback, {
        "subscriber_id": _READER,
        "paper_id": "the paper's id, which `papers` may lack",
        "verdict": "like, less or save",
        "at": "when",
        "channel": "mail, web, import or cli",
        "day": "the day of the mail that it answers",
        "title": "the title, where no source had the paper",
    }),
    _plain("papers", "a paper that a source had", papers, {
        "id": "the paper's id",
        "title": "its title",
        "authors": "its authors, as JSON",
        "author_count": "how many there are, where only that is known",
        "categories": "its categories, as JSON",
        "keywords": "its keywords, as JSON",
        "published_at": "when it was published",
        "version": "its version",
        "venue": "where it was accepted",
        "organization": "the institution",
        "comment": "what the authors say of it",
        "tldr": "a summary in a sentence",
        "withdrawn_on": "the day on which it was withdrawn",
        "links": "addresses, as JSON",
        "abstract": "its abstract",
    }),
    _plain("aliases", "another id of a paper", aliases, {
        "alias": "the other id",
        "paper_id": _PAPER,
    }),
    _plain("featured", "a paper that a source featured", sightings, {
        "paper_id": _PAPER,
        "source": "the name of the source",
        "day": "the first day on which it did",
        "featured_at": "the time, where it says so",
    }),
    _plain("announcements", "a paper that was announced in a category", announcements, {
        "paper_id": _PAPER,
        "category": "the category",
        "day": "the day",
        "type": "new, cross, replace and so on",
        "version": "the version",
    }),
    _plain("votes", "what a source counted of a paper, when that changed", signals, {
        "paper_id": _PAPER,
        "source": "the name of the source",
        "observed_at": "when",
        "upvotes": "votes",
        "comments": "comments",
        "stars": "stars of its code",
        "citations": "citations",
    }),
    _plain("editions", "an edition that mails were made from", editions, {
        "id": "the edition's id",
        "day": _OF_PAPERS,
        "since": "the day of the issue before it, for readers who missed some",
        "saved_at": "when it was stored",
        "mailed_at": "when the first of its mails left, or may have",
    }),
    _plain("fetches", "how a source was last read for a day", fetches, {
        "day": "the day",
        "source": "the name of the source",
        "fetched_at": "when",
        "state": "ok, empty, early, stale, partial or failed",
        "declared": "papers that it said it has",
        "parsed": "papers that were understood",
        "rejected": "records that were not",
        "new": "papers that were not known",
        "merged": "papers that were known",
        "reason": "why it ended so",
    }),
    _plain("runs", "a run, for 400 days", runs, {
        "id": "the runs in their order",
        "what": "run or retry",
        "day": _OF_PAPERS,
        "started_at": "when it began",
        "ended_at": "when it ended",
        "counts": "how many mails it dealt with, by state, as JSON",
        "papers": "papers of the day",
        "failed_sources": "sources that could not be read in full, as JSON",
        "is_complete": "whether nothing was left to do",
        "stopped": "why it stopped before all mails had left",
        "error": "why it could not be done",
        "silence": "that nobody was mailed, and no calendar explains it",
    }),
    ExportedTable(
        name="steps",
        about="how long a step of a run took, once the run has ended",
        columns={
            "run_id": "the run's id in `runs`",
            "step": "the name of the step",
            "seconds": "how long it took",
        },
        read=_steps,
    ),
)  # fmt: skip
