"""How far mailboxes that keep their mails were read."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from digest.storage.inbound_tables import mailboxes


class Position(NamedTuple):
    """A place in a mailbox; what it counts is up to the kind of mailbox."""

    #: what the number belongs to; that of another one means nothing (RFC 3501 §2.3.1.1)
    uid_validity: int
    last_uid: int


class Mailboxes:
    """The positions in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def get(self, name: str) -> Position | None:
        """Return how far a mailbox was read; None if it never was."""
        query = sa.select(mailboxes.c.uid_validity, mailboxes.c.last_uid)
        with self._engine.connect() as db:
            row = db.execute(query.where(mailboxes.c.name == name)).first()
        return Position(*row) if row else None

    def set(self, name: str, position: Position) -> None:
        """Remember how far a mailbox was read."""
        this = mailboxes.c.name == name
        with self._writer.begin() as db:
            db.execute(mailboxes.delete().where(this))
            db.execute(mailboxes.insert(), {"name": name, **position._asdict()})
