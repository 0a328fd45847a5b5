"""Which paper a link in a mail means.

The link names the edition that the mail was made from, by its day and the second in which it was
stored, and the paper by its position in it. That is the same for all readers of the edition, so
that they share its cards; and a mail that was sent again, from a newer edition, changes nothing for
the links of the first one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.schema import edition_papers, editions

if TYPE_CHECKING:
    from datetime import date, datetime

#: The highest position that databases can look up.
_MOST = 2**31 - 1


class MailedPapers:
    """The papers of mails in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def is_known(self, day: date, at: datetime) -> bool:
        """Whether there is an edition of a day that was stored at this time.

        Mails are made from no other; a preview may be, since it stores none.
        """
        with self._engine.connect() as db:
            return db.execute(sa.select(editions.c.id).where(_is(day, at))).first() is not None

    def find(self, day: date, at: datetime, position: int) -> str | None:
        """Return the id of the paper at a position of an edition, or None if it has none there."""
        if not 0 <= position <= _MOST:
            return None
        query = (
            sa.select(edition_papers.c.paper_id)
            .join_from(edition_papers, editions)
            .where(_is(day, at), edition_papers.c.position == position)
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar()


def _is(day: date, at: datetime) -> sa.ColumnElement[bool]:
    return (editions.c.day == day) & (editions.c.saved_at == at)
