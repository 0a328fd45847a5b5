"""Signed links: valid for one subscriber, one purpose and, some of them, a limited time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON

from subscribers.errors import LinkError
from subscribers.links import Purpose, read, read_mail, sign

SECRET = "a secret for tests"
SUBSCRIBER_ID = 281_474_976_710_655
IDS = st.integers(min_value=0, max_value=2**63 - 1)
PURPOSES = st.sampled_from(Purpose)
MONTH = timedelta(days=30)


def token(
    purpose: Purpose = Purpose.LEAVE, subscriber_id: int = SUBSCRIBER_ID, *, at: datetime = NOON
) -> str:
    return sign(purpose, subscriber_id, secrets=[SECRET], at=at)


@given(PURPOSES, IDS)
def test_a_link_names_the_subscriber_it_was_signed_for(
    purpose: Purpose, subscriber_id: int
) -> None:
    assert read(purpose, token(purpose, subscriber_id), secrets=[SECRET], now=NOON) == subscriber_id


@given(PURPOSES, IDS)
def test_a_link_is_short_and_needs_no_escaping(purpose: Purpose, subscriber_id: int) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,65}", token(purpose, subscriber_id))


@pytest.mark.parametrize("purpose", Purpose)
def test_the_same_link_is_signed_the_same_way(purpose: Purpose) -> None:
    assert token(purpose) == token(purpose)


def test_a_link_to_leave_is_the_same_in_every_mail() -> None:
    assert token(at=NOON) == token(at=NOON + MONTH)


@pytest.mark.parametrize(("signed_for", "used_for"), [*permutations(Purpose, 2)])
def test_a_link_is_valid_for_one_purpose_only(signed_for: Purpose, used_for: Purpose) -> None:
    with pytest.raises(LinkError, match="this link is not valid"):
        read(used_for, token(signed_for), secrets=[SECRET], now=NOON)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_of_another_installation_is_not_valid(purpose: Purpose) -> None:
    theirs = sign(purpose, SUBSCRIBER_ID, secrets=["another secret"], at=NOON)

    with pytest.raises(LinkError, match="this link is not valid"):
        read(purpose, theirs, secrets=[SECRET], now=NOON)


LIMITED = pytest.mark.parametrize(
    ("purpose", "lifetime"),
    [
        (Purpose.CONFIRM, timedelta(hours=72)),
        (Purpose.MANAGE, MONTH),
        (Purpose.PRIVACY, timedelta(hours=1)),
        (Purpose.FEEDBACK, timedelta(days=90)),
    ],
)


@LIMITED
def test_a_link_works_for_the_lifetime_of_its_purpose(
    purpose: Purpose, lifetime: timedelta
) -> None:
    assert read(purpose, token(purpose), secrets=[SECRET], now=NOON + lifetime) == SUBSCRIBER_ID


@LIMITED
def test_a_link_expires(purpose: Purpose, lifetime: timedelta) -> None:
    after = NOON + lifetime + timedelta(seconds=1)

    with pytest.raises(LinkError, match="this link has expired; use the one in your latest mail"):
        read(purpose, token(purpose), secrets=[SECRET], now=after)


@pytest.mark.parametrize("purpose", [Purpose.LEAVE, Purpose.REFUSE])
def test_a_link_to_leave_or_refuse_works_for_ever(purpose: Purpose) -> None:
    in_a_century = datetime(2126, 1, 1, tzinfo=UTC)

    assert read(purpose, token(purpose), secrets=[SECRET], now=in_a_century) == SUBSCRIBER_ID


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_signed_before_the_secret_was_changed_still_works(purpose: Purpose) -> None:
    assert read(purpose, token(purpose), secrets=["new", SECRET], now=NOON) == SUBSCRIBER_ID


@pytest.mark.parametrize("purpose", Purpose)
def test_of_two_secrets_the_first_signs(purpose: Purpose) -> None:
    signed = sign(purpose, SUBSCRIBER_ID, secrets=["new", SECRET], at=NOON)

    assert signed == sign(purpose, SUBSCRIBER_ID, secrets=["new"], at=NOON)
    assert signed != token(purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_stops_with_the_secret_that_signed_it(purpose: Purpose) -> None:
    with pytest.raises(LinkError, match="this link is not valid"):
        read(purpose, token(purpose), secrets=["newer", "new"], now=NOON)


@given(IDS, st.dates())
def test_a_link_for_feedback_names_its_edition_too(subscriber_id: int, day: date) -> None:
    signed = sign(Purpose.FEEDBACK, subscriber_id, secrets=[SECRET], at=NOON, day=day)

    assert read_mail(signed, secrets=[SECRET], now=NOON) == (subscriber_id, day, NOON)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,70}", signed)


def changed(text: str, position: int, character: str) -> str:
    position %= len(text)
    return text[:position] + character + text[position + 1 :]


@given(PURPOSES, st.integers(min_value=0), st.characters())
def test_a_changed_character_never_makes_a_link_for_somebody_else(
    purpose: Purpose, position: int, character: str
) -> None:
    forged = changed(token(purpose), position, character)

    assert subscriber_of(purpose, forged) in (None, SUBSCRIBER_ID)


@given(PURPOSES, IDS)
def test_a_signature_is_not_valid_for_another_subscriber(purpose: Purpose, other: int) -> None:
    ours, theirs = token(purpose, SUBSCRIBER_ID), token(purpose, other)
    forged = f"{theirs.rpartition('.')[0]}.{ours.rpartition('.')[2]}"

    assert subscriber_of(purpose, forged) in (None, SUBSCRIBER_ID)


@given(PURPOSES, st.text() | st.text(alphabet="abcXYZ019-_."))
def test_a_made_up_link_is_not_valid(purpose: Purpose, text: str) -> None:
    with pytest.raises(LinkError, match="this link is not valid"):
        read(purpose, text, secrets=[SECRET], now=NOON)


def subscriber_of(purpose: Purpose, text: str) -> int | None:
    try:
        return read(purpose, text, secrets=[SECRET], now=NOON)
    except LinkError:
        return None
