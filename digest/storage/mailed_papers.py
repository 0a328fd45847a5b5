"""Which paper a link in a mail means.

The link names the mail by its reader and day, and the paper by its position in the edition. That is
the same for all readers of the edition, so that they share its cards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.pruning import shown_to
from digest.storage.schema import deliveries, edition_papers, editions, shown

if TYPE_CHECKING:
    from datetime import date

#: The highest position that databases can look up.
_MOST = 2**31 - 1


class MailedPapers:
    """The papers of mails in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def find(self, subscriber_id: int, day: date, position: int) -> str | None:
        """Return the id of the paper at a position of the edition that a mail was made from.

        A mail without a delivery is a preview: it was made from the day's newest edition.
        """
        if not 0 <= position <= _MOST:
            return None
        with self._engine.connect() as db:
            edition_id = _edition_of(db, subscriber_id, day)
            query = sa.select(edition_papers.c.paper_id).where(
                edition_papers.c.edition_id == edition_id, edition_papers.c.position == position
            )
            return None if edition_id is None else db.execute(query).scalar()


def _edition_of(db: sa.Connection, subscriber_id: int, day: date) -> int | None:
    of_day = editions.c.day == day
    queries = (
        sa.select(deliveries.c.edition_id).where(
            deliveries.c.day == day,
            deliveries.c.subscriber_id == subscriber_id,
            deliveries.c.edition_id.is_not(None),
        ),
        sa.select(shown.c.edition_id).where(shown_to(subscriber_id, of_day)),
        sa.select(sa.func.max(editions.c.id)).where(of_day),
    )
    for query in queries:
        found: int | None = db.execute(query).scalar()
        if found is not None:
            return found
    return None
