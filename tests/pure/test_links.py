"""Signed links: good for one reader, one purpose and, some of them, for a while."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from builders import NOON
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import LinkError
from subscribers.links import LIFETIME, Purpose, read, sign

SECRET = "a secret for tests"
READER = 281_474_976_710_655
IDS = st.integers(min_value=0, max_value=2**63 - 1)
PURPOSES = st.sampled_from(Purpose)
MONTH = timedelta(days=30)


def token(purpose: Purpose = Purpose.LEAVE, reader: int = READER, *, at: datetime = NOON) -> str:
    return sign(purpose, reader, secret=SECRET, at=at)


@given(PURPOSES, IDS)
def test_a_link_names_the_reader_it_was_signed_for(purpose: Purpose, reader: int) -> None:
    assert read(purpose, token(purpose, reader), secret=SECRET, now=NOON) == reader


@given(PURPOSES, IDS)
def test_a_link_is_short_and_needs_no_escaping(purpose: Purpose, reader: int) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,65}", token(purpose, reader))


@pytest.mark.parametrize("purpose", Purpose)
def test_the_same_link_is_signed_the_same_way(purpose: Purpose) -> None:
    assert token(purpose) == token(purpose)


def test_a_link_to_leave_is_the_same_in_every_mail() -> None:
    assert token(at=NOON) == token(at=NOON + MONTH)


@pytest.mark.parametrize(
    ("signed_for", "used_for"),
    [(Purpose.LEAVE, Purpose.MANAGE), (Purpose.MANAGE, Purpose.LEAVE)],
)
def test_a_link_is_good_for_one_purpose_only(signed_for: Purpose, used_for: Purpose) -> None:
    with pytest.raises(LinkError, match="this link is not valid"):
        read(used_for, token(signed_for), secret=SECRET, now=NOON)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_of_another_installation_is_not_valid(purpose: Purpose) -> None:
    theirs = sign(purpose, READER, secret="another secret", at=NOON)

    with pytest.raises(LinkError, match="this link is not valid"):
        read(purpose, theirs, secret=SECRET, now=NOON)


def test_a_link_to_manage_works_for_thirty_days() -> None:
    assert LIFETIME[Purpose.MANAGE] == MONTH
    assert read(Purpose.MANAGE, token(Purpose.MANAGE), secret=SECRET, now=NOON + MONTH) == READER


def test_a_link_to_manage_expires() -> None:
    with pytest.raises(LinkError, match="this link has expired; use the one in your latest mail"):
        read(
            Purpose.MANAGE,
            token(Purpose.MANAGE),
            secret=SECRET,
            now=NOON + MONTH + timedelta(seconds=1),
        )


def test_a_link_to_leave_works_for_ever() -> None:
    assert read(Purpose.LEAVE, token(), secret=SECRET, now=datetime(2126, 1, 1, tzinfo=UTC)) == (
        READER
    )


def changed(text: str, place: int, character: str) -> str:
    place %= len(text)
    return text[:place] + character + text[place + 1 :]


@given(PURPOSES, st.integers(min_value=0), st.characters())
def test_a_changed_character_never_makes_a_link_for_somebody_else(
    purpose: Purpose, place: int, character: str
) -> None:
    forged = changed(token(purpose), place, character)

    assert reader_of(purpose, forged) in (None, READER)


@given(PURPOSES, IDS)
def test_a_signature_is_not_good_for_another_reader(purpose: Purpose, other: int) -> None:
    ours, theirs = token(purpose, READER), token(purpose, other)
    forged = f"{theirs.rpartition('.')[0]}.{ours.rpartition('.')[2]}"

    assert reader_of(purpose, forged) in (None, READER)


@given(PURPOSES, st.text() | st.text(alphabet="abcXYZ019-_."))
def test_a_made_up_link_is_not_valid(purpose: Purpose, text: str) -> None:
    with pytest.raises(LinkError, match="this link is not valid"):
        read(purpose, text, secret=SECRET, now=NOON)


def reader_of(purpose: Purpose, text: str) -> int | None:
    try:
        return read(purpose, text, secret=SECRET, now=NOON)
    except LinkError:
        return None
