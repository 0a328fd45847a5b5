"""Looking up the day's papers by arXiv's query API."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from support import arxiv_documents
from support.arxiv_documents import ArxivPaper
from support.builders import paper
from support.http_server import Request, Response
from support.offline_web import served_by, service_request
from support.services.arxiv_api import SERVICE

from digest.errors import SourceError
from digest.models.paper import Links, Paper
from digest.models.source import Batch
from digest.sources import RawDocument
from digest.sources.arxiv import announcements, api
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.sources import Parse


DAY = SERVICE.day
V1 = datetime(2026, 2, 2, 17, 59, 46, tzinfo=UTC)
SOURCE = SERVICE.source("http://mirror")


def parse(text: str) -> Batch:
    return api.parse(RawDocument(where="query.xml", text=text), day=DAY, now=SERVICE.now)


def only(told: ArxivPaper) -> Paper:
    batch = parse(arxiv_documents.api(DAY, [told]))
    (found,) = batch.updates
    assert (batch.papers, batch.rejected) == ((), ())
    return found


def response(text: str) -> Response:
    return Response(body=text.encode())


def test_an_entry_is_an_update_with_all_that_is_known() -> None:
    told = ArxivPaper(
        version=2,
        categories=("cs.LG", "cs.CL"),
        comment="Accepted at the Fen Conference",
        journal_ref="Fen Letters 3",
        submitted=V1,
    )

    assert only(told) == Paper(
        id="2602.00001",
        title="Lamps in Fog",
        abstract="We count lamps in fog.",
        authors=("Ada Moor", "Bo Fen"),
        categories=("cs.LG", "cs.CL"),
        published_at=V1,
        version=2,
        restored_on=date(2026, 2, 3),
        comment="Accepted at the Fen Conference",
        venue="Fen Letters 3",
        day=DAY,
        links=Links(abs="https://arxiv.org/abs/2602.00001", pdf="https://arxiv.org/pdf/2602.00001"),
    )


def test_neither_order_nor_namespace_nor_other_classes_matter() -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom"><entry>
    <author><name>Ada Moor</name><arxiv:affiliation xmlns:arxiv="x">Fen</arxiv:affiliation></author>
    <category term="68T50"/><category term="I.2.7"/><category term="cs.CL"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG" scheme="s"/>
    <summary>We count
    lamps.</summary><title>Lamps
      in   Fog</title><id>https://export.arxiv.org/abs/hep-th/9901001v3</id></entry></feed>"""

    (found,) = parse(text).updates

    assert (found.id, found.version) == ("hep-th/9901001", 3)
    assert (found.title, found.abstract) == ("Lamps in Fog", "We count lamps.")
    assert found.authors == ("Ada Moor",)
    assert found.categories == ("cs.LG", "cs.CL")
    assert found.published_at is None


def test_t12_a_withdrawn_paper_says_so_and_when() -> None:
    told = ArxivPaper(
        version=2,
        comment="This paper has been withdrawn by the authors",
        submitted=V1,
        revised=datetime(2026, 2, 5, 15, tzinfo=UTC),
    )

    assert only(told).withdrawn_on == date(2026, 2, 6)


@pytest.mark.parametrize("read", [api.parse, announcements.parse], ids=["arxiv-api", "arxiv"])
def test_t1_an_error_feed_is_raised_and_no_paper_titled_error(read: Parse) -> None:
    document = RawDocument(where="query.xml", text=arxiv_documents.api_error())

    with pytest.raises(SourceError, match=r"arXiv answered: incorrect id format for 1234.12345"):
        read(document, day=DAY, now=SERVICE.now)


def test_an_answer_without_entries_although_there_are_papers_is_trouble() -> None:
    batch = parse(arxiv_documents.api(DAY, [], total=7))

    assert batch.trouble == "arXiv's API gave none of 7 papers"


def test_ids_that_arxiv_does_not_know_yet_are_simply_missing() -> None:
    batch = parse(arxiv_documents.api(DAY, []))

    assert (batch.updates, batch.rejected, batch.trouble) == ((), (), None)


@pytest.mark.parametrize("text", ["", "[]", "<rss/>", "<html><body>Busy</body></html>"])
def test_what_is_no_atom_is_a_source_error(text: str) -> None:
    with pytest.raises(SourceError, match=r"query\.xml"):
        parse(text)


def test_a_saved_answer_read_as_a_source_tells_new_papers_by_their_submission() -> None:
    new = ArxivPaper(submitted=datetime(2026, 2, 9, 17, tzinfo=UTC))
    text = arxiv_documents.api(DAY, [new, ArxivPaper(id="2602.00002", submitted=V1)])

    batch = announcements.parse(RawDocument(where="query.xml", text=text), day=DAY, now=SERVICE.now)

    assert [one.id for one in batch.papers] == ["2602.00001"]
    assert [one.id for one in batch.updates] == ["2602.00002"]


def test_only_arxiv_ids_are_asked_for_with_their_number() -> None:
    web = served_by(SERVICE.happy)

    list(api.read(SOURCE, service_request(SERVICE, web)))

    (request,) = web.requests
    assert request.path == "/api/query"
    assert request.query == {
        "id_list": ["2602.00001,2602.00003,2602.00004,hep-th/9901001"],
        "start": ["0"],
        "max_results": ["4"],
    }
    assert request.headers == {"Accept": "application/atom+xml"}
    assert web.rate_limit_keys == {"arxiv.org"}


def test_many_papers_are_asked_for_a_hundred_at_a_time() -> None:
    known = [paper(f"2602.{number:05}") for number in range(250)]
    web = served_by(SERVICE.empty)
    told: list[int] = []

    documents = list(
        api.read(SOURCE, service_request(SERVICE, web, papers=lambda: known, expect=told.append))
    )

    assert [request.query["max_results"] for request in web.requests] == [
        ["100"],
        ["100"],
        ["50"],
    ]
    assert (len(documents), told) == (3, [3])


def test_an_answer_is_parsed_once_although_it_is_checked_as_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parser = Mock(wraps=parse_xml)
    monkeypatch.setattr(api, "parse_xml", parser)
    # A day of its own, for what other tests read last may still be known.
    day = date(2026, 2, 11)

    for document in api.read(SOURCE, service_request(SERVICE, served_by(SERVICE.happy), day=day)):
        api.parse(document, day=day, now=SERVICE.now)

    assert parser.call_count == 1


def test_without_papers_nothing_is_asked() -> None:
    web = served_by(SERVICE.happy)

    assert list(api.read(SOURCE, service_request(SERVICE, web, papers=tuple))) == []
    assert web.requests == []


@pytest.mark.parametrize(
    ("second", "trouble"),
    [
        pytest.param(arxiv_documents.api(DAY, [ArxivPaper()]), None, id="better"),
        pytest.param(
            arxiv_documents.api(DAY, [], total=4),
            "arXiv's API gave none of 4 papers",
            id="no better",
        ),
    ],
)
def test_a_sporadic_empty_page_is_asked_for_once_more(second: str, trouble: str | None) -> None:
    responses = [response(arxiv_documents.api(DAY, [], total=4)), response(second)]
    web = served_by(lambda _question: responses.pop(0))

    (document,) = api.read(SOURCE, service_request(SERVICE, web))

    assert api.parse(document, day=DAY, now=SERVICE.now).trouble == trouble
    assert len(web.requests) == 2


@pytest.mark.parametrize("limit", [1, 30, 99])
def test_a_page_that_is_cut_is_read_on(limit: int) -> None:
    known = [paper(f"2602.{number:05}") for number in range(120)]

    def route(request: Request) -> Response:
        ids = request.query["id_list"][0].split(",")
        start = int(request.query["start"][0])
        told = [ArxivPaper(id=one) for one in ids[start : start + limit]]
        return response(arxiv_documents.api(DAY, told, total=len(ids)))

    batches = read_all(route, known)

    assert sum(len(one.updates) for one in batches) == 120
    assert not any(one.trouble for one in batches)


def test_a_page_that_repeats_itself_is_trouble() -> None:
    known = [paper(f"2602.{number:05}") for number in range(20)]
    told = [ArxivPaper(id=f"2602.{number:05}") for number in range(10)]
    text = arxiv_documents.api(DAY, told, total=20)

    batches = read_all(lambda _request: response(text), known)

    assert sum(len(one.updates) for one in batches) == 10
    assert [one.trouble for one in batches if one.trouble] == [
        "arXiv's API: page 2 repeats earlier ones, after 10 papers"
    ]


def test_papers_beyond_the_most_of_a_day_are_named() -> None:
    known = [paper(f"2602.{number + 1:05}") for number in range(5001)]
    text = response(arxiv_documents.api(DAY, []))

    batches = read_all(lambda _request: text, known)

    assert batches[-1].trouble == "only 5,000 of 5,001 papers were looked up"


def read_all(route: Callable[[Request], Response], known: list[Paper]) -> list[Batch]:
    request = service_request(SERVICE, served_by(route), papers=lambda: known)
    return [api.parse(document, day=DAY, now=SERVICE.now) for document in api.read(SOURCE, request)]


def test_nothing_read_at_all_is_a_source_error() -> None:
    web = served_by(lambda _question: Response(status=503))

    with pytest.raises(SourceError, match="503"):
        list(api.read(SOURCE, service_request(SERVICE, web)))


def test_when_the_service_gives_up_what_was_read_is_kept_and_the_rest_named() -> None:
    known = [paper(f"2602.{number:05}") for number in range(250)]

    def route(request: Request) -> Response:
        is_first = request.query["id_list"][0].startswith("2602.00000,")
        return SERVICE.happy(request) if is_first else Response(status=503)

    web = served_by(route)
    documents = list(api.read(SOURCE, service_request(SERVICE, web, papers=lambda: known)))
    batches = [api.parse(document, day=DAY, now=SERVICE.now) for document in documents]

    found = api.KIND.join(batches)
    assert [one.id for one in found.updates] == ["2602.00001"]
    assert found.trouble is not None
    assert found.trouble.startswith("only 100 of 250 papers could be looked up: ")
    assert len(web.requests) == 2
