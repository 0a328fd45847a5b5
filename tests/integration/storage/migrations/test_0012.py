"""What explains the picks of editions that an older version stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.migrations import DATABASES, number, restore

from digest.storage import explanations
from digest.storage.editions import EditionStore
from digest.storage.engine import open_database
from digest.storage.schema import editions

if TYPE_CHECKING:
    from pathlib import Path


OLDER = [dump for dump in DATABASES if number(dump) < "0012"]


@pytest.mark.parametrize("dump", OLDER, ids=lambda dump: dump.stem)
def test_every_pick_of_old_is_explained_as_its_edition_explains_it(
    dump: Path, tmp_path: Path
) -> None:
    restore(dump, tmp_path)
    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    with engine.connect() as db:
        kept = sa.select(editions.c.id).where(editions.c.content_key != "")
        edition_ids = db.execute(kept).scalars().all()

    for edition_id in edition_ids:
        edition = EditionStore(engine).get(edition_id).edition
        positions = {paper.id: position for position, paper in enumerate(edition.all_papers)}
        expected = {
            (slug, positions[pick.paper.id]): (pick.score, tuple(it.text for it in pick.reasons))
            for slug, picks in edition.ranked.items()
            for pick in picks
        }
        with engine.connect() as db:
            assert explanations.find(db, edition_id, set(expected)) == expected
    engine.dispose()
