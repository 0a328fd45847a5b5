"""The mail to the operator."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from support.builders import NOON

from digest.errors import RenderError
from digest.mail.alert import build_alert
from digest.mail.message import FromIdentity
from digest.models.delivery import AlertKind, OutgoingMessage

SENDER = FromIdentity(name="Papers", address="digest@example.org")


def alert(**details: object) -> OutgoingMessage:
    given = {"subject": "Papers: trouble", "lines": ["- arXiv …", ""], "to": "ops@example.net"}
    return build_alert(
        AlertKind.TROUBLE,
        sender=SENDER,
        at=NOON,
        secret="s",
        **(given | details),  # type: ignore[arg-type]
    )


def test_it_is_plain_text_that_nobody_answers_by_machine() -> None:
    found = alert()

    mail = message_from_bytes(found.content, policy=policy.default)
    assert (found.sender, found.recipient, found.kind) == (
        "digest@example.org",
        "ops@example.net",
        "trouble",
    )
    assert mail["From"] == "Papers <digest@example.org>"
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Papers: trouble", "auto-generated")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().split() == ["-", "arXiv", "…"]
    assert "List-Id" not in mail


def test_what_cannot_stand_in_a_header_is_an_error() -> None:
    with pytest.raises(RenderError):
        alert(to="ops@example.net, all@example.org")
    with pytest.raises(RenderError):
        alert(subject="stopped: 550 no\r\nBcc: all@example.org")
