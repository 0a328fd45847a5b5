"""Reading arXiv's announcement feeds, RSS and Atom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper

from digest.errors import ConfigError, SourceError
from digest.models.paper import Announcement, AnnounceType, Links, Paper
from digest.models.source import Batch, Channel
from digest.sources import RawDocument
from digest.sources.arxiv import announcements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Render = Callable[[str, date, Iterable[ArxivPaper]], str]

DAY = date(2026, 2, 10)
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
PAPER = ArxivPaper(categories=("cs.CL", "cs.LG"))

both = pytest.mark.parametrize(
    "render", [arxiv_documents.rss, arxiv_documents.atom], ids=["RSS", "Atom"]
)


def parse(text: str, *, day: date = DAY, channel: str = "") -> Batch:
    return announcements.parse(
        RawDocument(where="cs.CL.xml", text=text, channel=channel), day=day, now=NOW
    )


@both
def test_a_new_paper_is_read_with_all_that_the_feed_knows(render: Render) -> None:
    told = replace(PAPER, journal_ref="Journal of Fog 1 (2026)")

    batch = parse(render("cs.CL", DAY, [told]))

    assert batch.papers == (
        Paper(
            id="2602.00001",
            title="Lamps in Fog",
            abstract="We count lamps in fog.",
            authors=("Ada Moor", "Bo Fen"),
            categories=("cs.CL", "cs.LG"),
            version=1,
            venue="Journal of Fog 1 (2026)" if render is arxiv_documents.rss else "",
            day=DAY,
            links=Links(
                abs="https://arxiv.org/abs/2602.00001", pdf="https://arxiv.org/pdf/2602.00001"
            ),
        ),
    )
    assert (batch.updates, batch.rejected, batch.declared) == ((), (), 1)


@both
def test_every_record_is_an_announcement_in_the_category_of_the_feed(render: Render) -> None:
    told = [
        PAPER,
        ArxivPaper(id="2602.00002", categories=("cs.LG", "cs.CL")),
        ArxivPaper(id="2601.00003", version=2, type=AnnounceType.REPLACE),
        ArxivPaper(
            id="hep-th/9901001",
            version=3,
            type=AnnounceType.REPLACE,
            categories=("hep-th", "cs.CL"),
        ),
    ]

    batch = parse(render("cs.CL", DAY, told))

    assert batch.announcements == tuple(
        Announcement(paper_id=paper_id, category="cs.CL", day=DAY, type=kind, version=version)
        for paper_id, kind, version in (
            ("2602.00001", AnnounceType.NEW, 1),
            ("2602.00002", AnnounceType.CROSS, 1),
            ("2601.00003", AnnounceType.REPLACE, 2),
            ("hep-th/9901001", AnnounceType.REPLACE_CROSS, 3),
        )
    )
    assert [paper.id for paper in batch.papers] == ["2602.00001", "2602.00002"]
    assert [paper.id for paper in batch.updates] == ["2601.00003", "hep-th/9901001"]
    assert batch.channels == (Channel(name="cs.CL", parsed=2),)


def test_t6_a_replacement_is_an_update_with_its_version_and_no_paper_of_the_day() -> None:
    told = ArxivPaper(id="2601.00003", version=2, type=AnnounceType.REPLACE)

    batch = parse(arxiv_documents.rss("cs.CL", DAY, [told]))

    assert batch.papers == ()
    assert [(paper.id, paper.version) for paper in batch.updates] == [("2601.00003", 2)]


def test_t5_an_id_of_the_old_scheme_loses_its_version() -> None:
    told = ArxivPaper(id="hep-th/9901001", version=3, categories=("hep-th",))

    (paper,) = parse(arxiv_documents.rss("hep-th", DAY, [told])).papers

    assert (paper.id, paper.version) == ("hep-th/9901001", 3)
    assert paper.links.abs == "https://arxiv.org/abs/hep-th/9901001"


@both
def test_t13_affiliations_with_commas_are_no_authors(render: Render) -> None:
    told = ArxivPaper(authors=("Ada Moor (Fen College, Ely)", "Bo Fen (Dell Works, Inc., Leeds)"))

    (paper,) = parse(render("cs.CL", DAY, [told])).papers

    assert paper.authors == ("Ada Moor", "Bo Fen")


def test_two_authors_of_one_name_stay_two() -> None:
    (paper,) = parse(
        arxiv_documents.rss("cs.CL", DAY, [ArxivPaper(authors=("Wei Fen", "Wei Fen"))])
    ).papers

    assert paper.authors == ("Wei Fen", "Wei Fen")


@both
def test_a_feed_is_of_the_day_it_names_in_us_eastern_time(render: Render) -> None:
    batch = parse(render("cs.CL", DAY, [PAPER]), day=date(2026, 2, 11))

    assert [paper.day for paper in batch.papers] == [DAY]


@pytest.mark.parametrize(
    "stamp",
    [
        pytest.param("Tue, 10 Feb 2026 00:00:00 -0500", id="midnight in winter time"),
        pytest.param("Tue, 10 Feb 2026 00:00:00 -0400", id="midnight in summer time"),
        pytest.param("Tue, 10 Feb 2026 05:00:00 +0000", id="the same in UTC"),
        pytest.param("2026-02-10T00:00:00-05:00", id="as Atom writes it"),
        pytest.param("", id="none: the date of its records"),
        pytest.param("soon", id="no date: the date of its records"),
    ],
)
def test_the_day_of_a_feed_is_found_however_its_date_is_written(stamp: str) -> None:
    feed = arxiv_documents.rss("cs.CL", DAY, [PAPER])
    written = "<pubDate>Tue, 10 Feb 2026 00:00:00 -0500</pubDate>"
    text = feed.replace(written, f"<pubDate>{stamp}</pubDate>", 1)

    (paper,) = parse(text, day=date(2026, 2, 20)).papers

    assert paper.day == DAY


@both
def test_an_empty_feed_says_that_there_is_nothing(render: Render) -> None:
    batch = parse(render("cs.CL", DAY, []))

    assert (batch.papers, batch.updates, batch.trouble) == ((), (), None)
    assert batch.channels == (Channel(name="cs.CL", parsed=0),)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        pytest.param(ArxivPaper(title=" "), "no title", id="title"),
        pytest.param(ArxivPaper(id="lamps"), "“oai:arXiv.org:lampsv1” is no arXiv id", id="id"),
    ],
)
def test_a_record_without_id_or_title_is_rejected(told: ArxivPaper, reason: str) -> None:
    batch = parse(arxiv_documents.rss("cs.CL", DAY, [PAPER, told]))

    assert [(one.where, one.reason) for one in batch.rejected] == [("cs.CL.xml: record 2", reason)]
    assert (len(batch.papers), batch.declared) == (1, 2)


def test_an_unknown_way_to_announce_is_rejected_and_not_taken_for_news() -> None:
    text = arxiv_documents.rss("cs.CL", DAY, [PAPER]).replace(">new<", ">renewed<")

    batch = parse(text)

    assert [one.reason for one in batch.rejected] == ["“renewed” is no way to announce a paper"]
    assert batch.papers == ()


def test_a_feed_of_two_thousand_records_is_known_to_be_cut() -> None:
    told = [ArxivPaper(id=f"2602.{number:05}") for number in range(1, 2001)]

    read_limited = parse(arxiv_documents.rss("cs.CL", DAY, told[:-1]))
    cut = parse(arxiv_documents.rss("cs.CL", DAY, told))

    assert read_limited.trouble is None
    assert cut.trouble == "the feed of cs.CL was cut at 2,000 records"


def test_a_withdrawal_in_the_abstract_makes_an_update_and_no_paper() -> None:
    told = ArxivPaper(abstract="This paper has been withdrawn by the authors.")

    batch = parse(arxiv_documents.rss("cs.CL", DAY, [told]))

    assert batch.papers == ()
    assert [(one.id, one.withdrawn_on) for one in batch.updates] == [("2602.00001", DAY)]


def test_t2_a_feed_that_knows_no_such_category_is_an_error_in_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"no category 'cs.XX'"):
        parse(arxiv_documents.rss_error("cs.XX"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("too many requests", id="words"),
        pytest.param("[]", id="JSON"),
        pytest.param("<opml/>", id="another XML"),
        pytest.param('<!DOCTYPE x [<!ENTITY a "b">]><rss>&a;</rss>', id="entities"),
        pytest.param(arxiv_documents.rss("cs.CL", DAY, [PAPER])[:-40], id="a feed cut off"),
    ],
)
def test_what_is_no_text_of_arxiv_is_a_source_error(text: str) -> None:
    with pytest.raises(SourceError, match=r"cs\.CL\.xml"):
        parse(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1))
def test_whatever_a_title_says_it_becomes_a_paper_or_is_rejected(title: str) -> None:
    batch = parse(arxiv_documents.rss("cs.CL", DAY, [ArxivPaper(title=title)]))

    assert len(batch.papers) + len(batch.rejected) == batch.declared == 1
