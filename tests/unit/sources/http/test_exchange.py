"""A request and its response, and how messages name them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from digest.sources.http.exchange import HTTPRequest, HTTPResponse, redacted

URL = httpx.URL("https://me:hidden@example.org/x?token=hidden#hidden")


def request(method: str = "GET", **headers: str) -> HTTPRequest:
    return HTTPRequest(
        method=method, url=URL, headers={"Accept": "*/*", **headers}, rate_limit_key=None
    )


def response(status: int, **details: Any) -> HTTPResponse:
    defaults: dict[str, Any] = {
        "url": URL, "reason": "Reason", "headers": httpx.Headers(), "charset": None, "body": b"",
    }  # fmt: skip
    return HTTPResponse(status=status, **(defaults | details))


def test_a_message_names_an_address_without_what_may_be_secret() -> None:
    assert redacted(URL) == "https://example.org/x"


def test_only_a_redirect_that_keeps_the_method_is_followed_by_a_post() -> None:
    assert request().followed_redirects == {301, 302, 303, 307, 308}
    assert request("POST").followed_redirects == {307, 308}


def test_a_key_is_no_part_of_a_response_s_name_in_the_cache() -> None:
    assert request(Authorization="Bearer one").cache_key == request().cache_key
    assert request("POST").cache_key != request().cache_key


def test_a_refusal_has_the_start_of_the_text_in_one_line() -> None:
    found = request().refusal(response(400, body=b"no\n such\x1b set " + b"x" * 999), " 3 times")

    assert str(found).startswith(
        "https://example.org/x answered 400 Reason 3 times: no such set xxx"
    )
    assert len(str(found)) < 400
    assert (found.status, len(found.body)) == (400, 1013)


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "X-Token"])
def test_a_refusal_of_a_key_points_to_it(name: str) -> None:
    assert "check the key" in str(request(**{name: "k"}).refusal(response(401)))
    assert "check the key" not in str(request(**{name: "k"}).refusal(response(404)))
    assert "check the key" not in str(request().refusal(response(401)))


@pytest.mark.parametrize(
    ("status", "busy", "broken"),
    [(200, False, False), (404, False, False), (403, True, False), (406, True, False),
     (429, True, False), (500, True, True), (503, True, True)],
)  # fmt: skip
def test_a_busy_service_is_asked_later_and_a_broken_one_too(
    status: int,
    busy: bool,  # noqa: FBT001
    broken: bool,  # noqa: FBT001
) -> None:
    found = response(status)

    assert (found.is_busy, found.is_broken) == (busy, broken)


def test_a_status_without_a_reason_is_a_number_alone() -> None:
    assert response(429, reason="").status_line == "429"
