"""Rate limits for the operator's login: per network, and in total.

Every attempt counts before its password is tried, so that many at once are not tried for one. One
that succeeds counts no more. The total keeps a crowd of networks from guessing together; it does
not hold for a network that has logged in within a month, so a crowd cannot lock the operator out.

Attempts are counted in the database, as sign-ups are: all processes share them, and a restart
forgives nothing. A row holds a keyed hash and a time.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from subscribers.rate_limits import network, windows
from subscribers.tables import login_attempts

if TYPE_CHECKING:
    from datetime import datetime

#: Failed attempts, in the notation of the library `limits`.
PER_NETWORK = "5 per 15 minutes;20 per day"
IN_TOTAL = "60 per hour"
#: How long a network that logged in is known, and how long rows are kept.
_KNOWN = timedelta(days=30)


class LoginLimiter:
    """Counts attempts in moving windows and refuses those above a limit."""

    def __init__(self, engine: sa.Engine, *, key: str) -> None:
        """Use an engine whose tables exist; `key` is the secret of the hashes."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._key = key.encode()

    def begin(self, *, ip: str, now: datetime) -> int | None:
        """Return the id of an attempt that may be made now; None if there have been too many."""
        client = self._hash(network(ip))
        with self._engine.connect() as db:  # a flood does not take the lock that a run needs
            if not _is_within(db, client, now):
                return None
        with self._writer.begin() as db:
            if not _is_within(db, client, now):
                return None
            _forget(db, now)
            row = {"at": now, "network": client, "succeeded": False}
            (attempt,) = db.execute(login_attempts.insert().values(row)).inserted_primary_key or (
                0,
            )
        return int(attempt)

    def succeed(self, attempt: int) -> None:
        """Record that the password of an attempt was right."""
        this = login_attempts.c.id == attempt
        with self._writer.begin() as db:
            db.execute(login_attempts.update().where(this).values(succeeded=True))

    def _hash(self, client: str) -> str:
        return hmac.new(self._key, f"login {client}".encode(), hashlib.sha256).hexdigest()[:32]


def _is_within(db: sa.Connection, client: str, now: datetime) -> bool:
    theirs = login_attempts.c.network == client
    if not _is_below(db, PER_NETWORK, theirs, now):
        return False
    known = sa.select(login_attempts.c.id).where(
        theirs, login_attempts.c.succeeded, login_attempts.c.at > now - _KNOWN
    )
    return db.execute(known.limit(1)).first() is not None or _is_below(db, IN_TOTAL, sa.true(), now)


def _is_below(db: sa.Connection, rate: str, which: sa.ColumnElement[bool], now: datetime) -> bool:
    failed = which & ~login_attempts.c.succeeded
    return all(
        db.execute(
            sa.select(sa.func.count())
            .select_from(login_attempts)
            .where(failed, login_attempts.c.at > now - span)
        ).scalar_one()
        < most
        for span, most in windows(rate)
    )


def forget_old(engine: sa.Engine, *, now: datetime) -> None:
    """Delete the attempts that no limit counts any more."""
    with engine.execution_options(writes=True).begin() as db:
        _forget(db, now)


def _forget(db: sa.Connection, now: datetime) -> None:
    db.execute(login_attempts.delete().where(login_attempts.c.at <= now - _KNOWN))
