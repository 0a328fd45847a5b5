"""Sentence vectors of papers: made once, and again only if a paper's text changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.storage.in_lists import rows_where_in
from digest.storage.schema import paper_vectors, papers

if TYPE_CHECKING:
    from collections.abc import Mapping


class PaperVectors:
    """The vectors in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def of(self, text_keys: Mapping[str, str], *, model: str) -> dict[str, bytes]:
        """Return the vectors that a model made, by paper id, where the text is still the same.

        `text_keys` has a hash of each paper's text by its id.
        """
        query = sa.select(paper_vectors).where(paper_vectors.c.model == model)
        with self._engine.connect() as db:
            return {
                row.paper_id: row.vector
                for row in rows_where_in(db, query, paper_vectors.c.paper_id, text_keys)
                if row.text_key == text_keys[row.paper_id]
            }

    def count(self, *, model: str) -> int:
        """Return how many papers have a vector that a model made."""
        query = sa.select(sa.func.count()).where(paper_vectors.c.model == model)
        with self._engine.connect() as db:
            return db.execute(query).scalar_one()

    def save(
        self, vectors: Mapping[str, bytes], text_keys: Mapping[str, str], *, model: str
    ) -> None:
        """Store vectors by paper id in place of those of older texts and of other models.

        A paper that the store does not know, or not any more, is left out.
        """
        with self._writer.begin() as db:
            ids = sa.select(papers.c.id)
            known = [row.id for row in rows_where_in(db, ids, papers.c.id, vectors)]
            rows = [
                {
                    "paper_id": paper_id,
                    "model": model,
                    "text_key": text_keys[paper_id],
                    "vector": vectors[paper_id],
                }
                for paper_id in known
            ]
            if rows:
                older = paper_vectors.c.paper_id == sa.bindparam("known_id")
                db.execute(paper_vectors.delete().where(older), [{"known_id": it} for it in known])
                db.execute(paper_vectors.insert(), rows)
