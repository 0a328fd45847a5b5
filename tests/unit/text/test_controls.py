"""What a terminal would obey is not printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.controls import without_controls


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("x\x1b]0;owned\x07y", "x�]0;owned�y", id="title of the window"),
        pytest.param("a\x9b2Jb", "a�2Jb", id="C1"),
        pytest.param("a\x00b\x7fc\x85d", "a�b�c�d", id="others"),
        pytest.param("paid\rfree", "paid�free", id="back to the start"),
        pytest.param("a\u202eb\u2066c", "a�b�c", id="writing direction"),
        pytest.param("a\tb\r\nc\n", "a\tb\r\nc\n", id="lines stay"),
        pytest.param("Ü 模 👩\u200d🔬 שלום\u200f", "Ü 模 👩\u200d🔬 שלום\u200f", id="letters stay"),
    ],
)
def test_a_replacement_stands_for_each_control_character(text: str, shown: str) -> None:
    assert without_controls(text) == shown


@given(st.text())
def test_no_control_character_but_lines_and_tabs_is_left(text: str) -> None:
    shown = without_controls(text)

    left = {ch for ch in shown if unicodedata.category(ch) == "Cc"}
    assert left <= set("\t\r\n")
    assert len(shown) == len(text)
