"""Answers to mails that came in, queued within limits.

Anybody can write in anybody's name, so an answer may reach somebody who never wrote. Therefore a
mailbox gets few answers, a domain not many, and all together are limited. Who may be a stranger
is held up by the limits of others, and leaves room for those who are none. An answer is counted
from the time when it is queued, by a key of keyed hashes: of its domain, its mailbox and what it
says. Rows of people who are no subscribers are deleted after a day.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from math import ceil
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
#: How long a mailbox gets no second answer that says the same.
PAUSE = _HOUR
#: The part of the answers of all that strangers can use up.
OF_STRANGERS = 3 / 4
#: The kinds that have the limits of sign-ups, and may come anew within the hour.
_OF_SIGN_UPS = (MailKind.CONFIRM, MailKind.KNOWN)
#: What of an answer's details tells it from others of its kind. Whoever asks has proven nothing, so
#: that of a second question nobody hears.
_WORDS = {MailKind.ASK: ("command",), MailKind.DONE: ("done", "when", "topics")}
#: The length of a hash of a part of the key.
_PART = 16
#: Later rows are those of a clock that was set back since.
_LATEST = timedelta(minutes=1)


class AnswerQueue:
    """Queues answers in the transactions of those who decide what is answered."""

    def __init__(
        self,
        *,
        key: str,
        most_in_all: Sequence[tuple[timedelta, int]] = ((_HOUR, 600),),
        most_to_domain: Sequence[tuple[timedelta, int]] = ((_HOUR, 60),),
    ) -> None:
        """Use `key` as the secret of the hashes; the others bound the answers in some spans."""
        self._key = key.encode()
        self._most_in_all, self._most_to_domain = most_in_all, most_to_domain

    def may_answer(
        self,
        db: sa.Connection,
        mailbox: str,
        kind: MailKind,
        *,
        details: Details | None = None,
        is_stranger: bool = True,
        now: datetime,
    ) -> bool:
        """Whether a mailbox may get an answer now, in a transaction that writes.

        `mailbox` is the one of the address, by the rules of its provider. `is_stranger` says that
        nothing but the address of a mail speaks for an answer to it. Mails of sign-ups have the
        limits of these: `SignupLimiter.allow_by_mail` and `TransactionalQueue.enqueue_in`.
        """
        key = transactional_mail.c.mailbox_hash
        limits = [(self._within(mailbox), _DAY, MOST_IN_A_DAY)]
        answer = self._of_answer(mailbox, kind, details)
        # The last answer a reader has must say what holds now.
        is_news = kind is MailKind.DONE and not self._is_last(db, mailbox, answer)
        if kind not in _OF_SIGN_UPS:
            if not is_news:
                limits.append((key == answer, PAUSE, 1))
            if is_stranger:
                to_domain = self._within(mailbox.rpartition("@")[2])
                limits += [(to_domain, span, most) for span, most in self._most_to_domain]
        part = OF_STRANGERS if is_stranger else 1
        limits += [(key.is_not(None), span, ceil(most * part)) for span, most in self._most_in_all]
        return all(_number(db, which, span=span, now=now) < most for which, span, most in limits)

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
                mailbox_hash=self._of_answer(mailbox, kind, details),
            )
        )

    def _forget_strangers(self, db: sa.Connection, *, now: datetime) -> None:
        """Delete the settled answers to people who are no subscribers, once they do not count."""
        limits = (*self._most_in_all, *self._most_to_domain)
        longest = max(_DAY, *(span for span, _ in limits))
        db.execute(
            transactional_mail.delete().where(
                transactional_mail.c.subscriber_id.is_(None),
                transactional_mail.c.next_at.is_(None),
                transactional_mail.c.made_at <= now - longest,
            )
        )

    def _of_answer(self, mailbox: str, kind: MailKind, details: Details | None) -> str:
        """Return the key of an answer: that of its mailbox, and what it says."""
        said = [str((details or {}).get(one, "")) for one in _WORDS.get(kind, ())]
        return self._of(mailbox) + self._hash(" ".join((kind, *said)).rstrip())

    def _is_last(self, db: sa.Connection, mailbox: str, answer: str) -> bool:
        """Whether the last answer to a mailbox that says what was done is this one."""
        query = (
            sa.select(transactional_mail.c.mailbox_hash)
            .where(self._within(mailbox), transactional_mail.c.kind == MailKind.DONE)
            .order_by(transactional_mail.c.id.desc())
        )
        return db.execute(query.limit(1)).scalar() == answer

    def _within(self, place: str) -> sa.ColumnElement[bool]:
        """Return the condition that an answer goes to a mailbox, or anywhere in a domain.

        An index can use it, which it cannot with LIKE. Hexadecimal digits have one order in all
        databases and languages, and "g" comes after them.
        """
        start = self._of(place)
        keys = transactional_mail.c.mailbox_hash
        return sa.and_(keys >= start, keys < f"{start}g")

    def _of(self, place: str) -> str:
        """Return what the keys of all answers to a mailbox, or to a domain, begin with."""
        _, at, domain = place.rpartition("@")
        return self._hash(f"to {domain}") + (self._hash(f"to {place}") if at else "")

    def _hash(self, text: str) -> str:
        digest = hmac.new(self._key, f"answer {text}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_PART]


def _number(
    db: sa.Connection, which: sa.ColumnElement[bool], *, span: timedelta, now: datetime
) -> int:
    """Count the answers of the last span of time."""
    made_at = transactional_mail.c.made_at
    query = sa.select(sa.func.count()).select_from(transactional_mail)
    query = query.where(which, made_at > now - span, made_at <= now + _LATEST)
    return db.execute(query).scalar_one()
