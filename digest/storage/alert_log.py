"""What trouble the operator was last told of, so that the same is not told again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.run_tables import alerts

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SentAlert:
    """The last mail to the operator."""

    #: the kinds of trouble; none if it said that all is well
    kinds: frozenset[str]
    sent_at: datetime


class AlertLog:
    """The last alert in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine

    def last(self) -> SentAlert | None:
        """Return the last alert; None if there never was one."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(alerts)).first()
        if row is None:
            return None
        return SentAlert(kinds=frozenset(row.kinds), sent_at=row.sent_at)

    def record(self, kinds: Collection[str], *, now: datetime) -> None:
        """Record that the operator was told of these kinds of trouble, or that there are none."""
        with self._engine.execution_options(writes=True).begin() as db:
            db.execute(alerts.delete())
            db.execute(alerts.insert().values(id=1, kinds=sorted(kinds), sent_at=now))
