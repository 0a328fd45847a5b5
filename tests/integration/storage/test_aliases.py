"""Papers that are known by several ids, and papers that turn out to be one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, ids, paper
from support.database import emptied_database

from digest.models.paper import Announcement, AnnounceType, Links, Paper
from digest.sources import get_kind
from digest.storage.papers import PaperStore
from digest.storage.schema import aliases, edition_papers, editions, sightings

if TYPE_CHECKING:
    from collections.abc import Sequence

ARXIV, DOI, NOTE = "2602.00001", "10.1000/lamps", "openreview:lamp1"


@pytest.fixture
def store(engine: sa.Engine) -> PaperStore:
    return PaperStore(engine)


def lamps(name: str, *others: str, title: str = "", **details: object) -> Paper:
    return paper(name, aliases=others, title=title or f"Lamps {name}", links=Links(), **details)


def save(store: PaperStore, *batch: Paper, source: str = "list") -> None:
    store.save(batch, source=source, authority=get_kind("jsonl").authority)


def known(store: PaperStore) -> dict[str, tuple[str, ...]]:
    return {found.id: found.aliases for found in store.papers()}


def test_a_paper_is_found_by_any_of_its_ids(store: PaperStore) -> None:
    save(store, lamps(ARXIV, DOI, NOTE))

    for name in (ARXIV, DOI, NOTE):
        found = store.paper(name)
        assert found is not None
        assert (found.id, found.aliases) == (ARXIV, (DOI, NOTE))
    assert store.paper("10.1000/other") is None


def test_a_preprint_is_found_under_either_prefix(store: PaperStore) -> None:
    save(store, lamps("10.1101/2025.01.02.700001"))

    found = store.paper("10.64898/2025.01.02.700001")

    assert found is not None
    assert found.id == "10.1101/2025.01.02.700001"


def test_a_renamed_paper_stays_the_same(store: PaperStore) -> None:
    save(store, lamps(NOTE, title="Lamps in Fog"))
    save(store, lamps(NOTE, title="Counting Lamps in Fog"))

    assert [(found.id, found.title) for found in store.papers()] == [
        (NOTE, "Counting Lamps in Fog")
    ]


def test_the_id_of_a_source_gives_way_to_a_public_one_and_stays_an_alias(
    store: PaperStore,
) -> None:
    save(store, lamps(NOTE, title="Lamps in Fog"))
    save(store, lamps(ARXIV, title="LAMPS in fog"))
    save(store, lamps(NOTE, title="A new title"), source="OpenReview")

    assert known(store) == {ARXIV: (NOTE,)}


def test_a_withdrawal_under_an_alias_and_a_new_title_reaches_the_paper(store: PaperStore) -> None:
    save(store, lamps(ARXIV, NOTE))
    gone = lamps(NOTE, title="Another title", withdrawn_on=DAY)

    store.save([], source="o", authority=get_kind("openreview").authority, updates=[gone])

    assert ids(store.withdrawn(since=DAY)) == [ARXIV]


def test_two_papers_that_are_one_keep_all_that_is_stored_of_either(
    store: PaperStore, engine: sa.Engine
) -> None:
    day_before = DAY - timedelta(days=1)
    save(store, lamps(ARXIV, NOTE, votes=3), source="a")
    save(store, lamps(DOI, "s2:a", votes=5, day=day_before), source="a")
    save(store, lamps(DOI, votes=7), source="b")
    news = Announcement(paper_id=ARXIV, category="cs.CL", day=DAY, type=AnnounceType.NEW)
    store.save([], source="a", authority=get_kind("jsonl").authority, announced=[news])
    _in_an_edition(engine, [DOI, ARXIV])

    save(store, lamps(ARXIV, DOI), source="c")

    (found,) = store.papers()
    assert (found.id, found.aliases) == (ARXIV, (DOI, NOTE, "s2:a"))
    assert (found.sources, found.day) == (("a", "b", "c"), day_before)
    # Two observations of one source at one time cannot be told apart; that of the paper counts.
    assert [(it.source, it.signals.upvotes) for it in store.observations(ARXIV)] == [
        ("a", 3),
        ("b", 7),
    ]
    assert [it.category for it in store.announcements(ARXIV)] == ["cs.CL"]
    with engine.connect() as db:
        assert list(db.execute(sa.select(edition_papers.c.paper_id)).scalars()) == [ARXIV, ARXIV]
        if engine.dialect.name == "sqlite":
            assert db.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def _in_an_edition(engine: sa.Engine, paper_ids: Sequence[str]) -> None:
    with engine.begin() as db:
        values = {"day": DAY, "saved_at": NOON, "content_key": "", "mail_key": "", "content": b""}
        db.execute(editions.insert().values(id=1, **values))
        for position, paper_id in enumerate(paper_ids):
            row = {"edition_id": 1, "position": position, "paper_id": paper_id}
            db.execute(edition_papers.insert().values(**row))


def test_an_alias_moves_to_the_paper_with_the_stronger_id(store: PaperStore) -> None:
    save(store, lamps("2602.00002", DOI))
    save(store, lamps(ARXIV, DOI))

    assert known(store) == {ARXIV: (DOI,), "2602.00002": ()}


def test_a_source_had_a_paper_under_any_of_its_ids(store: PaperStore) -> None:
    save(store, lamps(ARXIV, NOTE), source="o")

    later = DAY + timedelta(days=1)
    assert store.sighted("o", [NOTE, "openreview:b"], before=later) == {NOTE}


def test_an_announcement_is_kept_for_the_paper_that_its_id_names(store: PaperStore) -> None:
    news = Announcement(paper_id=DOI, category="cs.CL", day=DAY, type=AnnounceType.NEW)

    store.save(
        [lamps(ARXIV, DOI)], source="a", authority=get_kind("jsonl").authority, announced=[news]
    )

    assert [it.paper_id for it in store.announcements(ARXIV)] == [ARXIV]


@pytest.mark.parametrize(
    ("name", "others", "links"),
    [
        (ARXIV, (NOTE,), Links(abs=f"https://arxiv.org/abs/{ARXIV}",
                               pdf=f"https://arxiv.org/pdf/{ARXIV}")),
        (DOI, (NOTE,), Links(abs=f"https://doi.org/{DOI}")),
        (NOTE, (), Links(abs="https://openreview.net/forum?id=lamp1")),
    ],
)  # fmt: skip
def test_what_is_known_of_a_paper_makes_the_links_that_no_source_gave(
    store: PaperStore, name: str, others: tuple[str, ...], links: Links
) -> None:
    save(store, lamps(name, *others))

    assert [found.links for found in store.papers()] == [links]


def test_a_link_that_a_source_gave_stays(store: PaperStore) -> None:
    own = Links(abs="https://example.org/lamps", pdf="https://example.org/lamps.pdf")
    save(store, paper(ARXIV, links=own))

    assert [found.links for found in store.papers()] == [own]


BATCHES = [
    [lamps(ARXIV, DOI)],
    [lamps(DOI)],
    [lamps(NOTE, "s2:a")],
    [lamps("s2:a"), lamps(ARXIV, "s2:a")],
    [lamps("10.1101/2026.01.02.700001"), lamps("2602.00002", "10.1000/volume")],
    [lamps("10.64898/2026.01.02.700001", "10.1000/mice")],
    [lamps("10.1000/mice")],
    [lamps("2602.00003", "10.1000/volume")],
]


@given(st.permutations(BATCHES))
def test_the_order_of_batches_decides_no_papers(batches: list[list[Paper]]) -> None:
    engine = emptied_database()
    store = PaperStore(engine)
    for batch in batches:
        save(store, *batch)

    assert known(store) == {
        ARXIV: (DOI, NOTE, "s2:a"),
        "10.64898/2026.01.02.700001": ("10.1101/2026.01.02.700001", "10.1000/mice"),
        "2602.00002": ("10.1000/volume",),
        "2602.00003": (),
    }
    with engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert len(db.execute(sa.select(sightings)).all()) == 4
        assert len(db.execute(sa.select(aliases)).all()) == 6
