"""Letters: mails to one person who asked for them, such as a confirmation. A queue that retries.

Unlike a digest a letter may come twice rather than not at all: its links can be used any number
of times. So a letter that was being sent when its process died is simply sent again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import MailKind, TransactionalMail, TransactionalState
from digest.storage.schema import transactional_mail

if TYPE_CHECKING:
    from datetime import datetime


#: A letter that was not delivered by then is given up.
GIVE_UP = timedelta(hours=72)
#: For how long a sender has a letter to itself.
CLAIM = timedelta(minutes=10)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)


#: One letter of a kind per reader in this time, whoever asks for it and how often.
PAUSE = {
    MailKind.CONFIRM: timedelta(hours=24),
    MailKind.KNOWN: timedelta(hours=24),
    # Only the reader can ask for it, and its link works for an hour.
    MailKind.PRIVACY: timedelta(hours=1),
}


class TransactionalQueue:
    """The queue in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def enqueue(self, subscriber_id: int, kind: MailKind, *, now: datetime) -> bool:
        """Ask for a letter; False when one of this kind waits, or was made a short time ago."""
        recent = sa.select(transactional_mail.c.id).where(
            transactional_mail.c.subscriber_id == subscriber_id,
            transactional_mail.c.kind == kind,
            (transactional_mail.c.state == TransactionalState.WAITING)
            | (transactional_mail.c.made_at > now - PAUSE[kind]),
        )
        with self._writer.begin() as db:
            if db.execute(recent).first():
                return False
            db.execute(
                transactional_mail.insert().values(
                    subscriber_id=subscriber_id,
                    kind=kind,
                    state=TransactionalState.WAITING,
                    made_at=now,
                    next_at=now,
                    attempts=0,
                )
            )
        return True

    def claim(self, *, now: datetime) -> TransactionalMail | None:
        """Take up the letter that has waited longest; for a while it is this caller's alone."""
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
        )

    def mark_sent(self, letter: TransactionalMail) -> None:
        """Note that a letter has left."""
        self._settle(letter, TransactionalState.SENT, None, None)

    def mark_failed(self, letter: TransactionalMail, reason: str) -> None:
        """Note that a letter will never arrive."""
        self._settle(letter, TransactionalState.FAILED, reason, None)

    def mark_deferred(self, letter: TransactionalMail, reason: str, *, now: datetime) -> None:
        """Try a letter again later, in longer and longer steps, until it is too old."""
        if now - letter.made_at > GIVE_UP:
            self.mark_failed(letter, f"given up: {reason}")
            return
        wait = min(_FIRST_WAIT * 2 ** min(letter.attempts - 1, 20), _LONGEST_WAIT)
        self._settle(letter, TransactionalState.WAITING, reason, now + wait)

    def of(self, subscriber_id: int) -> list[dict[str, Any]]:
        """Return what letters a reader was sent, or was to be."""
        query = (
            sa.select(
                transactional_mail.c.kind, transactional_mail.c.state, transactional_mail.c.made_at
            )
            .where(transactional_mail.c.subscriber_id == subscriber_id)
            .order_by(transactional_mail.c.id)
        )
        with self._engine.connect() as db:
            return [dict(row) for row in db.execute(query).mappings()]

    def counts(self) -> dict[str, int]:
        """Return how many letters stand in which state."""
        query = sa.select(transactional_mail.c.state, sa.func.count()).group_by(
            transactional_mail.c.state
        )
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def _settle(
        self,
        letter: TransactionalMail,
        state: TransactionalState,
        reason: str | None,
        next_at: datetime | None,
    ) -> None:
        with self._writer.begin() as db:
            db.execute(
                transactional_mail.update()
                .where(transactional_mail.c.id == letter.id)
                .values(state=state, reason=reason, next_at=next_at)
            )
