"""Header fields: what is encoded, quoted, folded and refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.mail.headers import field


@given(st.lists(st.text("aé=?,\"'論", min_size=1, max_size=40), max_size=12).map(" ".join))
def test_header_lines_are_short_wherever_they_can_be_folded(text: str) -> None:
    name, value = field("Subject", text=text)

    lines = f"{name}: {value.decode('ascii')}".split("\r\n")
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(" ") and line.strip() for line in lines[1:])
