"""Papers of the version before are kept, and the source that counted more still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support import older_database
from support.builders import DAY, paper

from digest.models.source import SourceState
from digest.sources import get_kind
from digest.storage.engine import open_database
from digest.storage.fetches import FetchLog
from digest.storage.papers import PaperStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = "2026-02-02 12:00:00.000000"


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[sa.Engine]:
    """A database of schema 0003 with a paper that was mailed, opened by this version."""
    db = older_database.database(tmp_path, "0003")
    db.execute(
        "INSERT INTO papers"
        " (id, title, title_key, abstract, authors, categories, links, precedence)"
        " VALUES ('2602.00001', 'Lamps', 'lamps', 'In fog.', '[]', '[]', '{}', 2)"
    )
    db.execute("INSERT INTO sightings VALUES ('2602.00001', 'hf', '2026-02-02', NULL)")
    db.execute("INSERT INTO signals VALUES ('2602.00001', 'hf', ?, 3, NULL, NULL)", (AT,))
    db.execute(
        "INSERT INTO fetches VALUES ('2026-02-02', 'page', ?, 'failed', 0, 0, 0, 0, 'no answer')",
        (AT,),
    )
    db.execute(
        "INSERT INTO desks (id, day, frozen_at, content_key, press_key, content)"
        " VALUES (1, '2026-02-02', ?, '', '', x'')",
        (AT,),
    )
    db.execute("INSERT INTO desk_papers (desk_id, place, paper_id) VALUES (1, 0, '2602.00001')")
    db.close()
    opened = open_database("sqlite:///digest.db", folder=tmp_path)
    yield opened
    opened.dispose()


def test_papers_and_their_signals_are_kept(migrated: sa.Engine) -> None:
    (found,) = PaperStore(migrated).papers(DAY)

    assert (found.id, found.title, found.abstract) == ("2602.00001", "Lamps", "In fog.")
    assert (found.signals.upvotes, found.signals.citations) == (3, None)
    assert (found.version, found.venue, found.withdrawn_on) == (None, "", None)


@pytest.mark.parametrize(("kind", "title"), [("capture", "Lamps"), ("huggingface", "Lamps in Fog")])
def test_the_source_that_counted_more_still_does(
    migrated: sa.Engine, kind: str, title: str
) -> None:
    store = PaperStore(migrated)

    store.save(
        [paper("2602.00001", title="Lamps in Fog", venue="ICLR")],
        source="it",
        authority=get_kind(kind).authority,
    )

    known = store.paper("2602.00001")
    assert known is not None
    assert (known.title, known.venue) == (title, "ICLR")


def test_a_failed_fetch_is_still_failed_with_its_reason(migrated: sa.Engine) -> None:
    (reading,) = FetchLog(migrated).on(DAY)

    assert (reading.state, reading.reason) == (SourceState.FAILED, "no answer")
    assert reading.channels == ()


def test_mails_still_refer_to_their_papers(migrated: sa.Engine) -> None:
    with migrated.connect() as db:
        papers = db.execute(sa.text("SELECT paper_id FROM edition_papers")).scalars().all()
        broken = db.execute(sa.text("PRAGMA foreign_key_check")).all()

    assert (papers, broken) == (["2602.00001"], [])
