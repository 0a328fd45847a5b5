"""Mails that readers answered: what each showed, and what its reader said of its papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import SHOWN
from digest.storage.edition_codec import rival_of
from digest.storage.feedback import FeedbackStore
from digest.storage.history import DeliveryHistory
from digest.storage.schema import deliveries, editions, feedback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from digest.models.feedback import Feedback, Verdict
    from digest.models.issue import IssueItem

#: Feedback that came in by these ways answers a mail; a library or an operator answers none.
_CHANNELS = ("mail", "web")
#: So many mails are read at once.
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class JudgedMail:
    """A mail with a verdict on one of its papers, or more."""

    subscriber_id: int
    day: date
    #: the ranker that was interleaved with ours; empty without one
    rival: str = ""
    items: Sequence[IssueItem] = ()
    #: by the paper's id
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


class JudgedMails:
    """The mails that readers answered, in an open database, for reading."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._feedback = FeedbackStore(engine)
        self._history = DeliveryHistory(engine)
        self._rivals: dict[int, str] = {}

    def between(self, first: date, last: date) -> Iterator[JudgedMail]:
        """Yield the answered mails of some days, both included, by reader, the oldest first.

        A verdict belongs to the mail of the day that it answers. One that names no day belongs to
        any mail that had shown the paper before. Deliveries that were pruned are not known any
        more.
        """
        answered = sa.select(feedback.c.subscriber_id).where(feedback.c.channel.in_(_CHANNELS))
        query = (
            sa.select(
                deliveries.c.id, deliveries.c.subscriber_id, deliveries.c.day,
                deliveries.c.edition_id,
            )
            .where(
                deliveries.c.day.between(first, last),
                deliveries.c.state.in_(SHOWN),
                deliveries.c.contents.is_not(None),
                deliveries.c.subscriber_id.in_(answered),
            )
            .order_by(deliveries.c.subscriber_id, deliveries.c.day)
        )  # fmt: skip
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        for start in range(0, len(rows), _PAGE):
            yield from self._read(rows[start : start + _PAGE])

    def _read(self, rows: Sequence[Any]) -> Iterator[JudgedMail]:
        given = self._feedback.of({row.subscriber_id for row in rows})
        items = self._history.items([row.id for row in rows])
        for row in rows:
            shown = {item.paper_id for item in items.get(row.id, ())}
            verdicts = {
                one.paper_id: one.verdict
                for one in given.get(row.subscriber_id, ())
                if one.paper_id in shown and _answers(one, row.day)
            }
            if verdicts:
                yield JudgedMail(
                    subscriber_id=row.subscriber_id,
                    day=row.day,
                    rival=self._rival(row.edition_id),
                    items=items[row.id],
                    verdicts=verdicts,
                )

    def _rival(self, edition_id: int) -> str:
        if edition_id not in self._rivals:
            query = sa.select(editions.c.content).where(editions.c.id == edition_id)
            with self._engine.connect() as db:
                content = db.execute(query).scalar()
            self._rivals[edition_id] = rival_of(content) if content else ""
        return self._rivals[edition_id]


def _answers(one: Feedback, day: date) -> bool:
    if one.channel not in _CHANNELS:
        return False
    return one.day == day if one.day else one.at.date() >= day
