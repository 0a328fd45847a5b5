"""Words and phrases of texts, in all forms and spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.phrase_search import Phrases, StemmedText, ngrams

from digest.ranking.stemming import singular
from digest.ranking.terms import (
    Phrase,
    excluding_phrase,
    folded_name,
    phrase,
    stems,
    words,
)


def test_text_is_split_at_everything_but_letters_and_digits() -> None:
    assert words("Self-driving cars, GPT4_turbo & co.") == [
        "self", "driving", "cars", "gpt4", "turbo", "co",
    ]  # fmt: skip


def test_languages_whose_sign_tells_them_from_a_letter_are_words() -> None:
    assert words("A C++-based C#, F#; VC++ and C+") == [
        "a", "c++", "based", "c#", "f#", "vc", "and", "c",
    ]  # fmt: skip


def place(phrase_text: str, text: str) -> tuple[int, str]:
    """How often a phrase is in a text, and its first place as the text spells it."""
    looked_for, stemmed = phrase(phrase_text), StemmedText.of(text)
    number = stemmed.counts(Phrases([looked_for]))[looked_for]
    return number, stemmed.quote(looked_for) if number else ""


@pytest.mark.parametrize(
    ("looked_for", "text", "quote"),
    [
        ("LLM", "Many LLMs", "LLMs"),
        ("llms", "An LLM's use", "LLM"),
        ("LLM", "The LLMs’ use", "LLMs"),
        ("pretraining", "On Pre-Training", "Pre-Training"),
        ("pretraining", "pre training", "pre training"),
        ("pre-training", "pretrained", "pretrained"),
        ("pre training", "pre–trained", "pre–trained"),
        ("multimodal", "Multi-modal", "Multi-modal"),
        ("multi modal", "multimodal", "multimodal"),
        ("fine-tuning", "finetuned", "finetuned"),
        ("fine-tuning", "fine tuning", "fine tuning"),
        ("finetuning", "fine-tuned", "fine-tuned"),
        ("self-supervised", "selfsupervised", "selfsupervised"),
        ("agent", "multi-agent", "agent"),
        ("agent system", "multi-agent systems", "agent systems"),
        ("multiagent system", "multi-agent systems", "multi-agent systems"),
        ("multi agent systems", "a multiagent system", "multiagent system"),
        ("multi-agent fine-tuning", "multiagent finetuning", "multiagent finetuning"),
        ("text-to-image", "text to image", "text to image"),
        ("text to image", "Text-to-image", "Text-to-image"),
        ("language", "vision-language-action", "language"),
        ("language action", "vision-language-action", "language-action"),
        ("alpha-DPO", "α-DPO", "α-DPO"),
        ("C++", "Python and c++ code", "c++"),
        ("C++ code", "modern C++20 code in C++ code", "C++ code"),
        ("C#", "the C#-compiler", "C#"),
    ],
)
def test_a_phrase_is_found_in_all_its_forms_and_quoted_as_it_is_spelled(
    looked_for: str, text: str, quote: str
) -> None:
    assert place(looked_for, text) == (1, quote)


@pytest.mark.parametrize(
    ("looked_for", "text"),
    [
        ("RAG", "a fragment"),
        ("agent", "a reagent"),
        ("modal", "multimodal"),
        ("finetuning", "fine, tuning"),
        ("language model", "model of language"),
        ("s", "an LLM's use"),
        ("C", "C++ and C#"),
        ("C++", "a C compiler"),
    ],
)
def test_a_phrase_is_never_found_inside_a_word_or_across_others(looked_for: str, text: str) -> None:
    assert place(looked_for, text) == (0, "")


def test_a_phrase_counts_once_at_a_place() -> None:
    assert place("fine-tuning", "fine-tuning, finetuning and fine tuning")[0] == 3


def test_words_without_letters_make_no_phrase_and_are_nowhere() -> None:
    nothing = phrase("— !")

    assert not nothing
    assert not StemmedText.of("some text — !").counts(Phrases([nothing]))


@pytest.mark.parametrize(
    ("excluded", "text"),
    [
        ("survey", "Surveys of it"),
        ("LLM", "many LLMs"),
        ("multi-agent", "multiagent games"),
        ("finetuning", "fine-tuning"),
        ("tumour", "tumors"),
    ],
)
def test_a_phrase_that_excludes_is_found_in_the_plural_and_in_all_spellings(
    excluded: str, text: str
) -> None:
    looked_for = excluding_phrase(excluded)

    assert StemmedText.of(text, singular).counts(Phrases([looked_for])) == {looked_for: 1}


@pytest.mark.parametrize(
    ("excluded", "text"), [("retrieve", "retrieval"), ("organ", "organic"), ("train", "training")]
)
def test_a_phrase_that_excludes_is_not_found_in_other_words_of_its_stem(
    excluded: str, text: str
) -> None:
    assert not StemmedText.of(text, singular).counts(Phrases([excluding_phrase(excluded)]))


def test_stems_are_those_of_words_with_prefixes_closed_up() -> None:
    assert stems("Pre-training an LLM's parts") == ["pretrain", "an", "llm", "part"]
    assert stems("pretrained an LLMs") == ["pretrain", "an", "llm"]


def test_a_phrase_is_quoted_where_it_occurs_first_as_the_text_spells_it() -> None:
    text = StemmedText.of("A Chain-of-Thought; chains of thoughts.")

    assert text.quote(phrase("chain of thought")) == "Chain-of-Thought"


def test_a_phrase_that_does_not_occur_cannot_be_quoted() -> None:
    with pytest.raises(ValueError, match="is not in the text"):
        StemmedText.of("A chain").quote(phrase("chain of"))


TEXTS = st.text(st.sampled_from("abcs AB-’'é1"), max_size=30) | st.text(max_size=60)


@given(TEXTS)
def test_every_sequence_of_words_is_found_and_quoted(text: str) -> None:
    stemmed = StemmedText.of(text)

    for found in ngrams(stemmed.stems, 3):
        looked_for = Phrase(found, found)
        quoted = stemmed.quote(looked_for)
        assert quoted in text
        assert stemmed.counts(Phrases([looked_for]))[looked_for] > 0


@given(TEXTS)
def test_a_text_holds_itself_as_a_phrase(text: str) -> None:
    looked_for = phrase(text)

    assert StemmedText.of(text).counts(Phrases([looked_for])) == (
        {looked_for: 1} if looked_for else {}
    )


def test_names_are_compared_without_case_accents_and_dots() -> None:
    assert folded_name("J. Müller") == folded_name("j müller") == folded_name("J MULLER")
