"""Sentences, summaries, counts, lists and suggestions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.wording import (
    as_sentence,
    closest,
    count,
    join_words,
    sentences,
    shorten,
    suggestion,
    summarize,
)

#: Text with many sentence ends, real ones and false ones, and characters of every kind.
PIECES = (
    ". ",
    "! ",
    "?”",
    "…",
    ".)",
    " ",
    "\n",
    "a",
    "A",
    "7",
    "e.g. ",
    "J. ",
    "et al. ",
    "é",
    "大",
)
KNOTTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("We try. It works.", ["We try.", "It works."], id="two"),
        pytest.param(
            "It grew by 1.5 percent. Good.", ["It grew by 1.5 percent.", "Good."], id="1.5"
        ),
        pytest.param("See Smith et al. Later.", ["See Smith et al. Later."], id="et al."),
        pytest.param("Tools, e.g. Hammers, help.", ["Tools, e.g. Hammers, help."], id="e.g."),
        pytest.param("By J. Doe. Again.", ["By J. Doe.", "Again."], id="initial"),
        pytest.param("Is it? Yes! Fine.", ["Is it?", "Yes!", "Fine."], id="other marks"),
        pytest.param("He said “no.” Then left.", ["He said “no.”", "Then left."], id="quotation"),
        pytest.param("It is v2.0 of a.b.c now", ["It is v2.0 of a.b.c now"], id="no end"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, found: list[str]) -> None:
    assert list(sentences(text)) == found


@given(st.text(alphabet="aA1 .!?”)e.g", max_size=60))
def test_splitting_into_sentences_loses_nothing(text: str) -> None:
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("limit", "summary"),
    [
        (100, "Boats float. Stones sink. Ice does both."),
        (25, "Boats float. Stones sink."),
        (24, "Boats float."),
        (11, "Boats…"),
        (0, ""),
    ],
)
def test_a_summary_is_the_whole_sentences_that_fit(limit: int, summary: str) -> None:
    assert summarize("Boats float. Stones sink. Ice does both.", limit) == summary


def test_a_summary_reads_no_further_than_it_shows() -> None:
    read = []

    class Watched(str):
        def __getitem__(self, part: Any) -> str:
            read.append(part.stop or len(self))
            return super().__getitem__(part)

    summarize(Watched("A short one. " * 1000), 30)

    assert max(read) < 60


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_a_shortened_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@given(KNOTTY, st.integers(min_value=-1, max_value=80))
def test_a_summary_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(summarize(text, limit)) <= max(limit, 0)


@given(st.text(max_size=40))
def test_a_text_that_fits_is_not_shortened(text: str) -> None:
    assert shorten(text, 40) == text


def test_a_text_is_cut_between_words() -> None:
    assert shorten("gradient descent, again", 19) == "gradient descent…"


def test_a_word_longer_than_the_limit_is_cut_inside() -> None:
    assert shorten("Donaudampfschifffahrt", 6) == "Donau…"
    assert shorten("agent " + "x" * 20_000, 20) == "agent xxxxxxxxxxxxx…"


@given(st.text("ab ", min_size=41), st.integers(10, 40))
def test_a_cut_leaves_half_of_the_room_or_more(text: str, limit: int) -> None:
    squeezed = " ".join(text.split())

    shown = shorten(squeezed, limit)

    assert len(shown) >= min(limit // 2, len(squeezed))


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Cafe\u0301teria", 5, "Caf…"),
        ("Hi👩\u200d🔬there", 5, "Hi…"),
        ("Hi👍🏽there", 4, "Hi…"),
        ("हिन्दी", 3, "हि…"),
        ("a" + "\u0301" * 90, 30, "a" + "\u0301" * 28 + "…"),
    ],
)
def test_no_cut_splits_a_letter_from_its_marks_or_an_emoji(text: str, limit: int, cut: str) -> None:
    assert shorten(text, limit) == cut


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 votes"), (1, "1 vote"), (2, "2 votes"), (1204, "1,204 votes")]
)
def test_a_number_agrees_with_its_noun(number: int, words: str) -> None:
    assert count(number, "vote") == words


@pytest.mark.parametrize(
    ("words", "text"),
    [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_words_are_joined_as_in_a_sentence(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_a_list_without_words_is_an_error() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        join_words([])


@pytest.mark.parametrize(
    ("word", "similar"),
    [
        pytest.param("grahps", "graphs", id="two letters swapped"),
        pytest.param("graph", "graphs", id="a letter missing"),
        pytest.param("graphs", "graphs", id="the word itself"),
        pytest.param("xyz", None, id="nothing alike"),
        pytest.param("trip", None, id="half alike"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_most_similar_word_is_suggested(word: str, similar: str | None) -> None:
    assert closest(word, ["proofs", "graphs", "graphics"]) == similar


def test_nothing_is_suggested_when_nothing_is_known() -> None:
    assert closest("graphs", []) is None


def test_a_suggestion_ends_an_error_message() -> None:
    assert suggestion("grahps", ["proofs", "graphs"]) == "; did you mean graphs?"


def test_there_is_no_suggestion_without_a_similar_word() -> None:
    assert suggestion("xyz", ["proofs", "graphs"]) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("gone", "gone."), ("it is gone.", "it is gone."), ("did you mean a?", "did you mean a?")],
)
def test_a_sentence_ends_with_one_mark(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence
