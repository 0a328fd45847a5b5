"""Parsing addresses, and which spellings are one mailbox."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import addresses
from subscribers.addresses import Address, for_envelope, parse
from subscribers.errors import AddressError


@pytest.mark.parametrize(
    ("text", "original", "key"),
    [
        pytest.param("ada@example.org", "ada@example.org", "ada@example.org", id="plain"),
        pytest.param(" ada@example.org\n", "ada@example.org", "ada@example.org", id="white space"),
        pytest.param("Ada.M@example.org", "Ada.M@example.org", "ada.m@example.org", id="capitals"),
        pytest.param(
            "ada@EXAMPLE.org", "ada@example.org", "ada@example.org", id="domain in capitals"
        ),
        pytest.param("ada+x@example.org", "ada+x@example.org", "ada+x@example.org", id="tag"),
        pytest.param("o'b@example.org", "o'b@example.org", "o'b@example.org", id="apostrophe"),
        pytest.param(
            "ada@münchen.example", "ada@münchen.example", "ada@xn--mnchen-3ya.example", id="domain"
        ),
        pytest.param(
            "ada@xn--mnchen-3ya.example",
            "ada@münchen.example",
            "ada@xn--mnchen-3ya.example",
            id="domain in ASCII",
        ),
        pytest.param("JÜRGEN@example.org", "JÜRGEN@example.org", "jürgen@example.org", id="local"),
        pytest.param("u\u0308@example.org", "ü@example.org", "ü@example.org", id="letter and mark"),
    ],
)
def test_an_address_keeps_its_spelling_and_has_a_key(text: str, original: str, key: str) -> None:
    assert parse(text) == Address(original=original, key=key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("straße@example.org", "strasse@example.org", id="two letters"),
        pytest.param("ada@example.org", "ada+x@example.org", id="tag"),
        pytest.param("ada.m@example.org", "adam@example.org", id="dot"),
        pytest.param("ada@example.org", "ada@mail.example.org", id="domain"),
    ],
)
def test_two_mailboxes_have_two_keys(one: str, other: str) -> None:
    assert parse(one).key != parse(other).key


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("ada", id="no domain"),
        pytest.param("@example.org", id="no local part"),
        pytest.param("ada@localhost", id="no dot"),
        pytest.param("ada@example.test", id="a domain for tests"),
        pytest.param("ada@[192.0.2.1]", id="a number"),
        pytest.param("Ada <ada@example.org>", id="with a name"),
        pytest.param("ada@example.org, bo@example.org", id="two"),
        pytest.param("a b@example.org", id="space"),
        pytest.param("ada@example.org\nBcc: bo@example.org", id="a header behind it"),
        pytest.param("ada\x00@example.org", id="control character"),
        pytest.param("ada@" + "a." * 130 + "example.org", id="too long"),
        pytest.param("ada@exa_mple.org", id="domain with a wrong character"),
        pytest.param("ada..m@example.org", id="two dots"),
    ],
)
def test_an_invalid_address_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(AddressError, match=r"is not an e-mail address: .*[^.]$"):
        parse(text)


LOCAL = st.from_regex(r"[A-Za-z0-9](?:[.+_-]?[A-Za-z0-9äöüßéñŁ]){0,20}", fullmatch=True)
DOMAIN = st.sampled_from(["example.org", "EXAMPLE.com", "münchen.example", "mail.example.net"])
ADDRESSES = st.builds("{}@{}".format, LOCAL, DOMAIN)


@given(ADDRESSES)
def test_an_address_once_parsed_stays_as_it_is(text: str) -> None:
    address = parse(text)

    assert parse(address.original) == address
    assert parse(address.key).key == address.key


@given(st.text())
def test_any_other_text_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(AddressError):
        parse(f"{text}@")


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("Ada@example.org", "Ada@example.org"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
        ("jürgen@example.org", "jürgen@example.org"),
    ],
)
def test_the_envelope_has_the_domain_in_ascii(address: str, envelope: str) -> None:
    assert for_envelope(address) == envelope


def test_the_envelope_refuses_an_invalid_address() -> None:
    with pytest.raises(AddressError, match="'ada@localhost' is not an e-mail address"):
        for_envelope("ada@localhost")


PARTS = st.text("aZ09._+-'ü\n\\ \"", max_size=5) | st.sampled_from(("x" * 64, "x" * 65, "a.b", "-"))
DOMAINS = st.sampled_from(
    (
        "example.org", "EXAMPLE.org", "münchen.example", "xn--mnchen-3ya.example", "localhost",
        "a-.example", "-a.example", "[127.0.0.1]", "example", "a..b", "a.example.", "a@b.example",
        f"{'a.' * 94}bc", f"{'a.' * 95}bc", f"{'a.' * 120}bc", "a_b.example", "x.test", "\u3002com",
    )
)  # fmt: skip


@given(PARTS, DOMAINS | PARTS)
def test_plain_local_parts_are_parsed_as_the_validator_parses_them(local: str, domain: str) -> None:
    def parsed(text: str) -> Address | str:
        try:
            return parse(text)
        except AddressError as error:
            return str(error)

    text = f"{local}@{domain}"
    found = parsed(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "_PLAIN_LOCAL", re.compile("(?!)"))

        assert found == parsed(text)
