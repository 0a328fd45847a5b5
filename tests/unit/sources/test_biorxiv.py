"""Reading the lists of bioRxiv and medRxiv, with their odd versions, dates and counts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON
from support.offline_web import (
    OfflineClient,
    OfflineRequest,
    fetch_batch,
    responding,
    served_by,
)
from support.services.biorxiv import DAY, RECORDS, SERVICE, record, response

from digest.errors import SourceError
from digest.models.paper import Links, Paper
from digest.models.source import Batch, Forecast, Outlook
from digest.sources import RawDocument, Source, biorxiv

SOURCE = SERVICE.source("https://api.biorxiv.org")
DOI = "10.64898/2026.06.28.000001"
LATE = datetime(2026, 7, 10, tzinfo=UTC)


def parse(text: str) -> Batch:
    return biorxiv.parse(RawDocument(where="day.json", text=text), day=DAY, now=NOON)


def read(*records: Any) -> Batch:
    return biorxiv.join([parse(response(list(records)))])


def only(**details: Any) -> Paper:
    batch = read(record(1, **details))
    (paper,) = (*batch.papers, *batch.updates)
    assert batch.rejected == ()
    return paper


def test_the_doi_of_the_journal_is_an_alias() -> None:
    assert only(published="10.1000/ABC").aliases == ("10.1000/abc",)
    assert only(published="NA").aliases == ()


def test_a_complete_record_gives_all_that_is_known_of_the_paper() -> None:
    assert only() == Paper(
        id=DOI,
        title="Lamps light the fog of moor 1",
        abstract="Fog hides lamps. We light 1 of them, and see more.",
        authors=("A. Moor", "B. Fen", "C. D. Hyde"),
        categories=("neuroscience",),
        published_at=datetime(2026, 6, 30, tzinfo=UTC),
        version=1,
        day=DAY,
        links=Links(
            abs=f"https://www.biorxiv.org/content/{DOI}v1",
            pdf=f"https://www.biorxiv.org/content/{DOI}v1.full.pdf",
        ),
    )


def test_a_record_with_no_more_than_doi_and_title_is_a_paper() -> None:
    (paper,) = read({"doi": DOI.upper(), "title": "Lamps"}).papers

    assert (paper.id, paper.day, paper.published_at, paper.version) == (DOI, DAY, None, 1)
    assert paper.links == Links(abs=f"https://doi.org/{DOI}")


def test_a_paper_of_medrxiv_is_read_there() -> None:
    assert only(server="medRxiv").links.abs == f"https://www.medrxiv.org/content/{DOI}v1"


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        pytest.param("2026-6-30", DAY, id="no zeros"),
        pytest.param("2026-06-30", DAY, id="zeros"),
        pytest.param("2026-7-1", date(2026, 7, 1), id="another day"),
        pytest.param("2026-06-29T10:00:00", date(2026, 6, 29), id="time"),
        pytest.param("2026-13-30", DAY, id="no month"),
        pytest.param("2026-6-301", DAY, id="no day"),
        pytest.param("soon", DAY, id="words"),
        pytest.param(20260630, DAY, id="number"),
        pytest.param(None, DAY, id="null"),
    ],
)
def test_t9_a_date_is_read_with_and_without_zeros(sent: Any, day: date) -> None:
    assert only(date=sent).day == day


def test_t9_the_order_of_the_list_does_not_matter() -> None:
    records = [record(1, date="2026-10-1"), record(2, date="2026-9-30"), record(3)]

    assert {paper.id: paper.day for paper in read(*records).papers} == {
        paper.id: paper.day for paper in read(*reversed(records)).papers
    }


@pytest.mark.parametrize("versions", [("1", "2", "10"), ("10", "2", "1"), (2, 10, 1)])
def test_t9_several_versions_of_a_doi_are_one_paper_as_its_last_version_has_it(
    versions: tuple[Any, ...],
) -> None:
    batch = read(*(record(1, version=v, title=f"Lamps {v}") for v in versions))

    assert [(paper.title, paper.version) for paper in batch.papers] == [("Lamps 10", 10)]
    assert (batch.updates, batch.declared, batch.trouble) == ((), 1, None)


def test_t9_a_doi_in_another_case_is_the_same() -> None:
    assert len(read(record(1), record(1, doi=f" {DOI.upper()}", version="2")).papers) == 1


def test_a_paper_keeps_the_day_of_its_first_version() -> None:
    (paper,) = read(record(1, version="2", date="2026-7-3"), record(1)).papers

    assert (paper.day, paper.published_at) == (DAY, datetime(2026, 6, 30, tzinfo=UTC))


def test_a_later_version_alone_is_an_update() -> None:
    batch = read(record(1, version="2"))

    assert ([paper.version for paper in batch.updates], batch.papers) == ([2], ())
    assert batch.updates[0].published_at is None


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"title": "WITHDRAWN: Lamps light the fog"}, id="title"),
        pytest.param({"title": "[WITHDRAWN] Lamps light the fog"}, id="brackets"),
        pytest.param({"title": "Lamps light the fog", "type": "Withdrawn"}, id="type"),
    ],
)
def test_a_withdrawn_paper_is_an_update_that_keeps_title_and_abstract(
    details: dict[str, Any],
) -> None:
    batch = read(record(1, version="2", abstract="This was withdrawn.", **details), record(1))

    assert batch.papers == ()
    assert [(it.title, it.abstract, it.withdrawn_on) for it in batch.updates] == [
        ("Lamps light the fog", "", DAY)
    ]


def test_a_title_that_speaks_of_withdrawing_is_not_withdrawn() -> None:
    assert only(title="Withdrawn lamps in fog").withdrawn_on is None


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        pytest.param(None, "not a JSON object", id="null"),
        pytest.param([1], "not a JSON object", id="list"),
        pytest.param(record(1, doi="NA"), "no DOI", id="no DOI"),
        pytest.param(record(1, doi=7), "no DOI", id="a number"),
        pytest.param(record(1, title=None), "no title", id="no title"),
    ],
)
def test_a_record_that_is_no_paper_is_named_and_stops_no_other(odd: Any, reason: str) -> None:
    batch = read(odd, record(2))

    assert [(it.where, it.reason) for it in batch.rejected] == [("day.json[0]", reason)]
    assert (len(batch.papers), batch.declared) == (1, 2)


@pytest.mark.parametrize("authors", [None, 7, ["Moor, A."], "", ";"])
def test_authors_that_are_none_are_not_known(authors: Any) -> None:
    assert only(authors=authors).authors == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Bad Gateway", "not JSON", id="not JSON"),
        pytest.param("[]", "not a list of preprints", id="array"),
        pytest.param('{"messages": []}', "not a list of preprints", id="no message"),
        pytest.param('{"messages": [{"status": "ok"}]}', "without a collection", id="no list"),
        pytest.param('{"messages": [{"status": "broken"}]}', "answered: broken", id="error"),
        pytest.param('{"messages": [{}]}', "answered: nothing", id="no status"),
    ],
)
def test_an_answer_that_is_no_list_is_not_an_empty_day(text: str, reason: str) -> None:
    batch = parse(text)

    assert (batch.papers, batch.declared) == ((), 1)
    assert reason in batch.rejected[0].reason
    with pytest.raises(SourceError, match=reason):
        fetch_batch(SOURCE, responding(text), day=DAY)


def test_no_posts_are_an_empty_day() -> None:
    assert fetch_batch(SOURCE, served_by(SERVICE.empty), day=DAY) == Batch()


def test_a_day_is_asked_for_page_by_page() -> None:
    web = served_by(SERVICE.happy)

    batch = fetch_batch(SOURCE, web, day=DAY)

    assert web.addresses == [
        "https://api.biorxiv.org/details/biorxiv/2026-06-30/2026-06-30/0",
        "https://api.biorxiv.org/details/biorxiv/2026-06-30/2026-06-30/100",
    ]
    assert (batch.declared, len(batch.papers), len(batch.updates), len(batch.rejected)) == (
        SERVICE.declared,
        101,
        2,
        SERVICE.rejected,
    )


def test_medrxiv_is_asked_by_its_address() -> None:
    web = served_by(SERVICE.happy)
    source = Source(name="m", kind="biorxiv", url="https://api.biorxiv.org/details/medrxiv/")

    fetch_batch(source, web, day=DAY)

    assert web.addresses[0] == "https://api.biorxiv.org/details/medrxiv/2026-06-30/2026-06-30/0"


@pytest.mark.parametrize("category", ["Cell Biology", "cell_biology", "CELL BIOLOGY"])
def test_only_wanted_categories_are_read(category: str) -> None:
    source = Source(name="b", kind="biorxiv", categories=(category,))
    batch = fetch_batch(source, served_by(SERVICE.happy), day=DAY)

    wanted = [it for it in RECORDS if it["category"] == "cell biology"]
    assert {it for paper in batch.papers for it in paper.categories} == {"cell biology"}
    assert (batch.declared, len(batch.rejected), batch.trouble) == (len(wanted), 1, None)


@pytest.mark.parametrize("total", ["3", 3])
def test_fewer_records_than_the_total_are_trouble(total: Any) -> None:
    batch = fetch_batch(
        SOURCE, responding(response([record(1)], total=total), response([], cursor=1)), day=DAY
    )

    assert (batch.trouble, batch.declared) == ("it gave 1 of 3 records", 3)


def test_fewer_records_are_trouble_among_wanted_categories_too() -> None:
    source = Source(name="b", kind="biorxiv", categories=("neuroscience",))
    pages = response([record(1), record(2)], total=9), response([], cursor=2, total=9)

    assert fetch_batch(source, responding(*pages), day=DAY).trouble == "it gave 2 of 9 records"


def test_a_total_without_end_is_not_followed_without_end() -> None:
    pages = [response([record(number)], cursor=number, total=10**9) for number in range(60)]

    assert fetch_batch(SOURCE, responding(*pages), day=DAY).trouble == (
        "it gave 50 of 1,000,000,000 records; the records go on after 50 pages"
    )


# A total that is too small is seen through where the pages are full.
@pytest.mark.parametrize(
    ("total", "most"),
    [
        *((total, most) for total in (..., None, "", "many", 250, "250") for most in (30, 100)),
        ("100", 100),
    ],
)
def test_a_list_is_read_to_its_end_whatever_its_total(total: object, most: int) -> None:
    def respond(asked: OfflineRequest) -> str:
        first = int(asked.path.rpartition("/")[2])
        there = [record(number) for number in range(first, min(first + most, 250))]
        if first and not there:
            return json.dumps({"messages": [{"status": "no posts found"}], "collection": []})
        page = json.loads(response(there, cursor=first))
        page["messages"][0] |= {"total": total}
        if total is ...:
            del page["messages"][0]["total"]
        return json.dumps(page)

    batch = fetch_batch(SOURCE, OfflineClient(respond), day=DAY)

    assert (len(batch.papers), batch.trouble) == (250, None)


def test_a_total_of_the_page_is_not_taken_for_that_of_the_list() -> None:
    def respond(asked: OfflineRequest) -> str:
        first = int(asked.path.rpartition("/")[2])
        there = [record(number) for number in range(first, min(first + 30, 250))]
        return response(there, cursor=first, total=len(there))

    batch = fetch_batch(SOURCE, OfflineClient(respond), day=DAY)

    assert (len(batch.papers), batch.trouble) == (250, None)


def test_a_page_that_repeats_itself_is_trouble() -> None:
    page = response([record(number) for number in range(100)], cursor=0, total="250")

    batch = fetch_batch(SOURCE, responding(page), day=DAY)

    assert len(batch.papers) == 100
    assert batch.trouble == (
        "it gave 100 of 250 records; page 2 repeats earlier ones, after 100 records"
    )


def test_pages_that_were_read_are_kept_when_a_later_one_fails() -> None:
    page = response([record(number) for number in range(100)], cursor=0, total="250")

    batch = fetch_batch(SOURCE, responding(page, "Bad Gateway"), day=DAY)

    assert len(batch.papers) == 100
    assert batch.trouble is not None
    assert batch.trouble.startswith("it gave 100 of 250 records; https://")


def test_lists_of_several_days_add_up() -> None:
    days = parse(response([record(1)])), parse(response([record(2, date="2026-7-1")]))

    assert (biorxiv.join(days).trouble, biorxiv.join(days).declared) == (None, 2)


def test_a_day_that_has_not_begun_in_america_is_early() -> None:
    morning = datetime(2026, 7, 3, 11, 59, tzinfo=UTC)

    assert biorxiv.forecast(date(2026, 7, 3), morning).outlook is Outlook.EARLY


@pytest.mark.parametrize(
    ("day", "outlook"),
    [
        (date(2026, 7, 3), Outlook.DUE),
        (date(2026, 7, 4), Outlook.LITTLE),
        (date(2026, 7, 5), Outlook.LITTLE),
        (date(2026, 7, 6), Outlook.DUE),
    ],
    ids=str,
)
def test_nothing_is_expected_of_weekends(day: date, outlook: Outlook) -> None:
    forecast = biorxiv.forecast(day, LATE)

    assert forecast.outlook is outlook
    assert (forecast == Forecast()) == (outlook is Outlook.DUE)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
ODD = st.dictionaries(st.sampled_from([*RECORDS[0]]), VALUES).map(lambda odd: record(1) | odd)
ANSWERS = st.fixed_dictionaries(
    {"messages": st.just([{"status": "ok"}]) | VALUES, "collection": st.lists(ODD | VALUES)}
)


@given(ANSWERS | VALUES)
def test_no_json_breaks_the_parser_and_every_record_is_accounted_for(said: Any) -> None:
    page = parse(json.dumps(said))
    read_limited = biorxiv.join([page])

    papers = (*page.papers, *page.updates)
    assert page.declared == len(papers) + len(page.rejected)
    assert all(paper.id.startswith("10.") and paper.title for paper in papers)
    assert len({paper.id for paper in papers}) == len((*read_limited.papers, *read_limited.updates))
