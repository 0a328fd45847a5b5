"""Joining the documents of a day: feeds and listings of several categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from unittest.mock import Mock, call

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper

from digest.models.paper import AnnounceType, Paper
from digest.models.source import Batch, Channel
from digest.sources import RawDocument
from digest.sources.arxiv import announcements, records
from digest.text.clean import clean

DAY = date(2026, 2, 10)
BEFORE, AFTER = date(2026, 2, 9), date(2026, 2, 11)
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)

BOTH = ArxivPaper(categories=("cs.CL", "cs.LG"))
CL = ArxivPaper(id="2602.00002")
LG = ArxivPaper(id="2602.00003", categories=("cs.LG",))
REPLACED = ArxivPaper(id="2601.00004", version=2, type=AnnounceType.REPLACE)
PAPERS = (BOTH, CL, LG, REPLACED)


def parsed(text: str, day: date = DAY) -> Batch:
    """What is in a saved text, which does not name its category."""
    return announcements.parse(RawDocument(where="text", text=text), day=day, now=NOW)


def join(*texts: str, day: date = DAY) -> Batch:
    """What such texts give together."""
    return announcements.KIND.join([parsed(text, day) for text in texts])


def feed(category: str, *told: ArxivPaper, day: date = DAY) -> str:
    return arxiv_documents.rss(category, day, told)


def listing(category: str, *told: ArxivPaper, day: date = DAY, hidden: int = 0) -> str:
    return arxiv_documents.listing(category, day, told, hidden=hidden)


def ids(batch: Batch) -> list[str]:
    return [paper.id for paper in batch.papers]


def test_t6_a_cross_in_one_category_that_is_new_in_another_is_one_paper() -> None:
    batch = join(feed("cs.LG", *PAPERS), feed("cs.CL", *PAPERS))

    assert ids(batch) == ["2602.00001", "2602.00003", "2602.00002"]
    assert batch.papers[0].categories == ("cs.CL", "cs.LG")
    assert {one.category: one.type for one in batch.announcements if one.paper_id == BOTH.id} == {
        "cs.CL": AnnounceType.NEW,
        "cs.LG": AnnounceType.CROSS,
    }


def test_t6_replacements_are_no_papers_of_the_day() -> None:
    batch = join(feed("cs.CL", *PAPERS), listing("cs.CL", *PAPERS))

    assert ids(batch) == ["2602.00001", "2602.00002"]
    assert [one.id for one in batch.updates] == ["2601.00004"]


def test_feed_and_listing_complete_each_other() -> None:
    told = replace(CL, comment="12 pages")

    (paper,) = join(listing("cs.CL", told), feed("cs.CL", told)).papers

    assert (paper.version, paper.comment) == (1, "12 pages")


def test_the_feeds_word_is_believed_before_the_listings() -> None:
    told = replace(CL, title="A Title the Feed Has")

    (paper,) = join(listing("cs.CL", CL), feed("cs.CL", told)).papers

    assert paper.title == "A Title the Feed Has"


def test_papers_that_the_feed_lost_are_taken_from_the_listing() -> None:
    batch = join(feed("cs.CL", BOTH), listing("cs.CL", *PAPERS))

    assert ids(batch) == ["2602.00001", "2602.00002"]
    assert batch.channels == (Channel(name="cs.CL", parsed=2, declared=2),)
    assert batch.trouble is None


def test_every_category_is_counted_by_itself() -> None:
    texts = [render(name, *PAPERS) for name in ("cs.CL", "cs.LG") for render in (feed, listing)]

    batch = join(*texts)

    assert batch.channels == (
        Channel(name="cs.CL", parsed=2, declared=2),
        Channel(name="cs.LG", parsed=2, declared=2),
    )
    assert batch.declared == len(batch.papers) + len(batch.updates) == 4


def test_papers_that_neither_feed_nor_listing_shows_are_missed() -> None:
    batch = join(feed("cs.CL", *PAPERS), listing("cs.CL", *PAPERS, hidden=5))

    assert batch.channels == (Channel(name="cs.CL", parsed=2, declared=7),)
    assert batch.trouble == "the listing of cs.CL shows 3 of 8 entries"
    assert batch.declared == 3 + 5


def test_a_feed_can_make_up_for_a_listing_that_is_cut() -> None:
    batch = join(feed("cs.CL", BOTH, CL), listing("cs.CL", BOTH, hidden=1))

    assert ids(batch) == ["2602.00001", "2602.00002"]
    assert (batch.trouble, batch.declared) == (None, 2)


def test_a_whole_listing_makes_up_for_a_feed_that_is_cut() -> None:
    old = [
        ArxivPaper(id=f"2501.{n:05}", version=2, type=AnnounceType.REPLACE) for n in range(1, 2001)
    ]

    alone = join(feed("cs.CL", *old))
    together = join(feed("cs.CL", *old), listing("cs.CL", CL))

    assert alone.trouble == "the feed of cs.CL was cut at 2,000 records"
    assert (together.trouble, ids(together)) == (None, ["2602.00002"])


def test_a_withdrawal_that_only_the_listing_tells_makes_an_update() -> None:
    told = replace(REPLACED, comment="This paper has been withdrawn by the authors")

    batch = join(feed("cs.CL", told), listing("cs.CL", told))

    assert [(one.id, one.version, one.withdrawn_on) for one in batch.updates] == [
        ("2601.00004", 2, DAY)
    ]


def test_a_new_paper_that_is_withdrawn_at_once_is_not_missed_and_no_paper() -> None:
    told = replace(CL, comment="Withdrawn by arXiv administrators")

    batch = join(feed("cs.CL", told), listing("cs.CL", told))

    assert (batch.papers, batch.trouble) == ((), None)
    assert [one.withdrawn_on for one in batch.updates] == [DAY]
    assert batch.channels == (Channel(name="cs.CL", parsed=1, declared=1),)


@pytest.mark.parametrize(
    ("fed", "listed", "asked", "found"),
    [
        pytest.param(BEFORE, DAY, DAY, ["2602.00003"], id="the feed is stale"),
        pytest.param(DAY, BEFORE, DAY, ["2602.00001", "2602.00002"], id="the listing is stale"),
        pytest.param(DAY, AFTER, DAY, ["2602.00001", "2602.00002"], id="in the evening"),
        pytest.param(DAY, AFTER, AFTER, ["2602.00003"], id="in the evening, for tomorrow"),
        pytest.param(BEFORE, DAY, AFTER, ["2602.00003"], id="neither is of the day"),
    ],
)
def test_t7_of_texts_of_two_days_only_one_counts(
    fed: date, listed: date, asked: date, found: list[str]
) -> None:
    lone = replace(LG, categories=("cs.CL",))

    batch = join(feed("cs.CL", BOTH, CL, day=fed), listing("cs.CL", lone, day=listed), day=asked)

    assert ids(batch) == found
    assert len({one.day for one in batch.announcements}) == 1


def test_t8_at_the_weekend_the_empty_feed_counts_and_not_the_listing_of_friday() -> None:
    saturday, friday = date(2026, 2, 7), date(2026, 2, 6)

    batch = join(feed("cs.CL", day=saturday), listing("cs.CL", *PAPERS, day=friday), day=saturday)

    assert (batch.papers, batch.updates, batch.trouble) == ((), (), None)
    assert batch.channels == (Channel(name="cs.CL", parsed=0),)


def test_t7_old_papers_under_a_fresh_date_are_rejected_where_the_listing_is_whole() -> None:
    stale = ArxivPaper(id="2602.00099")

    batch = join(feed("cs.CL", stale, CL), listing("cs.CL", CL))

    assert ids(batch) == ["2602.00002"]
    assert [(one.where, one.reason) for one in batch.rejected] == [
        ("arXiv:2602.00099", "in the feed of cs.CL, but not in its listing of the same day")
    ]
    assert "2602.00099" not in {one.paper_id for one in batch.announcements}


def test_a_listing_that_is_not_whole_rejects_nothing() -> None:
    batch = join(feed("cs.CL", BOTH, CL), listing("cs.CL", CL, hidden=1))

    assert set(ids(batch)) == {"2602.00001", "2602.00002"}
    assert batch.rejected == ()


def test_pages_of_one_category_are_counted_together() -> None:
    pages = [arxiv_documents.oai("cs.CL", DAY, [one]) for one in (BOTH, CL, REPLACED)]

    batch = join(*pages)

    assert ids(batch) == ["2602.00001", "2602.00002"]
    assert batch.channels == (Channel(name="cs.CL", parsed=2),)


def test_a_feed_alone_cannot_say_whether_it_is_whole() -> None:
    batch = join(feed("cs.CL", *PAPERS))

    assert batch.channels == (Channel(name="cs.CL", parsed=2, declared=None),)


TEXTS = [render(name, *PAPERS) for name in ("cs.CL", "cs.LG") for render in (feed, listing)]


@given(st.permutations(TEXTS))
def test_the_order_of_the_texts_does_not_matter(texts: list[str]) -> None:
    batch, known = join(*texts), join(*TEXTS)

    assert sorted(batch.papers, key=lambda one: one.id) == sorted(
        known.papers, key=lambda one: one.id
    )
    assert set(batch.announcements) == set(known.announcements)
    assert set(batch.channels) == set(known.channels)


def test_an_abstract_that_stands_in_several_texts_is_cleaned_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = replace(BOTH, abstract="An abstract that stands in no other test.")
    cleaner = Mock(wraps=clean)
    monkeypatch.setattr(records, "clean", cleaner)

    batch = join(*(render(name, told) for name in ("cs.CL", "cs.LG") for render in (feed, listing)))

    assert [one.abstract for one in batch.papers] == [told.abstract]
    assert cleaner.call_args_list.count(call(told.abstract)) == 1


def unread(category: str) -> Batch:
    document = RawDocument(where="arXiv", text="", channel=category, trouble="it rains")
    return announcements.parse(document, day=DAY, now=NOW)


@given(st.permutations([unread("cs.CL"), unread("cs.CV"), *map(parsed, TEXTS)]))
def test_what_could_not_be_read_does_not_count_as_empty_wherever_it_stands(
    batches: list[Batch],
) -> None:
    batch, known = announcements.KIND.join(batches), join(*TEXTS)

    assert set(batch.channels) == {
        *known.channels,
        Channel(name="cs.CV", parsed=0, is_read=False),
    }
    assert set(ids(batch)) == set(ids(known))
    assert batch.trouble == "cs.CV could not be read: it rains"


@given(st.lists(st.sampled_from(TEXTS), max_size=8))
def test_an_id_stands_in_one_place_and_every_news_is_announced(texts: list[str]) -> None:
    batch = join(*texts)

    together = [one.id for one in (*batch.papers, *batch.updates)]
    assert len(together) == len(set(together))
    assert set(ids(batch)) <= {one.paper_id for one in batch.announcements if one.type.is_news}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("10.1000/ABC", ("10.1000/abc",)),
        ("10.1000/a 10.1000/b", ("10.1000/a", "10.1000/b")),
        pytest.param("10.48550/arXiv.2602.00001", (), id="arXiv's own"),
        pytest.param("to appear", (), id="no DOI"),
    ],
)
def test_the_dois_of_journals_are_aliases(text: str, found: tuple[str, ...]) -> None:
    record = records.Record(where="text", identifier="2602.00001", title="Lamps", doi=text)

    paper = records.paper(record, DAY)

    assert isinstance(paper, Paper)
    assert (paper.id, paper.aliases) == ("2602.00001", found)
