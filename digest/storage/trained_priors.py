"""What was fitted to the votes of the archive; see `digest.ranking.training`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.schema import trained_priors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TrainedPrior:
    """Coefficients by name, and what they were fitted to."""

    trained_at: datetime
    days: int
    papers: int
    content: Mapping[str, float]


class TrainedPriors:
    """The fitted coefficients in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def save(self, trained: TrainedPrior) -> None:
        """Store coefficients; from now on they are the newest."""
        row = trained_priors.insert().values(
            trained_at=trained.trained_at,
            days=trained.days,
            papers=trained.papers,
            content=dict(trained.content),
        )
        with self._writer.begin() as db:
            db.execute(row)

    def newest(self) -> TrainedPrior | None:
        """Return the coefficients that were stored last, if any were."""
        query = sa.select(trained_priors).order_by(trained_priors.c.id.desc()).limit(1)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        if row is None:
            return None
        return TrainedPrior(
            trained_at=row.trained_at, days=row.days, papers=row.papers, content=row.content
        )
