"""Feedback reports: of whom, and whether they complain."""

from __future__ import annotations

import pytest
from support.incoming import READER, explain, multipart, returned

from digest.inbound.reading import complaint
from digest.inbound.reading.message import Part, parse


def part(fields: str) -> Part:
    return parse(f"Content-Type: message/feedback-report\n\n{fields}".encode())


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out", "other", "something-new"])
def test_a_report_complains(kind: str) -> None:
    assert complaint.read(part(f"Feedback-Type: {kind}")).is_complaint


@pytest.mark.parametrize("kind", ["not-spam", "Auth-Failure", "dmarc", "virus"])
def test_a_report_does_not_complain(kind: str) -> None:
    assert not complaint.read(part(f"Feedback-Type: {kind}")).is_complaint


def test_a_report_without_a_type_complains() -> None:
    assert complaint.read(part("User-Agent: x/1")).feedback_type == "abuse"


def test_everybody_is_named_once() -> None:
    found = complaint.read(
        part("Original-Rcpt-To: <a@b.example>\nORIGINAL-RCPT-TO:\n c@d.example\n"
             "Original-Rcpt-To: rfc822;a@b.example\nFeedback-Type: abuse")
    )  # fmt: skip

    assert found.recipients == ("a@b.example", "c@d.example")


def outlook(sender: str) -> bytes:
    octets = multipart(
        f"Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: {READER}\n{returned()}",
        kind="mixed",
    )
    return octets.replace(b"MAILER-DAEMON@mx.example.com", sender.encode())


def test_a_complaint_of_outlook_is_a_mail_that_is_attached() -> None:
    found = explain(outlook("<staff@hotmail.com>"), sender="staff@hotmail.com")

    assert (found.kind, [one.address for one in found.recipients]) == ("complaint", [READER])


def test_the_same_mail_from_another_is_no_complaint() -> None:
    found = explain(outlook("<a@b.example>"), sender="a@b.example", recipient="abuse@x.example")

    assert found.kind == "not-understood"
