"""Passwords and their hashes."""

from __future__ import annotations

import pytest

from subscribers.passwords import PREFIX, hash_password, is_hash, matches

PASSWORD = "correct horse battery staple"


def test_a_password_matches_its_own_hash_alone() -> None:
    hashed = hash_password(PASSWORD)

    assert matches(PASSWORD, hashed)
    assert not matches(f"{PASSWORD} ", hashed)
    assert not matches("", hashed)


def test_two_hashes_of_a_password_differ() -> None:
    assert hash_password(PASSWORD) != hash_password(PASSWORD)


def test_a_hash_says_how_it_was_made_and_not_of_what() -> None:
    hashed = hash_password(PASSWORD)

    assert hashed.startswith(f"{PREFIX}v=19$m=65536,")
    assert PASSWORD not in hashed
    assert is_hash(hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PASSWORD,
        "$argon2id$",
        "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$b25seWFoYXNo",
    ],
)
def test_other_texts_are_no_hashes_and_match_nothing(text: str) -> None:
    assert not is_hash(text)
    assert not matches(PASSWORD, text)
