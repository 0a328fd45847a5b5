"""Reading a day from Hugging Face: its API page by page, or else its web page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import grows_evenly
from support.http_server import Response
from support.offline_web import fetch_batch, fetch_request, responding, served_by
from support.services.huggingface import DAY, ELEMENTS, SERVICE, element, page

from digest.errors import SourceError
from digest.models.source import Batch
from digest.sources import RawDocument, huggingface

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.http_server import Request

SOURCE = SERVICE.source("https://huggingface.co")
LATER = date(2026, 3, 9)


def parse(text: str, *, day: date = DAY) -> Batch:
    return huggingface.parse(RawDocument(where="page", text=text), day=day, now=SERVICE.now)


def failing(
    tell: Callable[[Request], Response], *, where: str, response: Response
) -> Callable[[Request], Response]:
    """A service of which one part always gives the same answer."""
    return lambda request: response if request.path.startswith(where) else tell(request)


def test_a_day_is_asked_for_page_by_page() -> None:
    web = served_by(SERVICE.happy)

    batch = fetch_batch(SOURCE, web, day=DAY, now=SERVICE.now)

    assert [url.partition("?")[2] for url in web.addresses] == [
        "date=2026-03-06&limit=100&p=0",
        "date=2026-03-06&limit=100&p=1",
    ]
    assert (batch.declared, len(batch.papers), len(batch.updates), len(batch.rejected)) == (
        SERVICE.declared,
        101,
        1,
        SERVICE.rejected,
    )


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        pytest.param(None, "https://huggingface.co/api/daily_papers", id="the service"),
        pytest.param("http://mirror:81", "http://mirror:81/api/daily_papers", id="a host"),
        pytest.param("http://mirror/", "http://mirror/api/daily_papers", id="a host and a slash"),
        pytest.param("http://mirror/hf/daily", "http://mirror/hf/daily", id="a whole address"),
    ],
)
def test_a_mirror_is_named_by_its_host_or_by_the_whole_address(url: str | None, asked: str) -> None:
    web = served_by(SERVICE.happy)

    huggingface.read(replace(SOURCE, url=url), fetch_request(web, day=DAY))

    assert web.requests[0].url == asked


def test_a_list_without_end_is_an_error() -> None:
    full = [element(number) for number in range(100)]

    with pytest.raises(SourceError, match="does not end"):
        huggingface._answers(
            "https://huggingface.co", fetch_request(responding(*[full] * 10), day=DAY)
        )


def limited(papers: int, *, most: int, is_stuck: bool = False) -> Callable[[Request], Response]:
    """A service with so many papers on a day that gives at most so many a page; it has no pages."""

    def route(request: Request) -> Response:
        if request.path.startswith("/papers/"):
            return Response(status=503)
        first = 0 if is_stuck else int(request.query["p"][0]) * most
        found = [element(number) for number in range(first, min(first + most, papers))]
        return Response(body=json.dumps(found).encode())

    return route


@pytest.mark.parametrize("papers", [49, 50, 51, 75, 100, 130])
@pytest.mark.parametrize("most", [10, 20, 25, 50, 64, 100])
def test_a_service_may_give_fewer_papers_than_are_asked_for(papers: int, most: int) -> None:
    batch = fetch_batch(SOURCE, served_by(limited(papers, most=most)), day=DAY)

    if papers / most >= 10:
        assert batch.trouble is not None
    else:
        assert (len(batch.papers), batch.trouble) == (papers, None)


def test_a_page_that_repeats_itself_is_trouble_and_its_papers_are_kept() -> None:
    batch = fetch_batch(SOURCE, served_by(limited(120, most=50, is_stuck=True)), day=DAY)

    assert len(batch.papers) == 50
    assert batch.trouble is not None
    assert "page 2 repeats earlier ones, after 50 papers" in batch.trouble


def test_a_service_without_pages_that_gives_its_list_again_is_believed() -> None:
    batch = fetch_batch(SOURCE, served_by(limited(43, most=100, is_stuck=True)), day=DAY)

    assert (len(batch.papers), batch.trouble) == (43, None)


@pytest.mark.parametrize("web_page", ["Sign in", page([element(1)])])
@pytest.mark.parametrize(
    "second",
    [
        pytest.param(Response(status=500, body=b"Oops"), id="refused"),
        pytest.param(Response(body=b'{"error": "Internal error"}'), id="an error"),
        pytest.param(Response(body=b"[{"), id="cut off"),
    ],
)
def test_the_pages_before_an_error_are_kept(second: Response, web_page: str) -> None:
    first = json.dumps([element(number) for number in range(100)])

    batch = fetch_batch(SOURCE, responding(first, second, web_page), day=DAY)

    assert len(batch.papers) == 100
    assert batch.trouble is not None


def test_a_web_page_with_more_papers_than_the_pages_before_an_error_replaces_them() -> None:
    some, every = ([element(number) for number in range(size)] for size in (100, 130))

    batch = fetch_batch(SOURCE, responding(some, "Oops", page(every)), day=DAY)

    assert (len(batch.papers), batch.trouble) == (130, None)


def test_a_day_that_is_not_open_is_an_error_and_its_page_is_not_asked() -> None:
    web = served_by(SERVICE.error)

    with pytest.raises(SourceError, match="the list of 2026-03-06 is not open, or there is no"):
        fetch_batch(SOURCE, web, day=DAY)

    assert len(web.addresses) == 1


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response(status=403, body=b"Forbidden"), id="refused"),
        pytest.param(Response(body=b"<html>Sign in</html>"), id="a page"),
        pytest.param(Response(body=b'{"error": "Internal error"}'), id="an error"),
        pytest.param(Response(body=b'[{"paper": {"id": "26'), id="cut off"),
    ],
)
def test_when_the_api_fails_the_page_is_read_instead(response: Response) -> None:
    web = served_by(failing(SERVICE.happy, where="/api/", response=response))

    batch = fetch_batch(SOURCE, web, day=DAY, now=SERVICE.now)

    assert web.addresses[-1] == "https://huggingface.co/papers/date/2026-03-06"
    assert batch == replace(
        fetch_batch(SOURCE, served_by(SERVICE.happy), day=DAY, now=SERVICE.now),
        rejected=batch.rejected,
    )


def test_when_both_fail_both_are_named() -> None:
    web = served_by(lambda _: Response(status=403, body=b"Forbidden"))

    with pytest.raises(SourceError, match=r"api/daily_papers answered 403.*papers/date.*403"):
        fetch_batch(SOURCE, web, day=DAY)


def test_a_page_without_the_list_does_not_stand_in_for_the_api() -> None:
    web = responding("Bad Gateway", "<html><body>Sign in</body></html>")

    with pytest.raises(SourceError, match=r"not JSON.*papers/date/2026-03-06 hold a list"):
        fetch_batch(SOURCE, web, day=DAY)


def test_a_saved_page_is_read() -> None:
    batch = parse(page(ELEMENTS))

    assert (len(batch.papers), len(batch.updates), batch.declared) == (101, 1, 103)
    assert batch.papers[0].title == "Lamps in Fog, Part 0: Counting n of Them"


def test_an_empty_page_is_an_empty_day() -> None:
    assert parse(page([])) == Batch()


def test_papers_without_a_day_belong_to_that_of_their_page() -> None:
    batch = parse(page([element(1, submittedOnDailyAt=None)], DAY), day=LATER)

    assert [paper.day for paper in batch.papers] == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<html><body>Sign in</body></html>", id="none"),
        pytest.param('<div data-props="{}">', id="of something else"),
        pytest.param('<div data-props="{&quot;dailyPapers&quot;: 7}">', id="no list"),
        pytest.param('<div data-props="{&quot;dailyPapers&quot;: [', id="cut off"),
        pytest.param('<div data-props="dailyPapers">', id="not JSON"),
        pytest.param(f'<div data-props="dailyPapers&#{"9" * 5000};">', id="a number without end"),
        pytest.param(f'<div data-props="dailyPapers{"[" * 100_000}">', id="too deep"),
    ],
)
def test_a_page_without_the_list_is_not_an_empty_day(text: str) -> None:
    batch = parse(text)

    assert (batch.papers, batch.declared) == ((), 1)
    assert batch.rejected[0].reason == "a web page without the list of papers"


def test_the_list_is_found_behind_other_data_and_in_other_quotes() -> None:
    listed = '{"dailyPapers": [{"id": "2603.00001", "title": "Lamps"}]}'

    batch = parse(f"<p data-props=\"dailyPapers\"><div data-props='{listed}'>")

    assert [paper.id for paper in batch.papers] == ["2603.00001"]


@pytest.mark.parametrize(
    ("piece", "frame"),
    [
        pytest.param("<", "{}", id="brackets"),
        pytest.param("<p data-props='", "{}", id="attributes"),
        pytest.param("<p data-props=", "{}", id="attributes without quotes"),
        pytest.param('<p data-props="dailyPapers&">', "{}", id="almost lists"),
        pytest.param("&#38", '<p data-props="dailyPapers{}">', id="marks"),
    ],
)
def test_megabytes_of_nonsense_are_refused_in_a_time_that_grows_evenly(
    piece: str, frame: str
) -> None:
    def refused(size: int) -> None:
        assert parse(frame.format(piece * (size // len(piece)))).papers == ()

    assert grows_evenly(refused, 5_000_000)


@given(st.text(alphabet="<>\"' =&;datpros-quyP{}[]:0"))
def test_no_page_breaks_the_parser(text: str) -> None:
    assert parse(f"<{text}").papers == ()
