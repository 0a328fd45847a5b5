"""Whose mail a bounce is about, in an address nobody else can make."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY

from digest.mail.message import message_id
from digest.mail.verp import parse_return_address, return_address

KEYS = ["the key in use", "the one before"]


def address(secret: str = KEYS[0], *, day: date = DAY, subscriber: int = 7) -> str:
    return return_address("bounces+{id}@example.org", day, subscriber, secret=secret)


def identifier(found: str) -> str:
    return found.removeprefix("bounces+").removesuffix("@example.org")


@given(st.dates(date(2000, 1, 1)), st.integers(0, 2**63), st.sampled_from(KEYS))
def test_a_bounce_tells_whose_mail_came_back(day: date, subscriber: int, secret: str) -> None:
    found = address(secret, day=day, subscriber=subscriber)

    assert parse_return_address(identifier(found), secrets=KEYS) == (day, subscriber)
    assert parse_return_address(identifier(found).upper(), secrets=KEYS) == (day, subscriber)


def test_an_address_without_a_place_for_it_is_used_as_it_is() -> None:
    assert return_address("b@example.org", DAY, 7, secret="s") == "b@example.org"


def test_the_address_is_as_long_as_it_must_be() -> None:
    assert len(address(subscriber=2**53 - 1).partition("@")[0]) == len("bounces+") + 40


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("20260202", "20260203"),
        lambda text: text.replace(".7.", ".8."),
        lambda text: text.replace(".7.", ".07."),
        lambda text: text[:-1],
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: text[:0],
        lambda text: "20261399" + text[8:],
        lambda text: text.replace("2", "２"),
    ],
)
def test_what_is_not_ours_to_the_last_character_says_nothing(change: object) -> None:
    assert callable(change)

    assert parse_return_address(change(identifier(address())), secrets=KEYS) is None


def test_another_s_key_says_nothing() -> None:
    assert parse_return_address(identifier(address("of another")), secrets=KEYS) is None


def test_the_name_of_a_message_makes_no_address() -> None:
    day, subscriber, mac = message_id(DAY, 7, secret=KEYS[0], domain="b.org")[1:-7].split(".")

    assert parse_return_address(f"{day}.{subscriber}.{mac[:16]}", secrets=KEYS) is None


@given(st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert parse_return_address(text, secrets=KEYS) is None
