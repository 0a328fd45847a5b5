"""Words as the ranker compares them: folded, stemmed, or without their plural endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.terms import StemmedText, ngrams, singulars, stems, words


def test_text_is_split_at_everything_but_letters_and_digits() -> None:
    assert words("Self-driving cars, GPT4_turbo & co.") == [
        "self", "driving", "cars", "gpt4", "turbo", "co",
    ]  # fmt: skip


def test_words_have_neither_case_nor_accents() -> None:
    assert words("CAFÉ Straße ﬁne") == ["cafe", "strasse", "fine"]


def test_forms_of_a_word_share_a_stem() -> None:
    assert stems("retrieve retrieval Retrieving") == ["retriev"] * 3


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("agents", "agent"),
        ("surveys", "survey"),
        ("studies", "study"),
        ("houses", "house"),
        ("bias", "bia"),
        ("corpus", "corpus"),
        ("loss", "loss"),
        ("trees", "tree"),
        ("ties", "tie"),
        ("is", "is"),
    ],
)
def test_a_plural_ending_is_taken_off_and_nothing_else(plural: str, singular: str) -> None:
    assert singulars(plural) == [singular]


def test_a_singular_keeps_words_apart_that_share_a_stem() -> None:
    assert stems("retrieves retrievals") == ["retriev", "retriev"]
    assert singulars("retrieves retrievals") == ["retrieve", "retrieval"]


def test_a_phrase_is_quoted_where_it_occurs_first_as_the_text_spells_it() -> None:
    text = StemmedText.of("A Chain-of-Thought; chains of thoughts.")

    assert text.quote(tuple(stems("chain of thought"))) == "Chain-of-Thought"


def test_a_phrase_that_does_not_occur_cannot_be_quoted() -> None:
    with pytest.raises(ValueError, match="is not in the text"):
        StemmedText.of("A chain").quote(("chain", "of"))


def test_ngrams_are_all_sequences_of_neighbours_up_to_a_length() -> None:
    assert list(ngrams(["a", "b", "c"], 2)) == [("a",), ("a", "b"), ("b",), ("b", "c"), ("c",)]


@given(st.text(max_size=60))
def test_every_sequence_of_stems_can_be_quoted(text: str) -> None:
    stemmed = StemmedText.of(text)

    for phrase in ngrams(stemmed.stems, 3):
        quoted = stemmed.quote(phrase)
        assert quoted in text
        assert tuple(stems(quoted)) == phrase
