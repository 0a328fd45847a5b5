"""Texts without what people write differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.commands.spelling import in_all_languages, plain, words_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Désabonner", "desabonner"),
        ("ŁÓDŹ", "lodz"),
        ("ｗｅｅｋｌｙ", "weekly"),
        ("SØNDAG", "sondag"),
        ("İptal", "iptal"),
    ],
)
def test_case_accents_and_forms_of_letters_do_not_count(text: str, found: str) -> None:
    assert plain(text) == found


def test_words_keep_what_joins_them_and_lose_what_is_around_them() -> None:
    assert words_of("“O’clock”, re-read (e-mails)!") == ["o'clock", "re-read", "e-mails"]


def test_a_table_of_words_is_one_set() -> None:
    assert in_all_languages({"en": "on every", "de": "jeden ON"}) == {"on", "every", "jeden"}


@given(st.text())
def test_what_is_plain_has_no_case_and_no_marks_left_to_take(text: str) -> None:
    assert "".join(words_of(plain(text))) == "".join(words_of(text))
