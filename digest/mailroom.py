"""The mailroom: makes the mails of a batch of ledger rows, and answers what a mail would be.

The questions to the database are asked once for a batch; nothing is kept for a reader beyond it,
so that a hundred thousand readers take no more memory than ten thousand.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from digest.delivery.marks import Filing
from digest.delivery.sender import Made
from digest.errors import NotFoundError
from digest.mailbag import Mailbag, Outcome
from digest.models import Issue, Silence, State
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.delivery.account import Account
    from digest.delivery.desks import Desks, Frozen
    from digest.delivery.marks import Waiting
    from digest.delivery.sender import Cpu
    from digest.press import Press
    from subscribers.book import Book
    from subscribers.models import Subscriber


class Mailroom:
    """Makes mails from the day's desk, and second attempts from the desk of the first."""

    def __init__(
        self,
        frozen: Frozen,
        *,
        press: Press,
        book: Book,
        desks: Desks,
        account: Account,
        cpu: Cpu | None = None,
    ) -> None:
        """Make new mails from `frozen`; seconds of CPU are added to `cpu`, by stage."""
        self._newest = frozen
        self._press, self._book, self._desks, self._account = press, book, desks, account
        self._bags: dict[int, Mailbag] = {}
        self._filed: set[int] = set()
        self._cpu: Cpu = defaultdict(float) if cpu is None else cpu

    def make(self, rows: Sequence[Waiting]) -> list[Made]:
        """Return what becomes of each row; one whose reader was erased is missing."""
        readers = {one.id: one for one in self._book.some([row.subscriber_id for row in rows])}
        started = time.process_time()
        composed = self._compose([row for row in rows if row.subscriber_id in readers], readers)
        chosen = time.process_time()
        made = [self._print(row, readers[row.subscriber_id], issue) for row, issue in composed]
        self._cpu["select"] += chosen - started
        self._cpu["render"] += time.process_time() - chosen
        return made

    def would(self, reader: Subscriber) -> Outcome:
        """Return what a reader would get now, or got, writing nothing."""
        day = self._newest.desk.edition.day
        entry = self._account.row(day, reader.id)
        if entry is not None and entry.desk_id is not None:
            try:
                bag = self._bag(entry.desk_id)
            except NotFoundError:
                bag = None
            if bag is not None:
                return bag.print(reader, bag.recall(self._account.recorded([entry.id])[entry.id]))
        bag = self._bag(self._newest.id)
        familiar = self._newest.familiar
        seen = self._account.seen([reader.id], familiar, apart_from=day) if familiar else {}
        return bag.print(reader, bag.compose(reader, seen=seen.get(reader.id, ())))

    def _compose(
        self, rows: Sequence[Waiting], readers: dict[int, Subscriber]
    ) -> list[tuple[Waiting, Issue | Silence]]:
        newest, day = self._newest, self._newest.desk.edition.day
        made_before = [row.delivery_id for row in rows if row.desk_id is not None]
        recorded = self._account.recorded(made_before) if made_before else {}
        ids = [row.subscriber_id for row in rows]
        familiar = newest.familiar
        seen = self._account.seen(ids, familiar, apart_from=day) if familiar else {}
        composed: list[tuple[Waiting, Issue | Silence]] = []
        self._filed = set(recorded)
        for row in rows:
            reader = readers[row.subscriber_id]
            filed = recorded.get(row.delivery_id)
            if reader.status is not Status.CONFIRMED:
                issue: Issue | Silence = Silence(reason=f"the reader is {reader.status} now")
            elif row.desk_id is not None and filed:
                issue = self._bag(row.desk_id).recall(filed)
            else:
                issue = self._bag(newest.id).compose(reader, seen=seen.get(reader.id, ()))
            composed.append((row, issue))
        return composed

    def _print(self, row: Waiting, reader: Subscriber, issue: Issue | Silence) -> Made:
        desk_id = row.desk_id if row.desk_id is not None else self._newest.id
        bag = self._bag(desk_id)
        outcome = bag.print(reader, issue)
        mail = outcome.mail
        if mail is None:
            return Made(row=row, state=outcome.state, reason=outcome.reason)
        filing = Filing(
            row=row,
            desk_id=desk_id,
            subject=mail.subject,
            message_id=mail.message_id,
            # What was filed at an earlier attempt stays as it is.
            contents=() if row.delivery_id in self._filed else bag.filed(mail.issue),
        )
        return Made(row=row, filing=filing, parcel=mail.parcel, state=State.SENT)

    def _bag(self, desk_id: int) -> Mailbag:
        if desk_id not in self._bags:
            frozen = self._newest if desk_id == self._newest.id else self._desks.open(desk_id)
            printer = self._press.printer(frozen.desk, at=frozen.at)
            self._bags[desk_id] = Mailbag(frozen, printer)
        return self._bags[desk_id]
