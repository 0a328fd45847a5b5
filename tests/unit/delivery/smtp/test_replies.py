"""Replies of a mail server, parsed from octets."""

from __future__ import annotations

import pytest

from digest.delivery.smtp.replies import MAX_REPLY_LENGTH, InvalidReplyError, ReplyParser


def test_a_reply_of_several_lines_is_one() -> None:
    (reply,) = ReplyParser().feed(b"550-5.1.1 no such\r\n550-\r\n550 user\r\n")

    assert (str(reply), reply.status) == ("550 5.1.1 no such user", "5.1.1")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"550 5.1.1 who?", "5.1.1"),
        (b"550 5.1.10", "5.1.10"),
        (b"550 5.1 who?", ""),
        (b"550 10.0.0.1 is listed", ""),
        (b"550 5.x.1 who?", ""),
        (b"550 1234.567.890 is no code", ""),
        (b"550", ""),
    ],
)
def test_an_enhanced_code_is_read_where_there_is_one(text: bytes, status: str) -> None:
    (reply,) = ReplyParser().feed(text + b"\r\n")

    assert reply.status == status


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"hello\r\n", "no SMTP reply: hello"),
        (b"150 well\r\n", "no SMTP reply"),
        (b"600 well\r\n", "no SMTP reply"),
        (b"2500 well\r\n", "no SMTP reply"),
        (b"\r\n", "no SMTP reply"),
        (b"250-a\r\n550 b\r\n", "two codes"),
        (b"x" * (MAX_REPLY_LENGTH + 1), "more than"),
        (b"250-x\r\n" * MAX_REPLY_LENGTH, "more than"),
        (b"250 " + b"x" * MAX_REPLY_LENGTH + b"\r\n", "more than"),
    ],
)
def test_what_cannot_be_a_reply_is_an_error_with_its_reason(octets: bytes, words: str) -> None:
    with pytest.raises(InvalidReplyError, match=words):
        list(ReplyParser().feed(octets))
