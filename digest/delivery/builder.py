"""The mailroom: makes the mails of a batch of ledger rows, and answers what a mail would be.

A mail that was made before is made again as it was, unless a mail of another day has shown one of
its papers since: then its reader gets what is still new.

The questions to the database are asked once for a batch; nothing is kept for a reader beyond it,
so that a hundred thousand readers take no more memory than ten thousand.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from digest.delivery.issues import IssueFactory, MailResult
from digest.delivery.worker import Prepared
from digest.errors import NotFoundError
from digest.models.delivery import SHOWN
from digest.models.issue import NOTHING_SEEN, WITHDRAWN, Issue, NoIssue
from digest.storage.claims import Claim
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from digest.delivery.worker import StageTimer
    from digest.mail.renderer import MailSettings
    from digest.models.issue import IssueItem, Seen
    from digest.storage.claims import DueDelivery
    from digest.storage.editions import EditionStore, StoredEdition
    from digest.storage.history import DeliveryHistory
    from subscribers.book import Book
    from subscribers.models import Subscriber

log = logging.getLogger(__name__)


class MessageBuilder:
    """Makes mails from the day's desk, and second attempts from the desk of the first."""

    def __init__(
        self,
        frozen: StoredEdition,
        *,
        press: MailSettings,
        book: Book,
        desks: EditionStore,
        account: DeliveryHistory,
    ) -> None:
        """Make new mails from `frozen`."""
        self._newest = frozen
        self._press, self._book, self._desks, self._account = press, book, desks, account
        self._factories: dict[int, IssueFactory] = {}

    def prepare(self, rows: Sequence[DueDelivery], stages: StageTimer) -> list[Prepared]:
        """Return what becomes of each row; one whose reader was erased is missing."""
        with stages.stage("select"):
            readers = {one.id: one for one in self._book.some([r.subscriber_id for r in rows])}
            known = [row for row in rows if row.subscriber_id in readers]
            composed = self._compose(known, readers)
        with stages.stage("render"):
            return [_prepared(choice, readers[choice.row.subscriber_id]) for choice in composed]

    def preview(self, reader: Subscriber) -> MailResult:
        """Return what a reader would get now, or got, writing nothing."""
        entry = self._account.record(self._day, reader.id)
        filed = self._account.items([entry.id]).get(entry.id, ()) if entry else ()
        seen = self._seen([reader.id], filed).get(reader.id, NOTHING_SEEN)
        if entry is not None and entry.edition_id is not None and filed:
            with suppress(NotFoundError):
                bag = self._factory(entry.edition_id)
                if entry.state in SHOWN or not _is_stale(filed, seen):
                    return bag.render(reader, bag.restore(filed))
        bag = self._factory(self._newest.id)
        return bag.render(reader, bag.compose(reader, seen=seen))

    @property
    def _day(self) -> date:
        return self._newest.edition.coverage.day

    def _seen(self, readers: Sequence[int], filed: Iterable[IssueItem]) -> dict[int, Seen]:
        """Return, by reader, which papers the mails of other days have shown."""
        asked = self._newest.also_elsewhere | {row.paper_id for row in filed}
        return self._account.seen(readers, asked, apart_from=self._day) if asked else {}

    def _compose(
        self, rows: Sequence[DueDelivery], readers: dict[int, Subscriber]
    ) -> list[_Composed]:
        made_before = [row.delivery_id for row in rows if row.edition_id is not None]
        recorded = self._account.items(made_before) if made_before else {}
        seen_by = self._seen([row.subscriber_id for row in rows], chain(*recorded.values()))
        composed = []
        for row in rows:
            reader = readers[row.subscriber_id]
            filed, seen = recorded.get(row.delivery_id, ()), seen_by.get(reader.id, NOTHING_SEEN)
            bag, again = self._factory(self._newest.id), False
            if reader.status is not Status.CONFIRMED:
                issue: Issue | NoIssue = NoIssue(reason=f"the reader is {reader.status} now")
            else:
                before = None if _is_stale(filed, seen) else self._factory_of(row, filed)
                bag, again = before or bag, before is not None
                issue = bag.restore(filed) if again else bag.compose(reader, seen=seen)
            composed.append(_Composed(row=row, factory=bag, issue=issue, again=again))
        return composed

    def _factory_of(self, row: DueDelivery, filed: Sequence[IssueItem]) -> IssueFactory | None:
        """Return what makes a mail as it was made before, if it was and the desk is kept."""
        if row.edition_id is None or not filed:
            return None
        with suppress(NotFoundError):
            return self._factory(row.edition_id)
        return None

    def _factory(self, edition_id: int) -> IssueFactory:
        if edition_id not in self._factories:
            frozen = self._newest if edition_id == self._newest.id else self._desks.get(edition_id)
            if frozen.mail_key != self._press.key:
                # The papers are those of the first attempt; what is around them is not.
                log.warning("templates have changed", extra={"desk": edition_id})
            printer = self._press.renderer(frozen.edition, at=frozen.at)
            self._factories[edition_id] = IssueFactory(frozen, printer)
        return self._factories[edition_id]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Composed:
    """What goes into a row's mail, and what that is made from."""

    row: DueDelivery
    factory: IssueFactory
    issue: Issue | NoIssue
    #: whether it was filed at an earlier attempt
    again: bool


def _is_stale(filed: Iterable[IssueItem], seen: Seen) -> bool:
    """Whether a mail of another day has shown something of what was filed."""
    return any(row.paper_id in seen.papers for row in filed if row.topic != WITHDRAWN)


def _prepared(choice: _Composed, reader: Subscriber) -> Prepared:
    proof = choice.factory.prepare(reader, choice.issue)
    if isinstance(proof, MailResult):
        return Prepared(row=choice.row, state=proof.state, reason=proof.reason)
    filing = Claim(
        row=choice.row,
        edition_id=choice.factory.stored.id,
        subject=proof.subject,
        message_id=proof.message_id,
        contents=None if choice.again else choice.factory.items(proof.issue),
    )
    return Prepared(row=choice.row, claim=filing, render=lambda: proof.render().outgoing)
