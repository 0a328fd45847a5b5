"""What of a mail server's words is said to all recipients alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.reply_words import without_details, without_details_but_codes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Greylisted, try again in 299 seconds", "greylisted try again in # seconds"),
        ("mailbox r77 busy, try in 77 s", "mailbox # busy try in # s"),
        ("<ada@example.org>: unknown to mx1.example.org", "# unknown to #"),
        ("see https://example.org/help YkXzq", "see #"),
        ("mailbox ada is full", "mailbox # is full"),
        ("wait ... please", "wait  please"),
    ],
)
def test_details_are_no_words(text: str, words: str) -> None:
    assert without_details(text, "Ada@Example.org") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("451 4.7.1 Greylisted for 12 s", "451 4.7.1 greylisted for # s"),
        ("550-5.1.1 no 550 5.1.1 more", "550 5.1.1 no # more"),
        ("mx.example.org at RCPT: 450 4.2.1 later", "mx.example.org at RCPT: 450 4.2.1 later"),
        ("45 mails", "# mails"),
        ("no papers for 2026-02-02", "no papers for #"),
        ("wait 450 seconds", "wait # seconds"),
    ],
)
def test_the_codes_of_a_reply_stay(text: str, words: str) -> None:
    assert without_details_but_codes(text) == words


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_never_make_a_difference(one: int, other: int) -> None:
    text = "451 4.7.1 Greylisted, try again in {} seconds"

    assert without_details_but_codes(text.format(one)) == without_details_but_codes(
        text.format(other)
    )
