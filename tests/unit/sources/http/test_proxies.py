"""Which proxy a request takes, as the variables of the environment say."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.http.proxies import find_proxy

ARXIV = "https://export.arxiv.org/api/query"


def address_of(url: str, **variables: str) -> str | None:
    """The address of the proxy for a URL."""
    proxy = find_proxy(httpx.URL(url), variables)
    return str(proxy.address) if proxy else None


def printable(without: str) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["C"], exclude_characters=without), min_size=1)


def is_direct(url: str, no_proxy: str) -> bool:
    return address_of(url, ALL_PROXY="http://proxy:1", NO_PROXY=no_proxy) is None


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://upper:1"}, "http://upper:1"),
        ({"https_proxy": "http://lower:1"}, "http://lower:1"),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:1"}, "http://lower:1"),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": ""}, None),
        ({"HTTPS_PROXY": "", "ALL_PROXY": "http://all:1"}, "http://all:1"),
        ({"HTTPS_PROXY": "http://own:1", "ALL_PROXY": "http://all:1"}, "http://own:1"),
        ({"HTTP_PROXY": "http://other:1"}, None),
        ({"HTTP_PROXY": "socks4://broken"}, None),
    ],
)
def test_the_variable_of_the_scheme_counts_before_the_one_for_all(
    variables: dict[str, str], address: str | None
) -> None:
    assert address_of(ARXIV, **variables) == address


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("proxy:3128", "http://proxy:3128"),
        (" http://proxy:3128/ ", "http://proxy:3128"),
        ("HTTPS://proxy", "https://proxy"),
        ("socks5://proxy:1080", "socks5://proxy:1080"),
        ("socks5h://proxy:1080", "socks5://proxy:1080"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_written_in_every_usual_way(value: str, address: str) -> None:
    assert address_of(ARXIV, HTTPS_PROXY=value) == address


@pytest.mark.parametrize(
    "value",
    ["socks4://proxy:1", "socks://proxy:1", "file:///proxy", "http://", "proxy:port", "http://[::1",
     "http://pr\noxy", "http://proxy\udcff"],
)  # fmt: skip
def test_what_is_no_proxy_is_an_error_with_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(SourceError, match=r"^all_proxy: .*; write http://host:port") as caught:
        address_of(ARXIV, all_proxy=value)

    assert str(caught.value).isprintable()


@given(printable(":%"), printable("%"))
def test_a_login_may_hold_any_character(username: str, password: str) -> None:
    value = f"socks5://{username}:{password}@proxy:1080"

    proxy = find_proxy(httpx.URL(ARXIV), {"ALL_PROXY": value})

    assert proxy is not None
    assert (proxy.username, proxy.password) == (username, password)
    assert str(proxy.address) == "socks5://proxy:1080"
    assert "username" not in repr(proxy)


def test_a_login_may_be_percent_encoded() -> None:
    proxy = find_proxy(httpx.URL(ARXIV), {"ALL_PROXY": "http://a%40b:50%25@proxy"})

    assert proxy is not None
    assert (proxy.username, proxy.password) == ("a@b", "50%")


@pytest.mark.parametrize(
    "value", ["socks4://ada:open-sesame@proxy", "http://ada:open-sesame@:port"]
)
def test_the_error_about_a_proxy_does_not_show_its_password(value: str) -> None:
    with pytest.raises(SourceError) as caught:
        address_of(ARXIV, all_proxy=value)

    assert "open-sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "no_proxy"),
    [
        (ARXIV, "*"),
        (ARXIV, "localhost, *"),
        (ARXIV, "export.arxiv.org"),
        (ARXIV, "arxiv.org"),
        (ARXIV, ".arxiv.org"),
        (ARXIV, "*.arxiv.org"),
        (ARXIV, "ARXIV.ORG."),
        (ARXIV, "  localhost\targxiv.org ,, arxiv.org "),
        (ARXIV, "arxiv.org:443"),
        (ARXIV, "https://arxiv.org"),
        ("https://export.arxiv.org.:443/", "arxiv.org"),
        ("http://localhost:8080/", "localhost:8080"),
        ("http://10.1.2.3/", "10.1.2.3"),
        ("http://10.1.2.3:8080/", "10.1.2.3:8080"),
        ("http://10.1.2.3/", "10.0.0.0/8"),
        ("http://10.1.2.3/", "10.1.2.9/8"),
        ("http://[::1]/", "::1"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[0:0::1]:8080/", "::1"),
        ("http://[fd12::1]/", "fd00::/8"),
        ("http://[fd12::1]/", "[fd00::]/8,fd00::/8"),
        ("https://münchen.example/", "münchen.example"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
    ],
)
def test_no_proxy_names_hosts_domains_addresses_and_networks(url: str, no_proxy: str) -> None:
    assert is_direct(url, no_proxy)


@pytest.mark.parametrize(
    ("url", "no_proxy"),
    [
        (ARXIV, ""),
        (ARXIV, ","),
        (ARXIV, "."),
        (ARXIV, "*."),
        (ARXIV, "xiv.org"),
        (ARXIV, "arxiv.org:80"),
        (ARXIV, "http://arxiv.org"),
        (ARXIV, "arxiv.org.example.com"),
        (ARXIV, "[::1]"),
        (ARXIV, "[::1"),
        (ARXIV, "::1:8080:x"),
        (ARXIV, "fd00::/999"),
        (ARXIV, "arxiv.org:٤٤٣"),
        (ARXIV, "\udcff"),
        ("http://10.1.2.3/", "11.0.0.0/8"),
        ("http://10.1.2.3/", "fd00::/8"),
        ("http://[::1]/", "127.0.0.0/8"),
        ("http://[::1]/", "[::1]:8080"),
        ("http://localhost/", "127.0.0.1"),
    ],
)
def test_an_entry_of_no_proxy_means_nothing_else(url: str, no_proxy: str) -> None:
    assert not is_direct(url, no_proxy)


@given(
    st.text(st.characters(exclude_characters="\0")), st.text(st.characters(exclude_characters="\0"))
)
def test_whatever_the_variables_hold_it_is_a_proxy_or_an_error_that_names_one(
    value: str, no_proxy: str
) -> None:
    named: list[str] = []
    try:
        if proxy := find_proxy(httpx.URL(ARXIV), {"HTTPS_PROXY": value, "NO_PROXY": no_proxy}):
            named.append(proxy.variable)
    except SourceError as error:
        named.append(str(error).partition(":")[0])

    assert named in ([], ["HTTPS_PROXY"])
