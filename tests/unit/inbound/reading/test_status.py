"""Codes in the words of a mail server."""

from __future__ import annotations

import pytest

from digest.inbound.reading.status import codes_in, is_generic, status_of


@pytest.mark.parametrize(
    ("text", "reply", "enhanced"),
    [
        ("550 5.1.1 no", 550, "5.1.1"),
        ("550-5.7.26 no", 550, "5.7.26"),
        ("host mx said: 452 4.2.2 full", 452, "4.2.2"),
        ("sorry, no such user (#5.1.1)", 0, "5.1.1"),
        ("550 5.0.350 the remote server said -> 550 5.1.1 no", 550, "5.1.1"),
        ("550 5.0.0 no", 550, "5.0.0"),
        ("mx[203.0.113.5] is 5.2.1.7 of 8.17.1.9", 0, ""),
        ("host 450.example.com", 0, ""),
        ("no words", 0, ""),
    ],
)
def test_the_codes_of_a_reply_are_found(text: str, reply: int, enhanced: str) -> None:
    assert codes_in(text) == (reply, enhanced)


def test_a_status_may_have_a_comment() -> None:
    assert status_of("5.1.1 (bad destination)") == "5.1.1"
    assert status_of("failed") == ""


@pytest.mark.parametrize(("status", "expected"), [("5.0.0", True), ("", True), ("5.2.0", False)])
def test_a_code_is_generic_if_it_says_no_more_than_failure(status: str, expected: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    assert is_generic(status) is expected
