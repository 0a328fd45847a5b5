"""The queue of transactional mail: mail that somebody asked for, such as a confirmation.

Such a mail may arrive twice, because its links work any number of times. So a mail that was being
sent when its process died is sent again, unlike an issue.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import MailKind, TransactionalMail, TransactionalState, doubled
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import transactional_mail
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


#: A mail that was not delivered by then is given up.
GIVE_UP = timedelta(hours=72)
#: How long a claimed mail is not offered to another process.
CLAIM = timedelta(minutes=10)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)

#: One mail of a kind per subscriber in this time, however often somebody asks for it.
PAUSE = {
    MailKind.CONFIRM: timedelta(hours=24),
    MailKind.KNOWN: timedelta(hours=24),
    # Only the subscriber can ask for it, and its link works for an hour.
    MailKind.PRIVACY: timedelta(hours=1),
}

#: The most mails that are queued in one transaction: others wait for it.
_TRANSACTION = 1000
#: The kinds that whoever types an address into a form causes.
BY_STRANGERS = (MailKind.CONFIRM, MailKind.KNOWN)


class TransactionalQueue:
    """The queue in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def enqueue(self, subscriber_id: int, kind: MailKind, *, now: datetime) -> bool:
        """Queue a mail, unless it waits or is recent; return whether it is queued.

        What a stranger can ask for counts by mailbox, not by spelling: a mailbox whose address has
        been asked to confirm today gets no mail for another spelling of it.
        """
        with self._writer.begin() as db:
            return bool(self.enqueue_in(db, [subscriber_id], kind, now=now))

    def enqueue_all(
        self,
        subscriber_ids: Sequence[int],
        kind: MailKind,
        *,
        now: datetime,
        missing: bool = False,
    ) -> int:
        """Queue a mail to many, some in a transaction; return how many. See `enqueue_in`."""
        queued = 0
        for start in range(0, len(subscriber_ids), _TRANSACTION):
            some = subscriber_ids[start : start + _TRANSACTION]
            with self._writer.begin() as db:
                queued += self.enqueue_in(db, some, kind, now=now, missing=missing)
        return queued

    def enqueue_in(
        self,
        db: sa.Connection,
        subscriber_ids: Sequence[int],
        kind: MailKind,
        *,
        now: datetime,
        missing: bool = False,
    ) -> int:
        """Queue a mail to many in the caller's transaction; return how many are queued.

        The rules are those of `enqueue`. With `missing`, only those are sent it who never were,
        however long ago; a mail that failed was not sent. Unknown subscribers are left out.
        """
        people = sa.select(subscribers.c.id, subscribers.c.mailbox)
        mailbox_of = {
            row.id: row.mailbox
            for row in rows_where_in(db, people, subscribers.c.id, subscriber_ids)
        }
        held = _held_back(db, mailbox_of.values(), kind, now=now, missing=missing)
        rows = []
        for subscriber_id in filter(mailbox_of.__contains__, subscriber_ids):
            before = held.setdefault(mailbox_of[subscriber_id], set())
            own = (subscriber_id, kind) in before
            if own or (kind in BY_STRANGERS and any(one != subscriber_id for one, _ in before)):
                continue
            before.add((subscriber_id, kind))
            rows.append(
                {
                    "subscriber_id": subscriber_id,
                    "kind": kind,
                    "state": TransactionalState.WAITING,
                    "made_at": now,
                    "next_at": now,
                    "attempts": 0,
                }
            )
        if rows:
            db.execute(transactional_mail.insert(), rows)
        return len(rows)

    def claim(self, *, now: datetime) -> TransactionalMail | None:
        """Claim the mail that has waited longest; nobody else gets it for ten minutes."""
        with self._writer.begin() as db:
            row = db.execute(
                sa.select(transactional_mail)
                .where(transactional_mail.c.next_at <= now)
                .order_by(transactional_mail.c.next_at)
            ).first()
            if row is None:
                return None
            db.execute(
                transactional_mail.update()
                .where(transactional_mail.c.id == row.id)
                .values(next_at=now + CLAIM, attempts=row.attempts + 1)
            )
        return TransactionalMail(
            id=row.id,
            subscriber_id=row.subscriber_id,
            kind=MailKind(row.kind),
            made_at=row.made_at,
            attempts=row.attempts + 1,
            address=row.address or "",
            details=row.details,
            in_reply_to=row.in_reply_to,
        )

    def mark_sent(self, mail: TransactionalMail) -> None:
        """Record that a mail was sent."""
        self._settle(mail, TransactionalState.SENT, None, None)

    def mark_failed(self, mail: TransactionalMail, reason: str) -> None:
        """Record that a mail will never arrive."""
        self._settle(mail, TransactionalState.FAILED, reason, None)

    def mark_deferred(self, mail: TransactionalMail, reason: str, *, now: datetime) -> None:
        """Schedule another attempt, after longer and longer waits, until the mail is too old."""
        if now - mail.made_at > GIVE_UP:
            self.mark_failed(mail, f"given up: {reason}")
            return
        wait = doubled(_FIRST_WAIT, _LONGEST_WAIT, mail.attempts)
        self._settle(mail, TransactionalState.WAITING, reason, now + wait)

    def for_subscriber(self, subscriber_id: int) -> list[dict[str, Any]]:
        """Return the kind, state and time of a subscriber's mails, oldest first."""
        query = (
            sa.select(
                transactional_mail.c.kind, transactional_mail.c.state, transactional_mail.c.made_at
            )
            .where(transactional_mail.c.subscriber_id == subscriber_id)
            .order_by(transactional_mail.c.id)
        )
        with self._engine.connect() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def has_sent_since(self, moment: datetime) -> bool:
        """Whether a mail that was queued since then has been sent."""
        query = sa.select(transactional_mail.c.id).where(
            transactional_mail.c.state == TransactionalState.SENT,
            transactional_mail.c.made_at >= moment,
        )
        with self._engine.connect() as db:
            return db.execute(query.limit(1)).first() is not None

    def counts(self) -> dict[str, int]:
        """Count the mails by state."""
        query = sa.select(transactional_mail.c.state, sa.func.count()).group_by(
            transactional_mail.c.state
        )
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def oldest_waiting(self) -> datetime | None:
        """Return when the first of the mails that wait was queued; None if none waits."""
        waits = transactional_mail.c.state == TransactionalState.WAITING
        query = sa.select(sa.func.min(transactional_mail.c.made_at)).where(waits)
        with self._engine.connect() as db:
            oldest: datetime | None = db.execute(query).scalar_one()
        return oldest

    def _settle(
        self,
        mail: TransactionalMail,
        state: TransactionalState,
        reason: str | None,
        next_at: datetime | None,
    ) -> None:
        """Record a state; where a settled answer went, and what it said, is forgotten."""
        forgotten: dict[str, Any] = {"address": None, "details": {}, "in_reply_to": ""}
        with self._writer.begin() as db:
            db.execute(
                transactional_mail.update()
                .where(transactional_mail.c.id == mail.id)
                .values(
                    state=state,
                    reason=reason,
                    next_at=next_at,
                    **({} if next_at else forgotten),
                )
            )


def _held_back(
    db: sa.Connection, mailboxes: Iterable[str], kind: MailKind, *, now: datetime, missing: bool
) -> dict[str, set[tuple[int, MailKind]]]:
    """Return who has a mail that waits or is recent, and of which kind, by mailbox."""
    states = [TransactionalState.WAITING, *([TransactionalState.SENT] if missing else [])]
    recent = transactional_mail.c.state.in_(states) | (
        transactional_mail.c.made_at > now - PAUSE[kind]
    )
    kinds = BY_STRANGERS if kind in BY_STRANGERS else (kind,)
    query = (
        sa.select(subscribers.c.mailbox, subscribers.c.id, transactional_mail.c.kind)
        .join_from(transactional_mail, subscribers)
        .where(transactional_mail.c.kind.in_(kinds), recent)
    )
    found: dict[str, set[tuple[int, MailKind]]] = {}
    for row in rows_where_in(db, query, subscribers.c.mailbox, set(mailboxes)):
        found.setdefault(row.mailbox, set()).add((row.id, MailKind(row.kind)))
    return found
