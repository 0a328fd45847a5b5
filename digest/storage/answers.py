"""Answers to mails that came in, queued within limits.

Anybody can write in anybody's name, so an answer may reach somebody who never wrote. Therefore a
mailbox gets few answers, and all together are limited. An answer is counted from the time when it
is queued, by a keyed hash of its mailbox. Rows of people who are no subscribers are deleted after
a day.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.delivery import MailKind, TransactionalState
from digest.storage.schema import transactional_mail
from subscribers import addresses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.models.delivery import Details

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: The most answers to a mailbox in a day, of whatever kind.
MOST_IN_A_DAY = 10
#: How long a mailbox gets no second answer of the same kind.
PAUSE = _HOUR
#: Later rows are those of a clock that was set back since.
_LATEST = timedelta(minutes=1)


class AnswerQueue:
    """Queues answers in the transactions of those who decide what is answered."""

    def __init__(
        self, *, key: str, most_in_all: Sequence[tuple[timedelta, int]] = ((_HOUR, 600),)
    ) -> None:
        """Use `key` as the secret of the hashes; `most_in_all` bounds the answers in some spans."""
        self._key = key.encode()
        self._most_in_all = most_in_all

    def may_answer(self, db: sa.Connection, mailbox: str, kind: MailKind, *, now: datetime) -> bool:
        """Whether a mailbox may get an answer now, in a transaction that writes.

        `mailbox` is the one of the address, by the rules of its provider. A confirmation may be
        asked for anew within the hour; `TransactionalQueue.enqueue_in` has its own limit for these.
        """
        to_it = transactional_mail.c.mailbox_hash == self._hash(mailbox)
        of_kind = transactional_mail.c.kind == kind
        if kind is not MailKind.CONFIRM and _number(db, to_it, of_kind, span=PAUSE, now=now):
            return False
        if _number(db, to_it, span=_DAY, now=now) >= MOST_IN_A_DAY:
            return False
        to_anybody = transactional_mail.c.mailbox_hash.is_not(None)
        return all(
            _number(db, to_anybody, span=span, now=now) < most for span, most in self._most_in_all
        )

    def answer_in(
        self,
        db: sa.Connection,
        kind: MailKind,
        *,
        address: str,
        subscriber_id: int | None = None,
        details: Details | None = None,
        in_reply_to: str = "",
        now: datetime,
    ) -> None:
        """Queue an answer in the caller's transaction, whatever `may_answer` says.

        `address` is the one that wrote. An answer to a subscriber goes to the address that they
        confirmed, however they spelled it now, since it may hold a token. `details` are those of
        the kind; see `digest.mail.answers`. `in_reply_to` is the Message-ID of the mail that is
        answered.

        Raises:
            AddressError: mail cannot be sent to the address.

        """
        mailbox = addresses.parse(address).mailbox
        self._forget_strangers(db, now=now)
        db.execute(
            transactional_mail.insert().values(
                subscriber_id=subscriber_id,
                kind=kind,
                state=TransactionalState.WAITING,
                made_at=now,
                next_at=now,
                attempts=0,
                address=address if subscriber_id is None else None,
                details=dict(details or {}),
                in_reply_to=in_reply_to,
                mailbox_hash=self._hash(mailbox),
            )
        )

    def _forget_strangers(self, db: sa.Connection, *, now: datetime) -> None:
        """Delete the settled answers to people who are no subscribers, once they do not count."""
        longest = max(_DAY, *(span for span, _ in self._most_in_all))
        db.execute(
            transactional_mail.delete().where(
                transactional_mail.c.subscriber_id.is_(None),
                transactional_mail.c.next_at.is_(None),
                transactional_mail.c.made_at <= now - longest,
            )
        )

    def _hash(self, mailbox: str) -> str:
        return hmac.new(self._key, f"answer {mailbox}".encode(), hashlib.sha256).hexdigest()[:32]


def _number(
    db: sa.Connection, *conditions: sa.ColumnElement[bool], span: timedelta, now: datetime
) -> int:
    """Count the answers of the last span of time."""
    made_at = transactional_mail.c.made_at
    query = sa.select(sa.func.count()).select_from(transactional_mail)
    query = query.where(*conditions, made_at > now - span, made_at <= now + _LATEST)
    return db.execute(query).scalar_one()
