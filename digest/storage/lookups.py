"""The papers that a service was asked for and did not know, so that it is not asked for ever.

arXiv's API lags hours to days behind: an id that it does not know may be new, or a typing error. No
row says who wants the paper.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.schema import lookups

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

#: An unknown paper is asked for so many times,
TIMES = 4
#: so long after the last time; the API has a new paper within days.
PAUSE = timedelta(hours=20)


class LookupLog:
    """The papers that were looked up in vain, in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def due(self, wanted: Collection[str], *, now: datetime) -> set[str]:
        """Return which of the papers that are wanted may be asked for now."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(lookups)).all()
        rests = {row.paper_id for row in rows if row.asked >= TIMES or row.asked_at > now - PAUSE}
        return set(wanted) - rests

    def record(self, missing: Collection[str], *, wanted: Collection[str], now: datetime) -> None:
        """Record that papers were asked for in vain, and forget those that nobody wants now."""
        with self._writer.begin() as db:
            before = {row.paper_id: row.asked for row in db.execute(sa.select(lookups))}
            kept = {paper_id: asked for paper_id, asked in before.items() if paper_id in wanted}
            gone = [{"id": it} for it in {*before} - {*kept} | {*before} & {*missing}]
            if gone:
                by_id = lookups.c.paper_id == sa.bindparam("id")
                db.execute(lookups.delete().where(by_id), gone)
            rows = [
                {"paper_id": it, "asked": kept.get(it, 0) + 1, "asked_at": now}
                for it in sorted(missing)
            ]
            if rows:
                db.execute(lookups.insert(), rows)
