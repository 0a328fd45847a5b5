"""Numbers for words, and the two readings of a compound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.stemming import singular, stem
from digest.ranking.terms import stems
from digest.ranking.vocabulary import Spellings, Vocabulary, spans_of_words


def readings(text: str) -> tuple[list[str], list[tuple[int, int, list[str]]]]:
    """The usual words of a text, and its other readings."""
    spellings = Spellings()
    numbers, others = spellings.read(text)
    known = spellings.since(0)
    return (
        [known[number] for number in numbers],
        [(at, width, [known[number] for number in parts]) for at, width, parts in others],
    )


@pytest.mark.parametrize(
    ("text", "usual", "others"),
    [
        ("plain words", ["plain", "words"], []),
        ("fine-tuning it", ["fine", "tuning", "it"], [(0, 2, ["finetuning"])]),
        ("pre-training", ["pretraining"], [(0, 1, ["pre", "training"])]),
        ("multi agent", ["multiagent"], [(0, 1, ["multi", "agent"])]),
    ],
)
def test_a_compound_has_two_readings(
    text: str, usual: list[str], others: list[tuple[int, int, list[str]]]
) -> None:
    assert readings(text) == (usual, others)


@given(st.text(st.sampled_from("abLLMs -.,éß"), max_size=30))
def test_the_usual_reading_has_the_stems_of_the_text(text: str) -> None:
    spellings = Spellings()
    numbers = spellings.usual(text)
    vocabulary = Vocabulary(spellings)

    found = vocabulary.stem_numbers(numbers).tolist()

    assert found == [vocabulary.number(one) for one in stems(text)]


def test_forms_of_a_word_have_one_number_in_the_form_asked_for() -> None:
    spellings = Spellings()
    numbers = spellings.usual("animal animals animations animation")

    by_stem = Vocabulary(spellings, stem).stem_numbers(numbers).tolist()
    by_singular = Vocabulary(spellings, singular).stem_numbers(numbers).tolist()

    assert by_stem[0] == by_stem[1] != by_stem[2] == by_stem[3]
    assert by_singular[0] == by_singular[1] != by_singular[2] == by_singular[3]


def test_a_word_that_no_text_has_has_no_number() -> None:
    assert Vocabulary().number("agent") is None


def test_the_span_of_a_prefixed_word_is_the_whole_of_it() -> None:
    text = "On pre-training (LLMs)"

    assert [text[start:end] for start, end in spans_of_words(text)] == [
        "On",
        "pre-training",
        "LLMs",
    ]
