"""How common words are, as the newest edition learned it from the papers of the last weeks.

A page that shows what feedback teaches needs it, and must not read thousands of papers for it.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.models.issue import WordCounts
from digest.storage.schema import word_counts

if TYPE_CHECKING:
    from datetime import date


class WordCountsStore:
    """The word counts of the newest edition in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def save(self, day: date, counts: WordCounts) -> None:
        """Store counts, unless those of a later day are stored."""
        stored = [counts.papers, dict(counts.papers_with), dict(counts.means)]
        text = json.dumps(stored, ensure_ascii=False)
        content = zlib.compress(text.encode(), 1)
        with self._writer.begin() as db:
            newest = db.execute(sa.select(sa.func.max(word_counts.c.day))).scalar()
            if newest is None or newest <= day:
                db.execute(word_counts.delete())
                db.execute(word_counts.insert().values(day=day, content=content))

    def day(self) -> date | None:
        """Return the day of the counts, if any are stored."""
        with self._engine.connect() as db:
            newest: date | None = db.execute(sa.select(sa.func.max(word_counts.c.day))).scalar()
        return newest

    def newest(self) -> WordCounts:
        """Return the counts that are stored; of no papers if there are none."""
        with self._engine.connect() as db:
            content = db.execute(sa.select(word_counts.c.content)).scalar()
        if content is None:
            return WordCounts()
        papers, papers_with, means = json.loads(zlib.decompress(content))
        return WordCounts(papers=papers, papers_with=papers_with, means=means)
