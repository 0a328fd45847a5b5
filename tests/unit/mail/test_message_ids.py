"""The Message-ID of a mail: whose it is, and that nobody else can make one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY

from digest.mail.message import envelope_id, message_id, parse_message_id

IDENTIFIER = message_id(DAY, 7, secret="s", domain="example.org")


@given(
    subscriber=st.integers(0, 2**63),
    kind=st.sampled_from(["", "confirm12", "known-1"]),
    secret=st.sampled_from(["s", "the one before"]),
)
def test_a_message_id_tells_whose_mail_it_is(subscriber: int, kind: str, secret: str) -> None:
    found = message_id(DAY, subscriber, secret=secret, domain="example.org", kind=kind)

    for written in (found, found.upper(), found.strip("<>"), f" {found} "):
        assert parse_message_id(written, secrets=["s", "the one before"]) == (DAY, subscriber)
    assert parse_message_id(found, secrets=["another"]) is None
    assert parse_message_id(found, secrets=[]) is None


@pytest.mark.parametrize(
    "identifier",
    [
        "", "<1@example.org>", IDENTIFIER.replace("7.", "8."),
        IDENTIFIER.replace("7.", "7.confirm."),
        f"{IDENTIFIER}x", IDENTIFIER.replace("@", ""), "<20269999.7.0123456789abcdef@example.org>",
    ],
)  # fmt: skip
def test_a_message_id_that_we_did_not_sign_is_nobodys(identifier: str) -> None:
    assert parse_message_id(identifier, secrets=["s"]) is None


def test_a_message_id_tells_subscribers_and_days_and_installations_apart() -> None:
    found = {
        message_id(DAY, subscriber, secret=secret, domain="example.org")
        for subscriber in (1, 2)
        for secret in ("a", "b")
    }

    assert len(found) == 4


def test_the_envelope_s_id_is_that_of_the_message_without_its_domain() -> None:
    assert f"<{envelope_id(IDENTIFIER)}@example.org>" == IDENTIFIER
