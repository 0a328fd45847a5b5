"""Addresses as reports write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.reading import addresses


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; grace@example.com", "grace@example.com"),
        ("RFC822;grace@example.com", "grace@example.com"),
        ("rfc822; <grace@example.com>", "grace@example.com"),
        ("<grace@example.com>", "grace@example.com"),
        ("Grace <grace@example.com>", "grace@example.com"),
        ("rfc822; grace=work@example.com", "grace=work@example.com"),
        ("rfc822; grace+papers@example.com", "grace+papers@example.com"),
        ("rfc822; g.o'hopper@example.com", "g.o'hopper@example.com"),
        ('rfc822; "grace hopper"@example.com', "grace hopper@example.com"),
        (r'rfc822; "grace \"h\""@example.com', 'grace "h"@example.com'),
        ("rfc822; grüße@example.com", "grüße@example.com"),
        ("utf-8; grüße@example.com", "grüße@example.com"),
        (r"rfc822;gr\303\274n@example.com", "grün@example.com"),
        (r"utf-8; gr\x{FC}n@example.com", "grün@example.com"),
        (r"rfc822; bad\377@example.com", r"bad\377@example.com"),
        (r"utf-8; bad\x{D800}@example.com", r"bad\x{D800}@example.com"),
        ("grace;x@example.com", "x@example.com"),
        ("x400; /CN=grace/", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_is_all_that_stands_after_its_type(value: str, address: str) -> None:
    assert addresses.from_report(value) == address


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822;Grace+2Bpapers@example.org", "Grace+papers@example.org"),
        ("rfc822;grace+papers@example.org", "grace+papers@example.org"),
        ("rfc822;gr+C3+BCn@example.org", "grün@example.org"),
        ("rfc822;gr+C3@example.org", "gr+C3@example.org"),
    ],
)
def test_an_original_recipient_may_be_xtext(value: str, address: str) -> None:
    assert addresses.from_report(value, is_original=True) == address


def test_a_final_recipient_is_no_xtext() -> None:
    assert addresses.from_report("rfc822; a+2Bb@example.org") == "a+2Bb@example.org"


def test_addresses_are_compared_without_case() -> None:
    assert addresses.is_same("Grace@Example.COM", "grace@example.com")
    assert not addresses.is_same("grace@example.com", "grace@example.org")


@given(text=st.text(max_size=200))
def test_whatever_is_found_in_a_text_has_an_at(text: str) -> None:
    assert all("@" in match[1] for match in addresses.IN_TEXT.finditer(text))
    assert addresses.plain(text) == "" or "@" in addresses.plain(text)
