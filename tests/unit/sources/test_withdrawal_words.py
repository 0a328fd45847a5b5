"""Reading a text as the kinds of its words, and patterns over them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.withdrawal_words import pattern, read


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("This paper has been withdrawn", "<this><work><have><be><gone>"),
        ("THIS PAPER", "<this><work>"),
        ("We've with-drawn our e-print", "<agent><gone><the><work>"),
        ("We don't withdraw", "<agent><other><act>"),
        ("by the author(s)", "<by><the><agent>"),
        ("ICLR 2026, LampConf'26", "<venue><comma><venue>"),
        ("at NeurIPS", "<place><venue>"),
        ("at LAMP", "<place><acronym>"),
        ("at ACM's request", "<place><other><request>"),
        ("see arXiv:2601.00001v2.", "<see><arxiv><colon><id><stop>"),
        ("A. Roe et al. lie. We stay", "<a><other><other><other><other><stop><agent><other>"),
        (
            "a lamp-lit (12) room - now",
            "<a><other><other><open><number><close><other><dash><adverb>",
        ),
    ],
)
def test_words_and_marks_have_kinds(text: str, kinds: str) -> None:
    assert pattern(f"(?:{kinds})$").match(read(text))


def test_a_kind_is_one_of_several_or_none_of_them() -> None:
    assert pattern("<this|the><!gone>$").match(read("the paper"))
    assert not pattern("<this|the><!gone>$").match(read("the withdrawn"))


@given(st.text(max_size=200))
def test_any_text_is_read_as_no_more_letters_than_it_has(text: str) -> None:
    assert len(read(text)) <= len(text)
