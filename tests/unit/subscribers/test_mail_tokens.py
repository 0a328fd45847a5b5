"""Tokens in addresses: short, of one case, for one purpose and, most of them, a limited time."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON

from subscribers.errors import LinkError
from subscribers.mail_tokens import LENGTH, MailPurpose, read, sign

if TYPE_CHECKING:
    from datetime import datetime

SECRET = "a secret for tests"
SUBSCRIBER_ID = 2**53 - 1
IDS = st.integers(min_value=0, max_value=2**53 - 1)
PURPOSES = st.sampled_from(MailPurpose)
HOUR = timedelta(hours=1)
LIMITED = pytest.mark.parametrize("purpose", [MailPurpose.CONFIRM, MailPurpose.COMMANDS])


def token(purpose: MailPurpose = MailPurpose.LEAVE, *, at: datetime = NOON) -> str:
    return sign(purpose, SUBSCRIBER_ID, secrets=[SECRET], at=at)


def reader(purpose: MailPurpose, text: str, *, now: datetime = NOON) -> int:
    return read(purpose, text, secrets=[SECRET], now=now)


@given(PURPOSES, IDS, st.timedeltas(timedelta(0), timedelta(days=20_000)))
def test_a_token_names_the_subscriber_it_was_signed_for(
    purpose: MailPurpose, subscriber_id: int, later: timedelta
) -> None:
    at = NOON + later

    found = sign(purpose, subscriber_id, secrets=[SECRET], at=at)

    assert read(purpose, found, secrets=[SECRET], now=at) == subscriber_id
    assert reader(purpose, found.upper(), now=at) == subscriber_id
    assert re.fullmatch(r"[a-z2-7]{28,32}", found)
    assert len(found) <= LENGTH <= 40


def test_a_token_to_leave_is_the_same_in_every_mail() -> None:
    assert token(at=NOON) == token(at=NOON + 1000 * HOUR)


def test_a_token_to_leave_works_for_ever() -> None:
    later = NOON + timedelta(days=3650)

    assert reader(MailPurpose.LEAVE, token(), now=later) == SUBSCRIBER_ID


@LIMITED
@pytest.mark.parametrize("minutes", [0, 1, 59])
def test_other_tokens_work_for_three_days_and_an_hour_at_most(
    purpose: MailPurpose, minutes: int
) -> None:
    at = NOON + timedelta(minutes=minutes)
    found = token(purpose, at=at)

    assert reader(purpose, found, now=at + 72 * HOUR) == SUBSCRIBER_ID
    with pytest.raises(LinkError, match="this address has expired"):
        reader(purpose, found, now=at + 73 * HOUR)


@pytest.mark.parametrize(("signed_for", "used_for"), [*permutations(MailPurpose, 2)])
def test_a_token_is_valid_for_one_purpose_only(
    signed_for: MailPurpose, used_for: MailPurpose
) -> None:
    with pytest.raises(LinkError, match="this address is not valid"):
        reader(used_for, token(signed_for))


def test_after_a_change_of_the_secret_old_tokens_still_work() -> None:
    assert (
        read(MailPurpose.LEAVE, token(), secrets=["a new secret", SECRET], now=NOON)
        == SUBSCRIBER_ID
    )
    assert (
        sign(MailPurpose.LEAVE, SUBSCRIBER_ID, secrets=["a new secret", SECRET], at=NOON) != token()
    )


def test_a_token_of_another_installation_is_not_valid() -> None:
    with pytest.raises(LinkError, match="this address is not valid"):
        read(MailPurpose.LEAVE, token(), secrets=["another secret"], now=NOON)


@pytest.mark.parametrize("purpose", MailPurpose)
def test_no_other_character_anywhere_is_valid(purpose: MailPurpose) -> None:
    found = token(purpose)
    changed = [
        found[:at] + ("a" if letter != "a" else "b") + found[at + 1 :]
        for at, letter in enumerate(found)
    ]

    for text in (*changed, found[:-1], f"{found}a", f"{found}=", f" {found}", ""):
        with pytest.raises(LinkError, match="this address is not valid"):
            reader(purpose, text)


@given(
    PURPOSES, st.text(max_size=40) | st.from_regex(r"[a-z2-7]{28}([a-z2-7]{4})?", fullmatch=True)
)
def test_no_text_is_a_token_by_chance(purpose: MailPurpose, text: str) -> None:
    with pytest.raises(LinkError):
        reader(purpose, text)
