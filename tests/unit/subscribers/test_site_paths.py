"""The address of a site, with or without a path, and what is said about a wrong one."""

from __future__ import annotations

import re

import pytest

from subscribers.site_paths import SECTIONS, base_of, check_site_address


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://digest.example.org", ""),
        ("https://digest.example.org/", ""),
        ("http://127.0.0.1:8000", ""),
        ("http://[::1]:8000/", ""),
        ("https://example.org/digest", "/digest"),
        ("https://example.org/papers/my_digest-2.0~a/", "/papers/my_digest-2.0~a"),
        ("https://example.org/archives", "/archives"),
        ("https://example.org/papers/archive", "/papers/archive"),
        ("", ""),
    ],
)
def test_the_path_of_an_address_stands_before_all_others(url: str, base: str) -> None:
    if url:
        check_site_address(url)

    assert base_of(url) == base


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("example.org", "is not an address like https://"),
        ("ftp://example.org", "is not an address like https://"),
        ("https://", "is not an address like https://"),
        ("https:///digest", "is not an address like https://"),
        ("https://exa mple.org", "is not an address like https://"),
        ("https://example.org:port", "is not an address like https://"),
        ("https://[::1", "is not an address like https://"),
        ("https://ada:secret@example.org", "must hold no user name"),
        ("https://example.org/?page=1", "without ? and #"),
        ("https://example.org/digest#top", "without ? and #"),
        ("https://example.org/a//b", "has a path that cannot be used"),
        ("https://example.org/../b", "has a path that cannot be used"),
        ("https://example.org/über", "has a path that cannot be used"),
        ("https://example.org/a%20b", "has a path that cannot be used"),
        *(
            (f"https://example.org/{name}/x", f"a path that begins with /{name}")
            for name in sorted(SECTIONS)
        ),
    ],
)
def test_a_wrong_address_is_explained_in_words(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        check_site_address(url)
