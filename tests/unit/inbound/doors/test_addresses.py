"""The addresses of envelopes: what is one, and which are ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import grows_evenly

from digest.inbound.doors.addresses import OwnAddresses, addresses_in, unquoted

OURS = OwnAddresses(
    ["{command}@news.example.org", "bounces+{id}@Bounce.example.org", "papers@example.org", ""]
)
PLUS = OwnAddresses(["papers+{command}@example.org"])


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a+B@example.org", "a+B@example.org"),
        ("<a@example.org>", "a@example.org"),
        ('"a b"@example.org', "a b@example.org"),
        (r'"a\"b\\"@example.org', 'a"b\\@example.org'),
        ('"a@b"@example.org', "a@b@example.org"),
        ("a@example.org.", "a@example.org"),
        ("bädä@example.org", "bädä@example.org"),
    ],
)
def test_an_address_loses_its_quotes_and_brackets(written: str, plain: str) -> None:
    assert unquoted(written) == plain


@pytest.mark.parametrize(
    "written",
    ["", "<>", "a", "bounces+x", "@example.org", "a@", '""@example.org@', "a@b c", "a\x00@b",
     "a\n@b", "\udce4@b", "x" * 600 + "@b", "unknown"],
)  # fmt: skip
def test_what_is_no_address_is_none(written: str) -> None:
    assert unquoted(written) is None


@given(st.text(max_size=600))
def test_whatever_is_written_gives_an_address_or_none(text: str) -> None:
    found = unquoted(text)

    assert found is None or (found.isprintable() and found.rpartition("@")[0] and len(found) <= 512)


def test_all_addresses_of_a_line_are_found() -> None:
    line = 'Ada <ada@example.org>, "bo, x"@example.org (c@example.org),d@example.org;unknown'

    assert addresses_in(line) == [
        "ada@example.org", "bo, x@example.org", "c@example.org", "d@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["a", '"', 'a"', '"\\', "a@", " a", "@"])
def test_the_time_for_a_line_grows_with_its_length(piece: str) -> None:
    assert grows_evenly(lambda length: addresses_in(piece * length), 100_000)


@pytest.mark.parametrize(
    "address",
    ["subscribe@news.example.org", "SUBSCRIBE+LLM@NEWS.example.org", "leave+abc@news.example.org",
     "bounces@bounce.example.org", "bounces+@bounce.example.org", "Bounces+X@bounce.example.org",
     '"help"@news.example.org', "papers@example.org", "abuse@example.org",
     "postmaster@news.example.org"],
)  # fmt: skip
def test_an_address_of_ours_is_known(address: str) -> None:
    assert OURS(address)


@pytest.mark.parametrize(
    "address",
    ["ada@news.example.org", "subscribers@news.example.org", "subscribe-x@news.example.org",
     "bouncesx+1@bounce.example.org", "bounces+1@news.example.org", "papers+x@example.org",
     "leave@example.org", "bounces+x", "", "+@news.example.org", "abuse@example.net"],
)  # fmt: skip
def test_any_other_address_is_not_ours(address: str) -> None:
    assert not OURS(address)


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("papers+help@example.org", True),
        ("papers+leave+abc@example.org", True),
        ("papers@example.org", True),
        ("papers+other@example.org", False),
        ("help@example.org", False),
        ("paper@example.org", False),
    ],
)
def test_commands_may_be_tags_of_one_address(address: str, *, is_ours: bool) -> None:
    assert PLUS(address) is is_ours
