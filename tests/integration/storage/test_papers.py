"""What the paper store keeps, and what it returns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON, ids, paper

from digest.models.identity import canonical_id
from digest.models.paper import Links, Paper, Signals
from digest.sources import get_kind
from digest.storage.papers import Observation, PaperStore

if TYPE_CHECKING:
    from collections.abc import Sequence

NEXT_DAY = DAY + timedelta(days=1)
LATER = NOON + timedelta(hours=6)


@pytest.fixture
def store(engine: sa.Engine) -> PaperStore:
    return PaperStore(engine)


def titled(title: str = "Lamps in Fog", **details: object) -> Paper:
    return paper(canonical_id(None, title), title=title, links=Links(), **details)


def save(store: PaperStore, *batch: Paper, source: str = "hf", kind: str = "huggingface") -> int:
    return store.save(batch, source=source, authority=get_kind(kind).authority).new


def capture(store: PaperStore, *batch: Paper) -> int:
    return save(store, *batch, source="page", kind="capture")


def votes(store: PaperStore, paper_id: str = "1") -> Sequence[tuple[str, datetime, int | None]]:
    return [(it.source, it.at, it.signals.upvotes) for it in store.observations(paper_id)]


def test_a_paper_comes_back_as_it_was_saved(store: PaperStore) -> None:
    given = paper(
        authors=("Ada Moor", "Bo Fen"),
        author_count=2,
        categories=("cs.CL",),
        keywords=("lamp counting", "fog"),
        published_at=datetime(2026, 1, 29, 17, tzinfo=UTC),
        featured_at=datetime(2026, 2, 2, 3, 55, 12, 777000, tzinfo=UTC),
        links=Links(
            abs="https://arxiv.org/abs/2602.00001",
            pdf="https://arxiv.org/pdf/2602.00001v1",
            code="https://example.org/code",
        ),
        signals=Signals(upvotes=3, comments=0),
        observed_at=NOON,
        sources=("hf",),
    )

    save(store, given)

    assert store.paper("2602.00001") == given
    assert store.papers(DAY) == [given]


def test_a_paper_that_nobody_saved_is_not_there(store: PaperStore) -> None:
    assert store.paper("2602.00001") is None


def test_papers_are_found_by_any_of_their_names(store: PaperStore) -> None:
    save(store, paper("2602.00001", title="One", aliases=("10.1000/one",)))
    save(store, paper("2602.00002", title="Two"))

    found = store.named(["10.1000/one", "2602.00002", "2602.99999"])

    assert {name: it.id for name, it in found.items()} == {
        "10.1000/one": "2602.00001",
        "2602.00002": "2602.00002",
    }


def test_saving_counts_the_works_that_are_new(store: PaperStore) -> None:
    assert save(store, paper("1"), paper("2"), paper("2")) == 2
    assert save(store, paper("2"), paper("3")) == 1
    assert save(store) == 0


def test_papers_of_a_day_come_in_the_order_of_their_ids(store: PaperStore) -> None:
    save(store, paper("3"), paper("1"), paper("2", day=NEXT_DAY))

    assert ids(store.papers(DAY)) == ["1", "3"]


def test_all_papers_come_newest_day_first(store: PaperStore) -> None:
    save(store, paper("3"), paper("1"), paper("2", day=NEXT_DAY))

    assert ids(store.papers()) == ["2", "1", "3"]


def test_a_batch_may_be_larger_than_a_query_can_ask_for(store: PaperStore) -> None:
    many = [paper(f"{number:05}") for number in range(1100)]

    assert (save(store, *many), save(store, *many)) == (1100, 0)


def test_the_better_source_describes_the_paper_whichever_comes_first(store: PaperStore) -> None:
    save(store, paper("1", abstract="Their own words."), source="own", kind="jsonl")
    save(store, paper("1", abstract="The page's words."))

    found = store.paper("1")

    assert found is not None
    assert (found.abstract, found.sources) == ("Their own words.", ("hf", "own"))


def test_a_title_alone_is_the_known_paper_of_that_title(store: PaperStore) -> None:
    save(store, paper("1", title="Lamps in Fog"))

    assert capture(store, titled("LAMPS IN FOG")) == 0
    assert [(it.id, it.sources) for it in store.papers()] == [("1", ("hf", "page"))]


def test_a_title_alone_takes_the_id_that_comes_later_with_all_that_was_seen_of_it(
    store: PaperStore,
) -> None:
    capture(store, titled(signals=Signals(comments=2), observed_at=NOON))

    assert save(store, paper("1", title="Lamps in Fog")) == 0
    assert [(it.id, it.sources) for it in store.papers()] == [("1", ("hf", "page"))]
    assert [it.signals for it in store.observations("1")] == [Signals(comments=2)]


def test_a_title_with_a_real_id_is_found_again_when_the_page_is_read_again(
    store: PaperStore,
) -> None:
    capture(store, titled())
    save(store, paper("1", title="Lamps in Fog"))

    assert capture(store, titled()) == 0
    assert ids(store.papers()) == ["1"]


def test_signals_that_did_not_change_are_kept_once(store: PaperStore) -> None:
    save(store, paper("1", votes=3))
    save(store, paper("1", signals=Signals(upvotes=3), observed_at=LATER))

    assert votes(store) == [("hf", NOON, 3)]


def test_signals_that_changed_are_kept_with_their_time(store: PaperStore) -> None:
    save(store, paper("1", votes=3))
    save(store, paper("1", signals=Signals(upvotes=5), observed_at=LATER))

    assert votes(store) == [("hf", NOON, 3), ("hf", LATER, 5)]
    assert store.papers()[0].signals == Signals(upvotes=5)
    assert store.papers()[0].observed_at == LATER


def test_each_source_has_signals_of_its_own(store: PaperStore) -> None:
    save(store, paper("1", votes=3))
    save(store, paper("1", signals=Signals(comments=2), observed_at=LATER), source="own")

    assert store.observations("1") == [
        Observation(source="hf", at=NOON, signals=Signals(upvotes=3)),
        Observation(source="own", at=LATER, signals=Signals(comments=2)),
    ]
    assert store.papers()[0].signals == Signals(upvotes=3, comments=2)


def test_a_paper_without_signals_is_no_observation(store: PaperStore) -> None:
    save(store, paper("1"))

    assert store.observations("1") == []
    assert store.papers()[0].observed_at is None


def test_of_two_records_in_a_batch_the_last_one_has_the_signals(store: PaperStore) -> None:
    twice = [paper("1", votes=3), paper("1", votes=5, day=NEXT_DAY)]
    save(store, *twice)
    later = [paper("1", signals=it.signals, observed_at=LATER) for it in twice]

    save(store, *later)

    assert votes(store) == [("hf", NOON, 5)]


def test_a_paper_belongs_to_the_first_day_its_source_had_it(store: PaperStore) -> None:
    save(store, paper("1", day=DAY), paper("1", day=NEXT_DAY))
    save(store, paper("1", day=NEXT_DAY))

    assert ids(store.papers(DAY)) == ["1"]
    assert store.papers(NEXT_DAY) == []


def test_a_paper_that_two_sources_have_on_two_days_is_found_on_both(store: PaperStore) -> None:
    save(store, paper("1", day=NEXT_DAY))
    capture(store, paper("1", day=DAY))

    assert ids(store.papers(DAY)) == ids(store.papers(NEXT_DAY)) == ["1"]
    assert store.papers()[0].day == DAY


def test_the_newest_texts_of_some_days_come_with_categories_and_keywords(
    store: PaperStore,
) -> None:
    details = {"categories": ("cs.CL", "cs.MA"), "keywords": ("fog",), "tldr": "It glows."}
    save(store, paper("1"), paper("2", authors=("Ada Moor",), **details))
    save(store, paper("3", day=NEXT_DAY), paper("4", day=NEXT_DAY + timedelta(days=1)))

    found = store.texts_between(DAY, NEXT_DAY, most=2)

    assert ids(found) == ["3", "2"]
    assert (found[1].categories, found[1].keywords) == (("cs.CL", "cs.MA"), ("fog",))
    assert (found[1].tldr, found[1].day, found[1].authors) == ("It glows.", DAY, ())


def test_papers_are_counted_by_source(store: PaperStore) -> None:
    save(store, paper("1"), paper("2"), paper("3", day=NEXT_DAY))
    capture(store, paper("1"))

    assert store.counts(DAY) == {"hf": 2, "page": 1}
    assert store.counts(date(2020, 1, 1)) == {}


@pytest.mark.parametrize(
    ("until", "newest"), [(DAY - timedelta(days=1), None), (DAY, DAY), (date(2030, 1, 1), NEXT_DAY)]
)
def test_the_newest_day_is_the_last_with_papers(
    store: PaperStore, until: date, newest: date | None
) -> None:
    save(store, paper("1"), paper("2", day=NEXT_DAY))

    assert store.newest_day(until=until) == newest


def test_a_save_that_fails_leaves_nothing_behind(store: PaperStore) -> None:
    broken = paper("2", authors=(object(),))

    with pytest.raises(sa.exc.StatementError):
        save(store, paper("1"), broken)

    assert store.papers() == []
