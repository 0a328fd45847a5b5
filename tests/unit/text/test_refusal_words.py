"""The words of refusals: each pattern finds what it is for, and not what resembles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.text import refusal_words

if TYPE_CHECKING:
    import re


@pytest.mark.parametrize(
    ("pattern", "words", "others"),
    [
        (refusal_words.LIMIT, "daily sending limit exceeded", "the size limit of the disk"),
        (refusal_words.LOGIN, "relay access denied", "the relay is welcome"),
        (refusal_words.SENDER, "sender address rejected", "the recipient was rejected"),
        (refusal_words.POLICY, "blocked by our blocklist", "no such user"),
        (refusal_words.RESTRICTION, "only approved senders may write", "the mailbox is full"),
        (refusal_words.WAIT, "greylisted, come back", "never again"),
        (refusal_words.UNKNOWN, "no such user here", "such a user is blocked"),
        (refusal_words.MAILBOX, "mailbox is disabled", "the message is spam"),
        (refusal_words.PASSING, "the inbox is full", "give the full address"),
        (refusal_words.TOO_BIG, "the message is too large", "the user is unknown"),
    ],
)
def test_a_pattern_finds_what_it_is_for(pattern: re.Pattern[str], words: str, others: str) -> None:
    assert pattern.search(words)
    assert not pattern.search(others)
