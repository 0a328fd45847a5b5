"""The notes of OpenReview that an older version stored as links only."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from support import older_database

from digest.models.paper import Paper
from digest.sources import get_kind
from digest.storage.engine import open_database
from digest.storage.papers import PaperStore

if TYPE_CHECKING:
    from pathlib import Path

WEAK = "title:0123456789abcdef"


def test_a_note_that_was_known_by_its_title_is_found_by_its_id(tmp_path: Path) -> None:
    db = older_database.database(tmp_path, "0005")
    for paper_id, links in (
        (WEAK, {"abs": "https://openreview.net/forum?id=lamp1"}),
        ("2602.00001", {"abs": "https://arxiv.org/abs/2602.00001"}),
        ("2602.00002", {}),
    ):
        db.execute(
            "INSERT INTO papers (id, title, title_key, abstract, authors, categories, links,"
            " comment, venue, tldr, organization, origins)"
            " VALUES (?, 'Lamps', 'lamps', '', '[]', '[]', ?, '', '', '', '', '{}')",
            (paper_id, json.dumps(links)),
        )
    db.close()

    engine = open_database("sqlite:///digest.db", folder=tmp_path)
    store = PaperStore(engine)
    gone = Paper(
        id="openreview:lamp1",
        title="Lamps under another name",
        abstract="",
        day=date(2026, 2, 2),
        withdrawn_on=date(2026, 2, 3),
    )
    authority = get_kind("openreview").authority
    store.save([], source="OpenReview", authority=authority, updates=[gone])

    (found,) = store.withdrawn(since=date(2026, 2, 3))
    assert (found.id, found.title) == ("openreview:lamp1", "Lamps under another name")
    assert store.paper(WEAK) is None
    engine.dispose()
