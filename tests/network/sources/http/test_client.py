"""The HTTP client: what it sends, and what it returns or raises."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from support.http_server import Response, WebServer
from support.source_client import LOOPBACK, ManualClock, client

from digest.errors import SourceError
from digest.sources.http import client as web

if TYPE_CHECKING:
    from pathlib import Path

    from support.source_client import MakeClient

FINE = Response(body='["Über alles"]'.encode())
BUSY = Response(status=429)
BROKEN = Response(status=503)


def test_a_question_names_who_asks_and_what_is_wanted(make_client: MakeClient) -> None:
    with WebServer(FINE) as server:
        make_client().get(f"{server.base}/rss", {"day": "2"}, accept="application/xml")

    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("GET", "/rss", {"day": ["2"]})
    assert request.headers["User-Agent"] == "papers-digest/0 (mailto:ops@example.net)"
    assert request.headers["Accept"] == "application/xml"


def test_the_query_of_the_address_stays(make_client: MakeClient) -> None:
    with WebServer(FINE) as server:
        make_client().get(f"{server.base}/x?set=cs", {"from": "2026-02-02"})

    assert server.requests[0].query == {"set": ["cs"], "from": ["2026-02-02"]}


def test_json_is_posted_with_the_headers_of_the_source(make_client: MakeClient) -> None:
    with WebServer(FINE) as server:
        text = make_client().post(
            server.url, {"fields": "title"}, json={"ids": ["ü"]}, headers={"x-api-key": "k"}
        )

    (request,) = server.requests
    assert text == '["Über alles"]'
    assert (request.method, request.query) == ("POST", {"fields": ["title"]})
    assert json.loads(request.body) == {"ids": ["ü"]}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["x-api-key"] == "k"
    assert request.headers["Accept"] == "application/json"


def test_one_connection_serves_all_sources(tmp_path: Path) -> None:
    with WebServer(FINE) as server, client(tmp_path) as shared:
        shared.restricted_to(LOOPBACK).get(server.url)
        shared.restricted_to(LOOPBACK | {"example.net"}).get(server.url)

    assert len({request.port for request in server.requests}) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param('"Über"'.encode(), "application/json", id="json without a charset"),
        pytest.param('"Über"'.encode("latin-1"), "text/xml; charset=iso-8859-1", id="declared"),
        pytest.param('"Über"'.encode("utf-8-sig"), "application/json", id="a mark before utf-8"),
        pytest.param('"Über"'.encode("utf-16"), "text/xml", id="a mark before utf-16"),
    ],
)
def test_an_answer_is_text(make_client: MakeClient, body: bytes, kind: str) -> None:
    with WebServer(Response(body=body, headers={"Content-Type": kind})) as server:
        assert make_client().get(server.url) == '"Über"'


@pytest.mark.parametrize(
    "responses",
    [
        pytest.param((BUSY, FINE), id="429 once"),
        pytest.param((BROKEN, FINE), id="503 once"),
        pytest.param((Response(status=406), FINE), id="406 once"),
        pytest.param((Response(status=403), FINE), id="403 once"),
        pytest.param((BUSY, BROKEN, FINE), id="429, then 503"),
        pytest.param((Response(cut_off=True), FINE), id="cut off once"),
    ],
)
def test_t3_a_busy_service_is_asked_again(
    make_client: MakeClient, responses: tuple[Response, ...]
) -> None:
    with WebServer(*responses) as server:
        assert make_client().get(server.url) == FINE.body.decode()

    assert len(server.requests) == len(responses)


def test_what_is_posted_is_posted_again(make_client: MakeClient) -> None:
    with WebServer(BUSY, FINE) as server:
        make_client().post(server.url, json=["x"])

    assert [request.body for request in server.requests] == [b'["x"]', b'["x"]']


@pytest.mark.parametrize("key", ["ключ", "a\r\nX-More: b", "a\x00"])
def test_a_key_that_cannot_be_sent_is_not_shown(make_client: MakeClient, key: str) -> None:
    with pytest.raises(SourceError, match="the header x-api-key is not plain ASCII") as caught:
        make_client().get("http://127.0.0.1/", headers={"x-api-key": key})

    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        pytest.param(Response(body=b"\xff\xfe\xff"), "not utf-16", id="half a character"),
        pytest.param(Response(body=b"\xff"), "not utf-8", id="no text"),
        pytest.param(
            Response(body=b"\xff", headers={"Content-Type": "application/json; charset=utf-8"}),
            "not utf-8",
            id="other text than declared",
        ),
        pytest.param(
            Response(headers={"Content-Type": "application/json; charset=klingon"}),
            "not klingon",
            id="unknown charset",
        ),
        pytest.param(
            Response(headers={"Content-Type": "application/json; charset=punycode"}),
            "punycode, which is no charset",
            id="a codec that takes minutes",
        ),
        pytest.param(
            Response(headers={"Content-Encoding": "gzip"}, body=b"not gzip"),
            "broken gzip",
            id="broken compression",
        ),
        pytest.param(
            Response(headers={"Content-Encoding": "br"}), "packed as 'br'", id="other compression"
        ),
    ],
)
def test_an_answer_that_is_none_is_a_source_error_after_one_question(
    make_client: MakeClient, response: Response, words: str
) -> None:
    with WebServer(response) as server:
        with pytest.raises(SourceError, match=words) as caught:
            make_client().get(server.url)

        assert server.url in str(caught.value)
        assert len(server.requests) == 1


def test_an_answer_that_always_breaks_off_is_a_source_error(make_client: MakeClient) -> None:
    with WebServer(Response(cut_off=True)) as server:
        with pytest.raises(SourceError, match="could not be read"):
            make_client().get(server.url)

        assert len(server.requests) == web.ATTEMPTS


def test_a_closed_port_is_a_source_error_and_no_reason_to_stay_away(
    make_client: MakeClient,
) -> None:
    with socket.socket() as bound:  # and kept, so that nobody else can listen there
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/"
        ours = make_client()

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


def test_asking_again_is_logged_and_leaves_standard_output_alone(
    make_client: MakeClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(Response(status=429, headers={"Retry-After": "7"}), FINE) as server:
        make_client(ManualClock()).get(server.url)

    (record,) = caplog.records
    fields = record.__dict__
    assert record.getMessage() == "source asked again"
    assert (fields["error"], fields["attempt"], fields["wait"]) == ("429 Too Many Requests", 1, 7.0)
    assert capsys.readouterr().out == ""
