"""Asking a service for something: what is sent, and what comes back."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from support.http_server import Answer, WebServer
from support.source_client import LOOPBACK, Watch, client

from digest import __version__
from digest.errors import RefusedError, SourceError
from digest.sources.http import client as web
from digest.sources.http.exchange import agent

if TYPE_CHECKING:
    from pathlib import Path

    from support.source_client import Asking

FINE = Answer(body='["Über alles"]'.encode())
BUSY = Answer(status=429)
BROKEN = Answer(status=503)


def test_a_question_names_who_asks_and_what_is_wanted(asking: Asking) -> None:
    with WebServer(FINE) as server:
        asking().get(f"{server.base}/rss", {"day": "2"}, accept="application/xml")

    (question,) = server.questions
    assert (question.method, question.path, question.query) == ("GET", "/rss", {"day": ["2"]})
    assert question.headers["User-Agent"] == "papers-digest/0 (mailto:ops@example.net)"
    assert question.headers["Accept"] == "application/xml"


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ("", ""),
        ("ops@example.net", " (mailto:ops@example.net)"),
        ("mailto:ops@example.net", " (mailto:ops@example.net)"),
        ("https://example.net/bot", " (+https://example.net/bot)"),
        ("the operators", " (the operators)"),
        ("a) (ü", " (a%29 %28%C3%BC)"),
    ],
)
def test_the_name_says_whom_to_write_to(contact: str, name: str) -> None:
    assert agent(contact) == f"papers-digest/{__version__}{name}"


def test_the_query_of_the_address_stays(asking: Asking) -> None:
    with WebServer(FINE) as server:
        asking().get(f"{server.base}/x?set=cs", {"from": "2026-02-02"})

    assert server.questions[0].query == {"set": ["cs"], "from": ["2026-02-02"]}


def test_json_is_posted_with_the_headers_of_the_source(asking: Asking) -> None:
    with WebServer(FINE) as server:
        text = asking().post(
            server.url, {"fields": "title"}, json={"ids": ["ü"]}, headers={"x-api-key": "k"}
        )

    (question,) = server.questions
    assert text == '["Über alles"]'
    assert (question.method, question.query) == ("POST", {"fields": ["title"]})
    assert json.loads(question.body) == {"ids": ["ü"]}
    assert question.headers["Content-Type"] == "application/json"
    assert question.headers["x-api-key"] == "k"
    assert question.headers["Accept"] == "application/json"


def test_one_connection_serves_all_sources(tmp_path: Path) -> None:
    with WebServer(FINE) as server, client(tmp_path) as shared:
        shared.restricted_to(LOOPBACK).get(server.url)
        shared.restricted_to(LOOPBACK | {"example.net"}).get(server.url)

    assert len({question.port for question in server.questions}) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param('"Über"'.encode(), "application/json", id="json without a charset"),
        pytest.param('"Über"'.encode("latin-1"), "text/xml; charset=iso-8859-1", id="declared"),
        pytest.param('"Über"'.encode("utf-8-sig"), "application/json", id="a mark before utf-8"),
        pytest.param('"Über"'.encode("utf-16"), "text/xml", id="a mark before utf-16"),
    ],
)
def test_an_answer_is_text(asking: Asking, body: bytes, kind: str) -> None:
    with WebServer(Answer(body=body, headers={"Content-Type": kind})) as server:
        assert asking().get(server.url) == '"Über"'


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((BUSY, FINE), id="429 once"),
        pytest.param((BROKEN, FINE), id="503 once"),
        pytest.param((Answer(status=406), FINE), id="406 once"),
        pytest.param((Answer(status=403), FINE), id="403 once"),
        pytest.param((BUSY, BROKEN, FINE), id="429, then 503"),
        pytest.param((Answer(cut_off=True), FINE), id="cut off once"),
    ],
)
def test_t3_a_busy_service_is_asked_again(asking: Asking, answers: tuple[Answer, ...]) -> None:
    with WebServer(*answers) as server:
        assert asking().get(server.url) == FINE.body.decode()

    assert len(server.questions) == len(answers)


def test_what_is_posted_is_posted_again(asking: Asking) -> None:
    with WebServer(BUSY, FINE) as server:
        asking().post(server.url, json=["x"])

    assert [question.body for question in server.questions] == [b'["x"]', b'["x"]']


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_not_asked_again_and_keeps_its_words(asking: Asking, status: int) -> None:
    with WebServer(Answer(status=status, body=b"<feed>\x1b no\nsuch set</feed>")) as server:
        with pytest.raises(RefusedError, match=f"{status}.*: <feed> no such set</feed>") as caught:
            asking().get(server.url)

        assert server.url in str(caught.value)

    assert len(server.questions) == 1
    assert caught.value.status == status
    assert caught.value.body == "<feed>\x1b no\nsuch set</feed>"


def test_a_long_refusal_is_cut(asking: Asking) -> None:
    with (
        WebServer(Answer(status=400, body=b"x" * 300_000)) as server,
        pytest.raises(RefusedError) as caught,
    ):
        asking().get(server.url)

    assert len(caught.value.body) == web.REFUSAL_LIMIT
    assert len(str(caught.value)) < 500


def test_a_refusal_that_is_cut_off_is_still_one(asking: Asking) -> None:
    with (
        WebServer(Answer(status=404, body=b"no such", cut_off=True)) as server,
        pytest.raises(RefusedError, match="404 Not Found: no such"),
    ):
        asking().get(server.url)


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_with_a_key_is_pointed_to_it(asking: Asking, status: int) -> None:
    with (
        WebServer(Answer(status=status)) as server,
        pytest.raises(RefusedError, match="check the key of this source"),
    ):
        asking().get(server.url, headers={"Authorization": "Bearer secret"})


def test_who_is_refused_without_a_key_is_not(asking: Asking) -> None:
    with WebServer(Answer(status=401)) as server, pytest.raises(RefusedError) as caught:
        asking().get(server.url, headers={"X-Version": "2"})

    assert "key" not in str(caught.value)


@pytest.mark.parametrize("key", ["ключ", "a\r\nX-More: b", "a\x00"])
def test_a_key_that_cannot_be_sent_is_not_shown(asking: Asking, key: str) -> None:
    with pytest.raises(SourceError, match="the header x-api-key is not plain ASCII") as caught:
        asking().get("http://127.0.0.1/", headers={"x-api-key": key})

    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(Answer(body=b"\xff\xfe\xff"), "not utf-16", id="half a character"),
        pytest.param(Answer(body=b"\xff"), "not utf-8", id="no text"),
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
            Answer(headers={"Content-Type": "application/json; charset=punycode"}),
            "punycode, which is no charset",
            id="a codec that takes minutes",
        ),
        pytest.param(
            Answer(headers={"Content-Encoding": "gzip"}, body=b"not gzip"),
            "broken gzip",
            id="broken compression",
        ),
        pytest.param(
            Answer(headers={"Content-Encoding": "br"}), "packed as 'br'", id="other compression"
        ),
    ],
)
def test_an_answer_that_is_none_is_a_source_error_after_one_question(
    asking: Asking, answer: Answer, words: str
) -> None:
    with WebServer(answer) as server:
        with pytest.raises(SourceError, match=words) as caught:
            asking().get(server.url)

        assert server.url in str(caught.value)
        assert len(server.questions) == 1


def test_an_answer_that_always_breaks_off_is_a_source_error(asking: Asking) -> None:
    with WebServer(Answer(cut_off=True)) as server:
        with pytest.raises(SourceError, match="could not be read"):
            asking().get(server.url)

        assert len(server.questions) == web.ATTEMPTS


def test_a_closed_port_is_a_source_error_and_no_reason_to_stay_away(asking: Asking) -> None:
    with socket.socket() as bound:  # and kept, so that nobody else can listen there
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        ours = asking()

        with pytest.raises(SourceError, match=r"could not be read: .*refused"):
            ours.get(url)
        with pytest.raises(SourceError, match=r"could not be read: .*refused"):
            ours.get(url)


LONG = "a" * 70 + ".example"


@pytest.mark.parametrize(
    "url",
    [
        *("http://", "http://[", "http://exa mple/", "ftp://127.0.0.1/", "", "127.0.0.1", "//"),
        *(
            "http://127.0.0.1:x/",
            "http://a..b/",
            f"http://{LONG}/",
            "http://xn--/",
            "http://\udcff/",
        ),
        *("http://127.0.0.1/\udcff", "http://127.0.0.1/\0", "javascript:alert(1)", None, 5),
    ],
)
def test_an_address_that_is_none_is_a_source_error(tmp_path: Path, url: Any) -> None:
    hosts = LOOPBACK | {"a..b", LONG, "xn--"}

    with (
        client(tmp_path) as ours,
        pytest.raises(SourceError, match=r"could not be read|is not asked"),
    ):
        ours.restricted_to(hosts).get(url)


def test_messages_hide_what_may_be_secret(asking: Asking) -> None:
    with WebServer(Answer(status=404)) as server:
        address = server.base.replace("//", "//me:hidden@") + "/x?token=hidden"
        with pytest.raises(RefusedError) as caught:
            asking().get(address, {"key": "hidden"})

    assert "hidden" not in str(caught.value)
    assert "/x answered 404" in str(caught.value)


def test_asking_again_is_logged_and_leaves_standard_output_alone(
    asking: Asking, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(Answer(status=429, headers={"Retry-After": "7"}), FINE) as server:
        asking(Watch()).get(server.url)

    (record,) = caplog.records
    fields = record.__dict__
    assert record.getMessage() == "source asked again"
    assert (fields["error"], fields["attempt"], fields["wait"]) == ("429 Too Many Requests", 1, 7.0)
    assert capsys.readouterr().out == ""
