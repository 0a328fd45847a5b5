"""How names are written in IMAP."""

from __future__ import annotations

import pytest

from digest.inbound.doors.imap import modified_utf7, quoted


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", "INBOX"),
        ("A & B", "A &- B"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("☃!", "&JgM-!"),
    ],
)
def test_a_folder_is_named_in_modified_utf_7(name: str, written: str) -> None:
    """The third is the example of RFC 3501 §5.1.3."""
    assert modified_utf7(name) == written


def test_quotes_and_backslashes_are_escaped() -> None:
    assert quoted('a "b" \\c') == '"a \\"b\\" \\\\c"'
