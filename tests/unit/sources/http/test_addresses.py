"""The checks of addresses and headers before anything is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from digest.errors import SourceError
from digest.sources.http.addresses import checked_headers, checked_url, redirect_target
from digest.sources.http.exchange import HTTPResponse

HOSTS = frozenset({"example.org", "xn--bcher-kva.example"})


def redirect(here: str, there: str) -> HTTPResponse:
    return HTTPResponse(
        url=httpx.URL(here),
        status=302,
        reason="Found",
        headers=httpx.Headers({"Location": there}),
        charset=None,
        body=b"",
    )


def test_parameters_are_added_to_those_of_the_address() -> None:
    found = checked_url("https://example.org/x?a=1", {"b": "2 3"}, HOSTS)

    assert dict(found.params) == {"a": "1", "b": "2 3"}


@pytest.mark.parametrize("url", ["https://bücher.example/", "https://xn--bcher-kva.example/"])
def test_an_international_host_is_allowed_in_either_spelling(url: str) -> None:
    assert checked_url(url, None, HOSTS).raw_host == b"xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/", "no http or https address"),
        ("//example.org/", "no http or https address"),
        ("https://", "no http or https address"),
        ("https://example.org:port/", "could not be read"),
        ("https://example.org@elsewhere.example/", "elsewhere.example is not asked"),
        ("https://sub.example.org/", "sub.example.org is not asked"),
        (None, "could not be read"),
    ],
)
def test_nothing_is_sent_elsewhere(url: Any, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        checked_url(url, None, HOSTS)


def test_a_message_about_an_address_hides_its_secrets() -> None:
    with pytest.raises(SourceError) as caught:
        checked_url("ftp://me:hidden@example.org/x?token=hidden", None, HOSTS)

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("value", ["ключ", "a\r\nX: b", "\x00"])
def test_a_header_that_cannot_be_sent_is_named_without_its_value(value: str) -> None:
    with pytest.raises(SourceError, match="the header x-api-key is not plain ASCII") as caught:
        checked_headers({"x-api-key": value})

    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("here", "there", "target"),
    [
        ("https://a.org/x", "/y", "https://a.org/y"),
        ("https://a.org/x/", "y?z=1", "https://a.org/x/y?z=1"),
        ("http://a.org/x", "https://a.org/x", "https://a.org/x"),
        ("http://a.org:81/x", "http://a.org:81/y", "http://a.org:81/y"),
    ],
)
def test_a_redirect_may_stay_at_its_host_or_become_secure(
    here: str, there: str, target: str
) -> None:
    assert redirect_target(redirect(here, there)) == httpx.URL(target)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("https://a.org/x", "http://a.org/x"),
        ("https://a.org/x", "https://a.org:444/x"),
        ("https://a.org/x", "https://www.a.org/x"),
        ("https://a.org/x", "//b.org/x"),
    ],
)
def test_a_redirect_to_another_place_or_a_less_secure_one_is_an_error(
    here: str, there: str
) -> None:
    with pytest.raises(SourceError, match="which is another place"):
        redirect_target(redirect(here, there))
