"""Addresses that readers write to: made, recognised however a mail server hands them over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.command_address import CommandAddresses, CommandWord, check

DOMAIN = CommandAddresses("{command}@news.example.org")
MAILBOX = CommandAddresses("Papers+{command}@Example.org")
WORDS = st.sampled_from(CommandWord)
TAGS = st.from_regex(r"[a-z2-7]{0,32}", fullmatch=True)
PATTERNS = st.sampled_from([DOMAIN, MAILBOX, CommandAddresses("a.{command}-b@example.org")])


@given(PATTERNS, WORDS, TAGS)
def test_what_an_address_says_is_read_from_it(
    addresses: CommandAddresses, word: CommandWord, tag: str
) -> None:
    found = addresses.of(word, tag)

    assert addresses.parse(found) == (word, tag)
    assert addresses.parse(found.upper()) == (word, tag)
    assert check(addresses.pattern) == addresses.pattern


def test_the_tag_stands_behind_a_plus() -> None:
    assert DOMAIN.of(CommandWord.LEAVE, "abc") == "leave+abc@news.example.org"
    assert MAILBOX.of(CommandWord.HELP) == "Papers+help@Example.org"


@pytest.mark.parametrize(
    "written",
    [
        '"leave+abc"@news.example.org',
        r'"le\ave+a\bc"@news.example.org',
        "<leave+abc@news.example.org>",
        " leave+abc@news.example.org\r\n",
        "Leave+ABC@NEWS.example.org.",
        "unsubscribe+abc@news.example.org",
    ],
)
def test_an_address_is_recognised_in_every_spelling(written: str) -> None:
    assert DOMAIN.parse(written) == (CommandWord.LEAVE, "abc")


def test_several_topics_stay_together() -> None:
    assert DOMAIN.parse("join+llm+robots@news.example.org") == (CommandWord.SUBSCRIBE, "llm+robots")


@pytest.mark.parametrize(
    "other",
    [
        "",
        "leave",
        "leave+abc",
        "@news.example.org",
        "leave@example.org",
        "leave@news.example.org.evil.example",
        "leave@x@news.example.org",
        "postmaster@news.example.org",
        "leaves+abc@news.example.org",
        "papers+leave@news.example.org",
        "leave +abc@news.example.org",
        '"leave@news.example.org',
        "le\u0430ve@news.example.org",
    ],
)
def test_an_address_that_is_none_of_ours_says_nothing(other: str) -> None:
    assert DOMAIN.parse(other) is None


@pytest.mark.parametrize("other", ["papers@example.org", "papers+@example.org", "help@example.org"])
def test_the_rest_of_the_pattern_must_be_there(other: str) -> None:
    assert MAILBOX.parse(other) is None


def test_what_stands_before_and_after_the_command_is_not_read_twice() -> None:
    assert CommandAddresses("p{command}p@b.org").parse("p@b.org") is None


@given(PATTERNS, st.text(max_size=80))
def test_no_text_makes_it_fail(addresses: CommandAddresses, text: str) -> None:
    addresses.parse(text)
    addresses.parse(f"{text}@news.example.org")


def test_without_a_pattern_there_are_no_addresses() -> None:
    assert not CommandAddresses(check(""))
    assert CommandAddresses("").parse("help@news.example.org") is None


def test_a_topic_that_makes_an_address_too_long_has_none() -> None:
    assert DOMAIN.fits(CommandWord.SUBSCRIBE, "t" * 54)
    assert not DOMAIN.fits(CommandWord.SUBSCRIBE, "t" * 55)
    with pytest.raises(ValueError, match="more than 64 characters before the @"):
        DOMAIN.of(CommandWord.SUBSCRIBE, "t" * 55)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("papers@example.org", r"must hold \{command\} once"),
        ("{command}", r"must hold \{command\} once"),
        ("papers@{command}.example.org", r"must hold \{command\} once"),
        ("{command}{command}@example.org", r"must hold \{command\} once"),
        ("{COMMAND}@example.org", r"must hold \{command\} once"),
        ("{command}+{id}@example.org", "is not an e-mail address"),
        ("my papers {command}@example.org", "is not an e-mail address"),
        ("{command}@bücher.example", "is not an e-mail address"),
        ("{command}.@example.org", "is not an e-mail address"),
        (f"{'p' * 23}{{command}}@example.org", "there may be 22 characters before the @, not 23"),
    ],
)
def test_a_pattern_that_makes_no_addresses_is_refused(pattern: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        check(pattern)


def test_a_pattern_leaves_room_for_the_longest_token() -> None:
    pattern = check(f"{'p' * 22}{{command}}@example.org")

    assert len(CommandAddresses(pattern).of(CommandWord.SUBSCRIBE, "t" * 32).split("@")[0]) == 64
