"""Reading arXiv's page of new listings."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper
from support.growth import grows_evenly

from digest.errors import SourceError
from digest.models.paper import AnnounceType, Links, Paper
from digest.models.source import Batch, Channel
from digest.sources import RawDocument
from digest.sources.arxiv import announcements

DAY = date(2026, 2, 10)
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
PAPER = ArxivPaper(categories=("cs.CL", "cs.LG"), comment="12 pages", journal_ref="Fog 1 (2026)")
CROSS = ArxivPaper(id="2602.00002", categories=("cs.LG", "cs.CL"))
REPLACED = ArxivPaper(id="2601.00003", version=2, type=AnnounceType.REPLACE)
OLD = ArxivPaper(id="hep-th/9901001", type=AnnounceType.REPLACE, categories=("hep-th", "cs.CL"))


def parse(text: str) -> Batch:
    return announcements.parse(RawDocument(where="new.html", text=text), day=DAY, now=NOW)


def listing(*told: ArxivPaper, hidden: int = 0) -> str:
    return arxiv_documents.listing("cs.CL", DAY, told, hidden=hidden)


def test_a_new_paper_is_read_with_all_that_the_page_knows() -> None:
    (paper,) = parse(listing(PAPER)).papers

    assert paper == Paper(
        id="2602.00001",
        title="Lamps in Fog",
        abstract="We count lamps in fog.",
        authors=("Ada Moor", "Bo Fen"),
        categories=("cs.CL", "cs.LG"),
        comment="12 pages",
        venue="Fog 1 (2026)",
        day=DAY,
        links=Links(abs="https://arxiv.org/abs/2602.00001", pdf="https://arxiv.org/pdf/2602.00001"),
    )


def test_the_sections_say_what_is_new_crossed_and_replaced() -> None:
    batch = parse(listing(PAPER, CROSS, REPLACED, OLD))

    assert [(one.paper_id, one.type) for one in batch.announcements] == [
        ("2602.00001", AnnounceType.NEW),
        ("2602.00002", AnnounceType.CROSS),
        ("2601.00003", AnnounceType.REPLACE),
        ("hep-th/9901001", AnnounceType.REPLACE_CROSS),
    ]
    assert {one.category for one in batch.announcements} == {"cs.CL"}
    assert [paper.id for paper in batch.papers] == ["2602.00001", "2602.00002"]
    assert [(one.id, one.abstract) for one in batch.updates] == [
        ("2601.00003", ""),
        ("hep-th/9901001", ""),
    ]


def test_the_page_says_how_many_papers_there_are() -> None:
    batch = parse(listing(PAPER, CROSS, REPLACED))

    assert batch.channels == (Channel(name="cs.CL", parsed=2, declared=2),)
    assert (batch.declared, batch.trouble) == (3, None)


def test_a_page_that_shows_fewer_than_there_are_is_trouble() -> None:
    batch = parse(listing(PAPER, CROSS, hidden=40))

    assert batch.trouble == "the listing of cs.CL shows 2 of 42 entries"
    assert batch.channels == (Channel(name="cs.CL", parsed=2, declared=42),)
    assert batch.declared == 42


def test_a_page_that_lost_an_entry_is_trouble() -> None:
    page = listing(PAPER, ArxivPaper(id="2602.00009")).replace("<dt>", "<div>", 1)

    batch = parse(page)

    assert batch.trouble == "the listing of cs.CL shows 1 of 2 entries"
    assert batch.channels == (Channel(name="cs.CL", parsed=1, declared=2),)


def test_an_entry_without_anything_in_it_is_rejected() -> None:
    batch = parse(listing(PAPER, ArxivPaper(id="2602.00009")).replace("class='list-", "class='", 5))

    assert [one.reason for one in batch.rejected] == ["no title"]
    assert len(batch.papers) == 1


def test_an_entry_without_a_title_is_rejected() -> None:
    batch = parse(listing(PAPER, ArxivPaper(id="2602.00009", title="")))

    assert [(one.where, one.reason) for one in batch.rejected] == [
        ("new.html: New submission 2", "no title")
    ]
    assert (len(batch.papers), batch.declared) == (1, 2)


def test_a_day_without_entries_is_a_page_that_says_so() -> None:
    batch = parse(listing())

    assert (batch.papers, batch.updates, batch.trouble) == ((), (), None)
    assert batch.channels == (Channel(name="cs.CL", parsed=0, declared=0),)


def test_marks_of_the_markup_become_those_of_the_text() -> None:
    title = 'On $a<b$ & "quotes" <i>inside</i>'

    (paper,) = parse(listing(ArxivPaper(title=title, comment="5 pages; uses R&D"))).papers

    assert paper.title == 'On a<b & "quotes" inside'
    assert paper.comment == "5 pages; uses R&D"


def test_addresses_hidden_behind_words_are_shown() -> None:
    link = '<a href="https://example.org/lamps" rel="nofollow">this https URL</a>'
    page = listing(ArxivPaper(comment="CODE")).replace("CODE", f"Code at {link}")

    (paper,) = parse(page).papers

    assert paper.comment == "Code at https://example.org/lamps"


def test_the_version_is_known_where_a_link_names_it() -> None:
    link = '<a href="https://arxiv.org/html/2602.00001v2" title="View HTML">html</a>'
    page = listing(ArxivPaper()).replace("</dt>", f"{link}</dt>")

    (paper,) = parse(page).papers

    assert paper.version == 2


def test_t12_a_withdrawal_in_the_comments_makes_an_update_and_no_paper() -> None:
    batch = parse(listing(ArxivPaper(comment="This paper has been withdrawn by the authors")))

    assert batch.papers == ()
    assert [(one.id, one.withdrawn_on) for one in batch.updates] == [("2602.00001", DAY)]


def test_t12_a_paper_that_supersedes_a_withdrawn_one_is_a_paper() -> None:
    comment = "Supersedes arXiv:2601.00001 which has been withdrawn"

    batch = parse(listing(ArxivPaper(comment=comment)))

    assert [one.withdrawn_on for one in batch.papers] == [None]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<html><body>Down for maintenance</body></html>", id="another page"),
        pytest.param(listing(PAPER).replace("10 February", "30 February"), id="no such day"),
        pytest.param(listing(PAPER).replace(" submissions (", " papers ("), id="no sections"),
        pytest.param(listing(PAPER).replace("<dt", "<li"), id="no entries"),
        pytest.param("<html>" + "<dt " * 1_200_000, id="megabytes of beginnings"),
        pytest.param(listing(PAPER) + "<dt " * 1_200_000, id="megabytes after a page"),
        pytest.param("<html>" + "Showing new listings for" * 200_000, id="megabytes of heads"),
    ],
)
def test_an_unknown_layout_is_an_error_and_no_empty_day(page: str) -> None:
    with pytest.raises(SourceError, match=r"new.html is no listing of arXiv"):
        parse(page)


@pytest.mark.parametrize(
    "nonsense",
    ["<div class='list-x", "<a ", "<!--", "<a href='", "<", ">", "&", "<p class=", "(", " "],
)
def test_megabytes_of_nonsense_in_an_entry_take_a_time_that_grows_evenly(nonsense: str) -> None:
    def read(size: int) -> None:
        page = listing(PAPER).replace("We count", nonsense * (size // len(nonsense)))
        assert parse(page).declared == 1

    assert grows_evenly(read, 4_000_000)
