"""Lines of a file for messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.sources.library.lines import Lines


@given(text=st.text("a\n"), data=st.data())
def test_a_line_is_counted_from_one(text: str, data: st.DataObject) -> None:
    positions = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    lines = Lines(text)

    assert [lines.at(it) for it in positions] == [text[:it].count("\n") + 1 for it in positions]
