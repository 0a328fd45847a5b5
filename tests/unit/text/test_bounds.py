"""Bounds: what people are shown of a text, whatever it holds."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import bounds
from digest.text.bounds import Room, bounded, first_of
from digest.text.wording import summarize

#: Characters that take much room in HTML, or above and below their line.
HEAVY = st.text(st.sampled_from("&\"'<> a😀שقé\u0301\u0489\u200d大"), max_size=300)


def test_a_text_is_cut_between_words() -> None:
    assert bounded("Ada King, Countess of Lovelace", 20) == "Ada King, Countess…"
    assert bounded("Ada King", 20) == "Ada King"


@pytest.mark.parametrize(
    "limit",
    [bounds.TITLE, bounds.MENTIONED_TITLE, bounds.NAME, bounds.SUBJECT, bounds.FACT, bounds.TLDR],
)
def test_one_long_word_does_not_take_the_rest_away(limit: int) -> None:
    text = "agent " + "x" * 20_000

    assert bounded(text, limit) == text[: limit - 1] + "…"
    assert Room(limit).take(text, limit) == text[: limit - 1] + "…"
    assert Room(limit).take(text, limit, summarize) == text[: limit - 1] + "…"


def test_a_tower_of_marks_is_made_low() -> None:
    assert bounded("Z" + "\u0306" * 500 + "algo", 40) == "Z" + "\u0306" * 4 + "algo"


@pytest.mark.parametrize("text", ["Việt", "שָׁ֖לוֹם", "हिन्दी", "བསྒྲུབས", "ปู่", "日本語の論文"])
def test_marks_that_a_script_needs_stay(text: str) -> None:
    assert bounded(text, 40) == text
    assert bounded(unicodedata.normalize("NFD", text), 40) == unicodedata.normalize("NFD", text)


@given(st.text(max_size=300) | HEAVY, st.integers(0, 200))
def test_no_text_is_longer_than_its_bound(text: str, limit: int) -> None:
    assert len(bounded(text, limit)) <= limit


def test_of_many_parts_the_first_stay_and_the_rest_are_counted() -> None:
    assert first_of(["A", "B", "C"], 3, "more") == ["A", "B", "C"]
    assert first_of(["A", "B", "C", "D"], 3, "more") == ["A", "B", "2 more"]
    assert first_of(list("abc") * 1000, 3, "more days")[-1] == "2,998 more days"


@given(st.lists(HEAVY, max_size=12), st.integers(0, 400))
def test_all_texts_of_a_card_together_keep_to_its_room(texts: list[str], length: int) -> None:
    room = Room(length)

    shown = [room.take(text, 300) for text in texts] + [room.take(". ".join(texts), 400, summarize)]

    size = sum(len(html.escape(text).encode("utf-8", "replace")) for text in shown)
    assert size <= bounds.CARD + 2 * length


def test_a_text_that_there_is_no_room_for_is_left_out() -> None:
    room = Room(0)
    room.take("&" * 1000, 300)

    assert room.take("A word", 300) == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/" + "a" * 200, True),
        ("https://example.org/" + "a" * 300, False),
        ("https://example.org/?" + "&a" * 100, False),
        ("javascript:alert(1)", False),
        (None, False),
    ],
)
def test_an_address_is_shown_whole_or_not_at_all(url: str | None, shown: bool) -> None:  # noqa: FBT001
    assert Room(400).take_address(url) == (url if shown else "")
