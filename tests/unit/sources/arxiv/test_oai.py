"""Reading arXiv's OAI-PMH responses, which have submission dates but no announcements."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper

from digest.errors import SourceError
from digest.models.paper import AnnounceType, Links, Paper
from digest.models.source import Batch, Channel
from digest.sources import RawDocument
from digest.sources.arxiv import announcements, oai

DAY = date(2026, 2, 10)
NOW = datetime(2026, 2, 12, 12, tzinfo=UTC)
LATEST = date(9999, 12, 31)
IN_TIME = datetime(2026, 2, 9, 17, 30, 5, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 3, 17, tzinfo=UTC)

#: the format with dates alone, with what has been seen in it
DATES_ONLY = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
<header><identifier>oai:arXiv.org:2602.00001</identifier><datestamp>2026-02-10</datestamp>
<setSpec>cs:cs:CL</setSpec></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2602.00001</id>
<created>2026-02-09</created><authors>
<author><keyname>Moor</keyname><forenames>Ada</forenames><suffix>Jr</suffix>
<affiliation>Fen College</affiliation><orcid>0000-0000-0000-0001</orcid></author>
<author><keyname>The Fen Group</keyname></author></authors>
<title>Lamps
  in Fog</title><categories>cs.CL cs.LG</categories><comments>12 pages</comments>
<journal-ref/><doi/><abstract>  We count lamps
in fog. </abstract></arXiv></metadata></record></ListRecords></OAI-PMH>"""


def parse(text: str, *, channel: str = "", day: date = DAY) -> Batch:
    return announcements.parse(
        RawDocument(where="oai.xml", text=text, channel=channel), day=day, now=NOW
    )


def records(*told: ArxivPaper, category: str = "cs.CL") -> Batch:
    return parse(arxiv_documents.oai(category, DAY, told))


def test_a_paper_submitted_in_time_is_one_of_the_day() -> None:
    told = ArxivPaper(
        categories=("cs.CL", "cs.LG"), comment="5 pages", journal_ref="Fog 1", submitted=IN_TIME
    )

    batch = records(told)

    assert batch.papers == (
        Paper(
            id="2602.00001",
            title="Lamps in Fog",
            abstract="We count lamps in fog.",
            authors=("Ada Moor", "Bo Fen"),
            categories=("cs.CL", "cs.LG"),
            published_at=IN_TIME,
            version=1,
            comment="5 pages",
            venue="Fog 1",
            day=DAY,
            links=Links(
                abs="https://arxiv.org/abs/2602.00001", pdf="https://arxiv.org/pdf/2602.00001"
            ),
        ),
    )
    assert batch.channels == (Channel(name="cs.CL", parsed=1),)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        pytest.param(ArxivPaper(), AnnounceType.NEW, id="new"),
        pytest.param(ArxivPaper(categories=("cs.LG", "cs.CL")), AnnounceType.CROSS, id="cross"),
        pytest.param(ArxivPaper(version=3), AnnounceType.REPLACE, id="replace"),
        pytest.param(
            ArxivPaper(version=2, categories=("cs.LG", "cs.CL")),
            AnnounceType.REPLACE_CROSS,
            id="replace-cross",
        ),
    ],
)
def test_how_a_paper_was_announced_follows_from_its_versions(
    told: ArxivPaper, kind: AnnounceType
) -> None:
    (announcement,) = records(told).announcements

    assert (announcement.category, announcement.type) == ("cs.CL", kind)


def test_t11_an_old_paper_with_a_new_date_of_change_is_an_update_and_no_news() -> None:
    batch = records(ArxivPaper(submitted=LONG_AGO))

    assert (batch.papers, batch.announcements) == ((), ())
    assert [(one.id, one.published_at) for one in batch.updates] == [("2602.00001", LONG_AGO)]


MONDAY = date(2026, 2, 9)
TUESDAY_BEFORE = datetime(2026, 2, 3, 17, tzinfo=UTC)


def announced(*told: ArxivPaper, day: date = DAY, category: str = "cs.CL") -> list[AnnounceType]:
    """How papers were announced on a day, as their records of that day tell."""
    batch = parse(arxiv_documents.oai(category, day, told), day=day)
    return [one.type for one in batch.announcements]


@pytest.mark.parametrize("stamped", [MONDAY, date(2026, 2, 8)], ids=["UTC", "US Eastern time"])
@pytest.mark.parametrize(
    ("categories", "kind"),
    [(("cs.CL",), AnnounceType.NEW), (("cs.LG", "cs.CL"), AnnounceType.CROSS)],
)
def test_a_paper_that_moderation_held_is_of_the_day_its_record_changed(
    stamped: date, categories: tuple[str, ...], kind: AnnounceType
) -> None:
    held = ArxivPaper(submitted=TUESDAY_BEFORE, stamped=stamped, categories=categories)

    assert announced(held, day=MONDAY) == [kind]


def test_the_format_with_dates_alone_tells_a_held_paper_as_well() -> None:
    batch = parse(DATES_ONLY.replace("2026-02-09", "2026-02-03"))

    assert [one.id for one in batch.papers] == ["2602.00001"]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(
            ArxivPaper(version=2, submitted=TUESDAY_BEFORE, revised=TUESDAY_BEFORE), id="v2"
        ),
        pytest.param(
            ArxivPaper(submitted=datetime(2026, 1, 25, 17, tzinfo=UTC)), id="more than 14 days"
        ),
        pytest.param(
            ArxivPaper(submitted=TUESDAY_BEFORE, stamped=date(2026, 2, 8)), id="changed before"
        ),
        pytest.param(
            ArxivPaper(submitted=TUESDAY_BEFORE, stamped=date(2026, 2, 11)), id="changed after"
        ),
        pytest.param(ArxivPaper(submitted=TUESDAY_BEFORE, stamped=LATEST), id="changed at the end"),
        pytest.param(
            ArxivPaper(submitted=datetime(2026, 2, 6, 17, tzinfo=UTC), stamped=MONDAY),
            id="announced in time on the day before",
        ),
        pytest.param(
            ArxivPaper(submitted=datetime(2026, 2, 10, 17, tzinfo=UTC)), id="due tomorrow"
        ),
    ],
)
def test_t11_a_record_that_may_be_of_another_day_is_no_news(told: ArxivPaper) -> None:
    assert announced(told) == []


def test_a_paper_is_held_for_two_weeks_at_the_most() -> None:
    held = ArxivPaper(submitted=datetime(2026, 1, 27, 17, tzinfo=UTC))

    assert announced(held) == [AnnounceType.NEW]


def test_t11_a_malformed_datestamp_says_nothing() -> None:
    text = arxiv_documents.oai("cs.CL", DAY, [ArxivPaper(submitted=TUESDAY_BEFORE)])

    batch = parse(text.replace("<datestamp>2026-02-10<", "<datestamp>2026-02-999<"))

    assert (batch.announcements, len(batch.updates)) == ((), 1)


def test_t11_a_deleted_record_counts_as_nothing() -> None:
    gone = (
        '<record><header status="deleted"><identifier>oai:arXiv.org:2501.99999</identifier>'
        "<datestamp>2026-02-10</datestamp></header></record>"
    )
    text = arxiv_documents.oai("cs.CL", DAY, [ArxivPaper()]).replace(
        "<ListRecords>", f"<ListRecords>{gone}"
    )

    batch = parse(text)

    assert (len(batch.papers), batch.rejected, batch.declared) == (1, (), 1)


@pytest.mark.parametrize(
    ("element", "token"),
    [
        pytest.param("", "", id="none"),
        pytest.param("<resumptionToken/>", "", id="closes itself"),
        pytest.param("<resumptionToken></resumptionToken>", "", id="empty"),
        pytest.param('<resumptionToken cursor="0"> \n </resumptionToken>', "", id="white space"),
        pytest.param("<resumptionToken>a|b&amp;c</resumptionToken>", "a|b&c", id="a token"),
        pytest.param(
            '<resumptionToken expirationDate="2026-02-11T00:00:00Z">x\n</resumptionToken>',
            "x",
            id="a token with details",
        ),
    ],
)
def test_t11_only_a_token_with_something_in_it_asks_for_more(element: str, token: str) -> None:
    response = arxiv_documents.oai("cs.CL", DAY, [ArxivPaper()] * 9)

    found = oai.token(response.replace("</ListRecords>", f"{element}</ListRecords>"))

    assert found == token


def test_t11_no_records_is_an_empty_day() -> None:
    batch = parse(arxiv_documents.oai_error("noRecordsMatch"), channel="cs.CL")

    assert (batch.papers, batch.updates, batch.rejected, batch.trouble) == ((), (), (), None)
    assert batch.channels == (Channel(name="cs.CL", parsed=0),)


@pytest.mark.parametrize("code", ["badArgument", "badResumptionToken", "badVerb"])
def test_t11_any_other_error_is_a_source_error(code: str) -> None:
    with pytest.raises(SourceError, match=f"oai.xml: arXiv's OAI-PMH answered {code}: No."):
        parse(arxiv_documents.oai_error(code))


def test_the_format_with_dates_alone_is_read_as_well() -> None:
    batch = parse(DATES_ONLY, channel="cs.CL")

    (paper,) = batch.papers
    assert paper.title == "Lamps in Fog"
    assert paper.abstract == "We count lamps in fog."
    assert paper.authors == ("Ada Moor Jr", "The Fen Group")
    assert paper.published_at == datetime(2026, 2, 9, tzinfo=UTC)
    assert (paper.comment, paper.venue, paper.version) == ("12 pages", "", None)


def test_t11_a_malformed_date_leaves_the_paper_without_one() -> None:
    batch = parse(DATES_ONLY.replace("2026-02-09", "2007-04-999"))

    assert (batch.papers, batch.rejected) == ((), ())
    assert [(one.id, one.published_at) for one in batch.updates] == [("2602.00001", None)]


def test_authors_may_be_missing() -> None:
    told = arxiv_documents.oai("cs.CL", DAY, [ArxivPaper()])

    (paper,) = parse(told.replace("<authors>Ada Moor, Bo Fen</authors>", "")).papers

    assert paper.authors == ()


def test_t12_an_empty_last_version_is_a_withdrawal() -> None:
    batch = records(ArxivPaper(version=2, withdrawn=True))

    assert batch.papers == ()
    assert [(one.id, one.version, one.withdrawn_on) for one in batch.updates] == [
        ("2602.00001", 2, DAY)
    ]


def test_a_withdrawal_is_of_the_day_it_was_announced() -> None:
    told = ArxivPaper(version=2, submitted=LONG_AGO, revised=LONG_AGO, withdrawn=True)

    (paper,) = records(told).updates

    assert paper.withdrawn_on == date(2025, 3, 4)


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.CL", "cs:cs:CL"),
        ("math.NA", "math:math:NA"),
        ("stat.ML", "stat:stat:ML"),
        ("eess.AS", "eess:eess:AS"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("hep-th", "physics:hep-th"),
        ("cond-mat.str-el", "physics:cond-mat:str-el"),
        ("physics.optics", "physics:physics:optics"),
        ("quant-ph", "physics:quant-ph"),
        ("cs", "cs:cs"),
    ],
)
def test_a_category_and_its_set_name_each_other(category: str, name: str) -> None:
    assert oai.set_of(category) == name
    assert oai.category_of(name) == category


def second_page(*told: ArxivPaper) -> Batch:
    """A page from a file, whose request was a token."""
    text = arxiv_documents.oai("cs.LG", DAY, told)
    return parse(text.replace(' metadataPrefix="arXivRaw" set="cs:cs:LG"', ""))


def test_a_page_that_does_not_name_its_set_is_of_the_category_all_records_share() -> None:
    batch = second_page(
        ArxivPaper(id="2602.00001", categories=("cs.LG", "cs.CV")),
        ArxivPaper(id="2602.00002", categories=("cs.CL", "cs.LG")),
    )

    assert [(one.category, one.type) for one in batch.announcements] == [
        ("cs.LG", AnnounceType.NEW),
        ("cs.LG", AnnounceType.CROSS),
    ]
    assert batch.channels == (Channel(name="cs.LG", parsed=2),)


def test_a_page_without_a_set_whose_records_share_several_categories_is_of_none() -> None:
    told = [ArxivPaper(id=f"2602.0000{n}", categories=("cs.CL", "cs.LG")) for n in (1, 2)]

    batch = second_page(*told)

    assert {one.category for one in batch.announcements} == {"cs.CL"}
    assert batch.channels == ()


def test_a_page_that_does_not_name_its_set_counts_for_each_papers_own_category() -> None:
    text = DATES_ONLY.replace("cs.CL cs.LG", "cs.LG cs.CL")

    batch = parse(text)

    assert [(one.category, one.type) for one in batch.announcements] == [
        ("cs.LG", AnnounceType.NEW)
    ]
    assert batch.channels == ()


COLON = (
    "<author><keyname>Lamp Collaboration</keyname></author><author><keyname>:</keyname></author>"
    "<author><keyname>Doe for the Lamp Collaboration</keyname><forenames>Bo</forenames></author>"
)


def test_authors_in_parts_are_cleaned_like_those_of_a_list() -> None:
    parts = DATES_ONLY.replace("<authors>", f"<authors>{COLON}")

    (paper,) = parse(parts).papers

    assert paper.authors == ("Lamp Collaboration", "Bo Doe", "Ada Moor Jr", "The Fen Group")


@pytest.mark.parametrize("identifier", ["1602.00001", "2601.00001", "math/0309136"])
@pytest.mark.parametrize("updated", ["", "<updated>2026-02-09</updated>"])
def test_an_id_of_an_earlier_month_is_a_revision_whatever_its_date_of_creation(
    identifier: str, updated: str
) -> None:
    text = DATES_ONLY.replace("<id>2602.00001</id>", f"<id>{identifier}</id>")
    batch = parse(text.replace("</created>", f"</created>{updated}"))

    (update,) = batch.updates
    assert (batch.papers, update.published_at) == ((), None)
    assert [one.type for one in batch.announcements] == [AnnounceType.REPLACE]
