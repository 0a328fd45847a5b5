"""The null sender in every spelling that mail servers hand over."""

from __future__ import annotations

import pytest

from digest.inbound.null_sender import envelope_sender, is_null_sender


@pytest.mark.parametrize(
    "sender", [None, "", "<>", " <> ", "< >", "MAILER-DAEMON", "mailer-daemon", "<MAILER-DAEMON>"]
)
def test_a_null_sender_is_known_in_every_spelling(sender: str | None) -> None:
    assert is_null_sender(sender)
    assert envelope_sender(sender) == ""


@pytest.mark.parametrize("sender", ["a@example.org", "MAILER-DAEMON@example.org", "daemon"])
def test_any_other_sender_is_none(sender: str) -> None:
    assert not is_null_sender(sender)
    assert envelope_sender(f"<{sender}>") == sender
