"""The heartbeat: who is asked after a run, and that a dead service hurts nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest.app.heartbeat import beat

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "/ping/7f3c-the-secret"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(Response(body=b"OK")) as opened:
        yield opened


def test_after_a_good_run_the_address_is_asked(server: WebServer) -> None:
    assert beat(f"{server.base}{SECRET}?create=1", kinds=[])

    [request] = server.requests
    assert (request.method, request.path, request.query) == ("GET", SECRET, {"create": ["1"]})
    assert request.headers["User-Agent"].startswith("papers-digest/")


def test_after_one_with_trouble_so_is_the_address_for_failures(server: WebServer) -> None:
    assert beat(f"{server.base}{SECRET}/?create=1", kinds=["source arXiv", "silence"])

    [request] = server.requests
    assert (request.method, request.path) == ("POST", f"{SECRET}/fail")
    assert (request.query, request.body) == ({"create": ["1"]}, b"source arXiv, silence")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_no_yes_is_a_warning_without_the_address(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(Response(status=status)) as server:
        assert not beat(f"{server.base}{SECRET}", kinds=[])

    [record] = caplog.records
    assert (record.message, vars(record)["error"]) == ("heartbeat not sent", f"HTTP {status}")
    assert "secret" not in repr(vars(record))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://[bad"])
def test_a_service_that_is_not_there_fails_nothing(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not beat(f"{address}{SECRET}", kinds=["stopped"])

    [record] = caplog.records
    assert record.message == "heartbeat not sent"
    assert "secret" not in repr(vars(record))


def test_a_proxy_that_is_none_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "no proxy at all")
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert not beat(f"http://192.0.2.7{SECRET}", kinds=[])

    assert caplog.messages == ["heartbeat not sent"]
