"""What stands around an id is cut off; see test_identity for all its forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.id_labels import without_label
from digest.models.identity import known_id


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("arXiv: 2602.00001", "2602.00001"),
        ("CoRR, abs/2602.00001", "abs/2602.00001"),
        ("10.1101/123456; this version posted May 1, 2018.", "10.1101/123456"),
        ("[2602.00001v1] Lamps", "2602.00001v1"),
        ("2026.01.02.700001v1", "10.64898/2026.01.02.700001v1"),
        ("2602.00001", None),
        ("arXivist", None),
        ("", None),
    ],
)
def test_what_is_around_an_id_is_cut_off(text: str, inner: str | None) -> None:
    assert without_label(text) == inner


@given(st.integers(1, 12), st.integers(1, 99_999), st.integers(15, 89))
def test_every_id_of_the_scheme_is_read_from_a_label(month: int, number: int, year: int) -> None:
    arxiv = f"{year}{month:02}.{number:05}"

    assert known_id(f"arXiv e-prints, arXiv:{arxiv} v2") == arxiv
