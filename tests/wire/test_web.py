"""Asking Hugging Face for a day, and what its server can answer."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
import stamina
from builders import DAY, NOON
from wire.web_server import Answer, WebServer

from digest import __version__, sources
from digest.errors import SourceError
from digest.sources import Location, web

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = Answer(status=429, headers={"Retry-After": "1"})
BROKEN = Answer(status=503)
FINE = Answer(body='[{"paper": {"id": "2602.00001", "title": "Über alles"}}]'.encode())


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=web.ATTEMPTS):
        yield


def ask(server: WebServer) -> str:
    place = Location(name="Hugging Face", kind="huggingface", url=server.url)
    (raw,) = sources.read(place, DAY)
    return raw.text


def test_the_question_names_the_day_and_how_many() -> None:
    with WebServer(FINE) as server:
        ask(server)

        (question,) = server.questions
        assert question.path == "/api/daily_papers"
        assert question.query == {"date": ["2026-02-02"], "limit": ["100"], "p": ["0"]}


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [
        pytest.param([99], 1, id="less than a page"),
        pytest.param([100, 0], 2, id="a page to the last paper"),
        pytest.param([100, 100, 1], 3, id="two pages and a bit"),
        pytest.param([100], 10, id="a service that never ends"),
    ],
)
def test_a_full_page_is_followed_by_the_next_within_reason(sizes: list[int], pages: int) -> None:
    answers = [Answer(body=json.dumps([{}] * size).encode()) for size in sizes]
    with WebServer(*answers) as server:
        place = Location(name="Hugging Face", kind="huggingface", url=server.url)

        read = sources.read(place, DAY)

        assert len(read) == pages
        assert [question.query["p"] for question in server.questions] == [
            [str(page)] for page in range(pages)
        ]


def test_the_question_says_who_asks() -> None:
    with WebServer(FINE) as server:
        ask(server)

        assert server.questions[0].headers["User-Agent"] == f"papers-digest/{__version__}"


def test_the_answer_comes_through_letter_by_letter_and_parses() -> None:
    place = Location(name="Hugging Face", kind="huggingface", url="")

    with WebServer(FINE) as server:
        text = ask(server)

    batch = sources.parse(place, sources.Raw(where=server.url, text=text), day=DAY, now=NOON)
    assert [(paper.id, paper.title) for paper in batch.papers] == [("2602.00001", "Über alles")]


def test_an_answer_in_another_charset_is_read_as_declared() -> None:
    latin = Answer(
        body='["Über"]'.encode("latin-1"),
        headers={"Content-Type": "application/json; charset=iso-8859-1"},
    )

    with WebServer(latin) as server:
        assert json.loads(ask(server)) == ["Über"]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((BUSY, FINE), id="429 once"),
        pytest.param((BROKEN, FINE), id="503 once"),
        pytest.param((BUSY, BROKEN, FINE), id="429, then 503"),
        pytest.param((Answer(cut_off=True), FINE), id="cut off once"),
    ],
)
def test_a_busy_server_is_asked_again(answers: tuple[Answer, ...]) -> None:
    with WebServer(*answers) as server:
        assert ask(server) == FINE.body.decode()

        assert len(server.questions) == len(answers)


def test_a_server_that_stays_busy_is_asked_three_times_and_then_an_error() -> None:
    with WebServer(BROKEN) as server:
        with pytest.raises(SourceError, match="503 Service Unavailable 3 times; try again later"):
            ask(server)

        assert len(server.questions) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(
            Answer(status=400, body=b'{"error": "Invalid date"}'), "400 Bad Request", id="bad day"
        ),
        pytest.param(Answer(status=404), "404 Not Found", id="not found"),
        pytest.param(Answer(status=401), "401 Unauthorized", id="login wanted"),
        pytest.param(
            Answer(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
            "302 Found",
            id="redirect",
        ),
        pytest.param(Answer(body=b"\xff\xfe"), "not utf-8", id="no text"),
        pytest.param(
            Answer(body=b"\xff", headers={"Content-Type": "application/json; charset=utf-8"}),
            "not utf-8",
            id="other text than declared",
        ),
        pytest.param(
            Answer(headers={"Content-Type": "application/json; charset=klingon"}),
            "not klingon",
            id="unknown charset",
        ),
        pytest.param(
            Answer(headers={"Content-Encoding": "gzip"}, body=b"not gzip"),
            "could not be read",
            id="broken compression",
        ),
    ],
)
def test_an_answer_that_is_none_is_a_source_error_after_one_question(
    answer: Answer, words: str
) -> None:
    with WebServer(answer) as server:
        with pytest.raises(SourceError, match=words) as caught:
            ask(server)

        assert server.url in str(caught.value)
        assert len(server.questions) == 1


def test_an_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LIMIT", 1000)

    with (
        WebServer(Answer(body=b" " * 100_000)) as server,
        pytest.raises(SourceError, match="more than 1,000 bytes"),
    ):
        ask(server)


def test_an_answer_that_always_breaks_off_is_a_source_error() -> None:
    with WebServer(Answer(cut_off=True)) as server:
        with pytest.raises(SourceError, match="could not be read"):
            ask(server)

        assert len(server.questions) == web.ATTEMPTS


def test_a_closed_port_is_a_source_error() -> None:
    with socket.socket() as bound:  # and kept, so that nobody else can listen there
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        place = Location(name="Hugging Face", kind="huggingface", url=url)

        with pytest.raises(SourceError, match=r"could not be read: .*refused"):
            sources.read(place, DAY)


@pytest.mark.parametrize("url", ["http://", "http://[", "http://exa mple/", "ftp://127.0.0.1/"])
def test_an_address_that_is_none_is_a_source_error(url: str) -> None:
    place = Location(name="Hugging Face", kind="huggingface", url=url)

    with pytest.raises(SourceError, match="could not be read"):
        sources.read(place, DAY)


def test_asking_again_is_logged_and_leaves_standard_output_alone(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(BUSY, FINE) as server:
        ask(server)

    (record,) = caplog.records
    assert (record.getMessage(), record.__dict__["error"]) == (
        "source asked again",
        "429 Too Many Requests",
    )
    assert capsys.readouterr().out == ""
