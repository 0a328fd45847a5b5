"""Receipts, and what tells a refusal from them."""

from __future__ import annotations

import pytest
from support.incoming import READER

from digest.inbound.reading import receipt
from digest.inbound.reading.message import parse

AUTOMATIC = "automatic-action/MDN-sent-automatically; deleted"


def read(disposition: str, text: str = "", head: str = "") -> receipt.Receipt:
    part = parse(
        "Content-Type: message/disposition-notification\n\n"
        f"Original-Recipient: rfc822;a+2Bb@c.example\nFinal-Recipient: rfc822; {READER}\n"
        f"Disposition: {disposition}".encode()
    )
    return receipt.read(parse(head.encode() + b"\n\n"), part, text)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Your message to <grace@example.com> was automatically rejected:\nNo.", ""),
        ("Nein.", "Auto-Submitted: auto-replied (rejected)"),
        ("Nein.", "Subject: =?utf-8?Q?Rejected:_Papers?="),
    ],
)
def test_a_refusal_says_so_in_one_of_three_places(text: str, head: str) -> None:
    found = read(AUTOMATIC, text, head)

    assert (found.is_refusal, found.recipient) == (True, READER)


def test_a_mail_that_was_deleted_by_a_program_was_not_refused() -> None:
    assert not read(AUTOMATIC, "Your message was deleted without being read.").is_refusal


@pytest.mark.parametrize("mode", ["manual-action/MDN-sent-manually", "manual-action/x"])
def test_what_a_person_did_is_no_refusal(mode: str) -> None:
    assert not read(f"{mode}; deleted", "it was rejected").is_refusal


def test_a_mail_that_was_shown_was_not_refused() -> None:
    found = read("automatic-action/MDN-sent-automatically; Displayed/error", "rejected")

    assert (found.is_refusal, found.disposition) == (False, "displayed")


def test_the_words_are_on_one_line() -> None:
    assert read(AUTOMATIC, "was rejected:\n  no,\n  thanks").words == "was rejected: no, thanks"
