"""Reading a day from arXiv: which addresses are used, and what happens when some fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from support import arxiv_documents
from support.http_server import Request, Response
from support.offline_web import OfflineClient, OfflineRequest, served_by, service_request
from support.services import arxiv as service
from support.services.arxiv import SERVICE

from digest.errors import ConfigError, SourceError
from digest.models.source import Batch, Channel
from digest.sources import RawDocument, Source
from digest.sources.arxiv import announcements
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SOURCE = SERVICE.source("http://mirror/")
DOWN = Response(status=503)


def read(web: OfflineClient, source: Source = SOURCE, **details: Any) -> list[RawDocument]:
    return list(announcements.read(source, service_request(SERVICE, web, **details)))


def fetch(web: OfflineClient, source: Source = SOURCE, **details: Any) -> Batch:
    """Everything the service gives for a day."""
    day = details.get("day", SERVICE.day)
    documents = read(web, source, **details)
    return announcements.KIND.join(
        [announcements.parse(document, day=day, now=SERVICE.now) for document in documents]
    )


def without(*paths: str, response: Response = DOWN) -> Callable[[Request], Response]:
    """The good day, on which some paths answer something else."""
    return lambda request: response if request.path in paths else SERVICE.happy(request)


def test_a_good_day_gives_what_is_there() -> None:
    batch = fetch(served_by(SERVICE.happy))

    assert [one.id for one in batch.papers] == [
        *("2602.00001", "2602.00002", "2602.00006", "2602.00007")
    ]
    assert [one.id for one in batch.updates] == ["2601.00003", "2601.00004", "hep-th/9901001"]
    assert [one.id for one in batch.updates if one.withdrawn_on] == ["2601.00004"]
    found = (batch.declared, len(batch.papers) + len(batch.updates), len(batch.rejected))
    assert found == (SERVICE.declared, SERVICE.parsed, SERVICE.rejected)


def test_feed_and_listing_of_each_category_are_asked_for_by_themselves() -> None:
    web = served_by(SERVICE.happy)
    told: list[int] = []

    documents = read(web, expect=told.append)

    assert [(one.path, one.query) for one in web.requests] == [
        ("/rss/cs.CL", {}),
        ("/list/cs.CL/new", {"skip": ["0"], "show": ["2000"]}),
        ("/rss/cs.LG", {}),
        ("/list/cs.LG/new", {"skip": ["0"], "show": ["2000"]}),
    ]
    assert [document.channel for document in documents] == ["cs.CL", "cs.CL", "cs.LG", "cs.LG"]
    assert (web.rate_limit_keys, told) == ({"arxiv.org"}, [4])


def test_without_a_mirror_arxivs_own_hosts_are_asked() -> None:
    own = Source(name="arXiv", kind="arxiv", categories=("cs.CL",))

    documents = [
        *read(served_by(SERVICE.happy), own),
        *read(served_by(SERVICE.happy), own, day=date(2026, 2, 9)),
    ]

    assert [document.where.partition("?")[0] for document in documents] == [
        "https://rss.arxiv.org/rss/cs.CL",
        "https://arxiv.org/list/cs.CL/new",
        "https://oaipmh.arxiv.org/oai",
    ]


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        pytest.param("/rss/cs.CL", set(), id="the feed"),
        pytest.param("/list/cs.CL/new", {"2602.00006"}, id="the listing"),
    ],
)
@pytest.mark.parametrize(
    "response",
    [
        pytest.param(DOWN, id="is down"),
        pytest.param(Response(status=404, body=b""), id="is not found"),
        pytest.param(Response(body=b"<html>Sorry</html>"), id="is another page"),
        pytest.param(Response(body=b'<?xml version="1.0"?><rss><chan'), id="is cut off"),
    ],
)
def test_feed_and_listing_stand_in_for_each_other(
    path: str, missing: set[str], response: Response
) -> None:
    batch = fetch(served_by(without(path, response=response)))

    read_limited = {one.id for one in fetch(served_by(SERVICE.happy)).papers}
    assert {one.id for one in batch.papers} == read_limited - missing
    assert batch.trouble is None


def test_a_category_of_which_nothing_can_be_read_is_named() -> None:
    batch = fetch(served_by(without("/rss/cs.LG", "/list/cs.LG/new")))

    assert [one.id for one in batch.papers] == ["2602.00001", "2602.00006"]
    assert batch.trouble == "cs.LG could not be read: http://mirror/rss/cs.LG answered 503"
    assert batch.channels[1] == Channel(name="cs.LG", parsed=0, declared=None, is_read=False)


def test_nothing_read_at_all_is_a_source_error() -> None:
    with pytest.raises(SourceError, match=r"cs\.CL could not be read.*; cs\.LG could not be read"):
        read(served_by(lambda _question: DOWN))


THREE = replace(SOURCE, categories=("cs.CL", "cs.LG", "cs.CV"))
CLOSED = "arxiv.org asked to be left alone until 18:16 UTC (429 Too Many Requests)"


@pytest.mark.parametrize("day", [service.DAY, date(2026, 2, 9)])
def test_that_arxiv_wants_to_be_left_alone_is_said_once_for_all_categories(day: date) -> None:
    web = OfflineClient(lambda _question: SourceError(CLOSED))

    with pytest.raises(SourceError) as caught:
        read(web, THREE, day=day)

    assert str(caught.value) == f"cs.CL, cs.LG, cs.CV could not be read: {CLOSED}"


def test_categories_that_fail_alike_are_named_together() -> None:
    def response(request: OfflineRequest) -> Response | Exception:
        is_first = request.path.endswith(("/cs.CL", "/cs.CL/new"))
        return SERVICE.happy(request.on_the_wire) if is_first else SourceError(CLOSED)

    batch = fetch(OfflineClient(response), THREE)

    assert batch.trouble == f"cs.LG, cs.CV could not be read: {CLOSED}"
    assert [(one.name, one.is_read) for one in batch.channels] == [
        *(("cs.CL", True), ("cs.LG", False), ("cs.CV", False))
    ]


def test_t2_a_category_that_arxiv_does_not_have_is_an_error_in_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"arXiv has no category 'cs\.CL'"):
        read(served_by(SERVICE.error))


@pytest.mark.parametrize("category", ["", "cs.CL+cs.LG", "cs.CL/../..", "cs.CL?x", "Computing"])
def test_a_category_that_cannot_be_one_is_not_asked_for(category: str) -> None:
    web = served_by(SERVICE.happy)

    with pytest.raises(ConfigError, match="arXiv has no category"):
        read(web, Source(name="arXiv", kind="arxiv", categories=(category,)))
    assert web.requests == []


def test_a_source_without_categories_says_that_it_needs_some() -> None:
    with pytest.raises(ConfigError, match='source arXiv: kind "arxiv" needs categories'):
        read(served_by(SERVICE.happy), Source(name="arXiv", kind="arxiv"))


def test_t8_an_empty_day_is_empty_although_the_listing_of_the_day_before_stands() -> None:
    batch = fetch(served_by(SERVICE.empty))

    assert (batch.papers, batch.updates, batch.trouble, batch.declared) == ((), (), None, 0)


@pytest.mark.parametrize(
    ("now", "path"),
    [
        # 04:59 UTC is the evening of the day before in the US East.
        pytest.param(datetime(2026, 2, 11, 4, 59, tzinfo=UTC), "/rss/cs.CL", id="still today"),
        pytest.param(datetime(2026, 2, 11, 5, 0, tzinfo=UTC), "/oai", id="yesterday"),
        pytest.param(datetime(2026, 2, 9, 12, tzinfo=UTC), "/rss/cs.CL", id="tomorrow"),
    ],
)
def test_a_day_is_past_when_it_is_over_in_the_us_east(now: datetime, path: str) -> None:
    web = served_by(SERVICE.happy)

    read(web, now=now)

    assert web.requests[0].path == path


def test_a_text_is_parsed_once_although_it_is_checked_as_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parser = Mock(wraps=parse_xml)
    monkeypatch.setattr(announcements, "parse_xml", parser)
    # A day of its own, for what other tests read last may still be known.
    day, now = date(2026, 2, 11), datetime(2026, 2, 11, 12, tzinfo=UTC)

    for document in announcements.read(
        SOURCE, service_request(SERVICE, served_by(SERVICE.happy), day=day, now=now)
    ):
        announcements.parse(document, day=day, now=now)

    assert [where for (_text, where), _named in parser.call_args_list] == [
        "http://mirror/rss/cs.CL",
        "http://mirror/rss/cs.LG",
    ]


PAST: dict[str, Any] = {"now": datetime(2026, 2, 13, 12, tzinfo=UTC)}


def test_a_past_day_is_asked_for_by_set_and_date_of_change() -> None:
    web = served_by(SERVICE.happy)

    batch = fetch(web, **PAST)

    assert [one.query["set"] for one in web.requests] == [["cs:cs:CL"], ["cs:cs:LG"]]
    assert web.requests[0].query | {"set": []} == {
        "verb": ["ListRecords"],
        "metadataPrefix": ["arXivRaw"],
        "set": [],
        "from": ["2026-02-09"],
    }
    assert [one.id for one in batch.papers] == [
        *("2602.00001", "2602.00006", "2602.00002", "2602.00007")
    ]
    assert [one.id for one in batch.updates] == ["2601.00003", "2601.00004", "hep-th/9901001"]


def paged(pages: int) -> Callable[[Request], Response]:
    """OAI-PMH with so many pages for each set, one paper on each."""

    def route(request: Request) -> Response:
        page = int(request.query.get("resumptionToken", ["0"])[0])
        told = arxiv_documents.ArxivPaper(id=f"2602.{page:05}", categories=("cs.CL", "cs.LG"))
        token = str(page + 1) if page + 1 < pages else ""
        text = arxiv_documents.oai("cs.CL", service.DAY, [told], token=token)
        return Response(body=text.encode())

    return route


def test_t11_the_pages_of_a_past_day_are_followed_to_the_last() -> None:
    web = served_by(paged(3))

    batch = fetch(web, **PAST)

    assert [one.query.get("resumptionToken") for one in web.requests] == [
        *(None, ["1"], ["2"], None, ["1"], ["2"])
    ]
    assert batch.channels == (Channel(name="cs.CL", parsed=3), Channel(name="cs.LG", parsed=3))


def test_t11_pages_without_end_are_cut_and_named() -> None:
    batch = fetch(served_by(paged(1000)), **PAST)

    assert batch.channels[0] == Channel(name="cs.CL", parsed=40)
    assert batch.trouble == (
        "cs.CL, cs.LG could not be read to the end: the records go on after 40 pages"
    )


@pytest.mark.parametrize(
    ("size", "trouble"),
    [
        pytest.param(3, None, id="right"),
        pytest.param(2, None, id="too small"),
        pytest.param(7, "it gave 3 of 7 records", id="an empty token, and records are missing"),
    ],
)
def test_the_size_of_the_whole_list_tells_what_is_missing(size: int, trouble: str | None) -> None:
    route = paged(3)

    def sized(request: Request) -> Response:
        body = route(request).body.decode()
        told = f'<resumptionToken completeListSize="{size}" cursor="0"'
        body = body.replace("<resumptionToken", told)
        if "<resumptionToken" not in body:
            body = body.replace("</ListRecords>", f"{told}/></ListRecords>")
        return Response(body=body.encode())

    batch = fetch(served_by(sized), **PAST)

    assert len(batch.papers) == 3
    said = trouble and f"cs.CL, cs.LG could not be read to the end: {trouble}"
    assert batch.trouble == said


def test_a_page_that_repeats_itself_ends_the_list_and_is_named() -> None:
    told = arxiv_documents.ArxivPaper(categories=("cs.CL", "cs.LG"))
    text = arxiv_documents.oai("cs.CL", service.DAY, [told], token="again")

    web = served_by(lambda _question: Response(body=text.encode()))
    batch = fetch(web, **PAST)

    assert len(web.requests) == 4
    assert [one.id for one in batch.papers] == [told.id]
    assert batch.trouble == (
        "cs.CL, cs.LG could not be read to the end: page 2 repeats earlier ones, after 1 records"
    )


def test_pages_that_were_read_are_kept_when_a_later_one_fails() -> None:
    route = paged(3)
    web = served_by(
        lambda request: DOWN if "2" in request.query.get("resumptionToken", []) else route(request)
    )

    batch = fetch(web, **PAST)

    assert batch.channels[0] == Channel(name="cs.CL", parsed=2)
    assert batch.trouble == (
        "cs.CL, cs.LG could not be read to the end: http://mirror/oai answered 503"
    )


def test_t11_a_past_day_without_records_is_empty() -> None:
    batch = fetch(served_by(SERVICE.empty), **PAST)

    assert (batch.papers, batch.updates, batch.trouble) == ((), (), None)
