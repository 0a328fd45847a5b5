"""All that one subscriber was sent, a page at a time, so that years of it need no memory.

No transaction lasts longer than a page: whoever downloads slowly must not keep SQLite from
shortening its write-ahead log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage import sent_papers
from digest.storage.history import DeliveryRecord, delivery_record, select_records
from digest.storage.pruning import day_of_shown, shown_to
from digest.storage.schema import deliveries, editions, shown
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from digest.storage.sent_papers import SentPaper

#: Issues that are read in one transaction.
_PAGE = 50
#: The reason of a record whose delivery is pruned.
_PRUNED = "of this mail only the papers are still known"


@dataclass(frozen=True, kw_only=True)
class SentIssue:
    """One row of the ledger, and the papers of its mail."""

    record: DeliveryRecord
    papers: list[SentPaper]


class SubscriberHistory:
    """What subscribers were sent, in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def issues(self, subscriber_id: int, *, before: date | None = None) -> Iterator[SentIssue]:
        """Yield a subscriber's issues, the newest first, also those whose deliveries are pruned.

        With `before`, only those of earlier days.
        """
        while True:
            with self._engine.connect() as db:
                page = [*_kept(db, subscriber_id, before), *_pruned(db, subscriber_id, before)]
            page.sort(key=lambda issue: issue.record.day, reverse=True)
            yield from page[:_PAGE]
            if len(page) < _PAGE:
                return
            before = page[_PAGE - 1].record.day


_address = (
    sa.select(subscribers.c.address)
    .where(subscribers.c.id == shown.c.subscriber_id)
    .scalar_subquery()
    .label("address")
)


def _kept(db: sa.Connection, subscriber_id: int, before: date | None) -> Iterator[SentIssue]:
    query = select_records().where(deliveries.c.subscriber_id == subscriber_id).limit(_PAGE)
    if before is not None:
        query = query.where(deliveries.c.day < before)
    for row in db.execute(query).mappings().all():
        text, edition_id = row["contents"], row["edition_id"]
        yield SentIssue(
            record=delivery_record(row),
            papers=sent_papers.of_contents(db, edition_id, text) if text else [],
        )


def _pruned(db: sa.Connection, subscriber_id: int, before: date | None) -> Iterator[SentIssue]:
    which = None if before is None else editions.c.day < before
    query = (
        sa.select(shown, day_of_shown, _address)
        .where(shown_to(subscriber_id, which))
        .order_by(day_of_shown.desc())
        .limit(_PAGE)
    )
    for row in db.execute(query).all():
        papers = sent_papers.of_pruned(db, row.edition_id, row.papers)
        record = DeliveryRecord(
            id=0,
            day=row.day,
            subscriber_id=subscriber_id,
            address=row.address,
            state=DeliveryState.UNKNOWN if row.is_unknown else DeliveryState.SENT,
            reason=_PRUNED,
            papers=sum(not paper.is_withdrawal for paper in papers),
        )
        yield SentIssue(record=record, papers=papers)
