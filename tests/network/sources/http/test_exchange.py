"""Who a request comes from, and what a refusal says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer

from digest import __version__
from digest.errors import RefusedError
from digest.sources.http import client as web
from digest.sources.http.exchange import user_agent

if TYPE_CHECKING:
    from support.source_client import MakeClient


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
    assert user_agent(contact) == f"papers-digest/{__version__}{name}"


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_not_asked_again_and_keeps_its_words(
    make_client: MakeClient, status: int
) -> None:
    with WebServer(Response(status=status, body=b"<feed>\x1b no\nsuch set</feed>")) as server:
        with pytest.raises(RefusedError, match=f"{status}.*: <feed> no such set</feed>") as caught:
            make_client().get(server.url)

        assert server.url in str(caught.value)

    assert len(server.requests) == 1
    assert caught.value.status == status
    assert caught.value.body == "<feed>\x1b no\nsuch set</feed>"


def test_a_long_refusal_is_cut(make_client: MakeClient) -> None:
    with (
        WebServer(Response(status=400, body=b"x" * 300_000)) as server,
        pytest.raises(RefusedError) as caught,
    ):
        make_client().get(server.url)

    assert len(caught.value.body) == web.MAX_REFUSAL_BODY
    assert len(str(caught.value)) < 500


def test_a_refusal_that_is_cut_off_is_still_one(make_client: MakeClient) -> None:
    with (
        WebServer(Response(status=404, body=b"no such", cut_off=True)) as server,
        pytest.raises(RefusedError, match="404 Not Found: no such"),
    ):
        make_client().get(server.url)


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_with_a_key_is_pointed_to_it(make_client: MakeClient, status: int) -> None:
    with (
        WebServer(Response(status=status)) as server,
        pytest.raises(RefusedError, match="check the key of this source"),
    ):
        make_client().get(server.url, headers={"Authorization": "Bearer secret"})


def test_who_is_refused_without_a_key_is_not(make_client: MakeClient) -> None:
    with WebServer(Response(status=401)) as server, pytest.raises(RefusedError) as caught:
        make_client().get(server.url, headers={"X-Version": "2"})

    assert "key" not in str(caught.value)


def test_messages_hide_what_may_be_secret(make_client: MakeClient) -> None:
    with WebServer(Response(status=404)) as server:
        address = server.base.replace("//", "//me:hidden@") + "/x?token=hidden"
        with pytest.raises(RefusedError) as caught:
            make_client().get(address, {"key": "hidden"})

    assert "hidden" not in str(caught.value)
    assert "/x answered 404" in str(caught.value)
