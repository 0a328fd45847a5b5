"""JSON in pieces is the JSON of the whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from subscribers.json_stream import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(PLAIN, st.lists(PLAIN, max_size=5), st.text())
def test_the_pieces_are_the_whole(head: Any, items: list[Any], key: str) -> None:
    whole = {"head": head, "deep": {key: items}, "items": items}
    streamed = {"head": head, "deep": {key: iter(items)}, "items": iter(items)}

    assert json.loads("".join(chunks(streamed))) == whole
    assert "".join(chunks(whole)) == json.dumps(whole, ensure_ascii=False, indent=2)


def test_each_item_of_an_iterator_has_a_line() -> None:
    items = iter([{"day": "2026-02-02", "papers": [1, 2]}, {}])

    assert "".join(chunks({"items": items})).splitlines() == [
        "{",
        '  "items": [',
        '    {"day": "2026-02-02", "papers": [1, 2]},',
        "    {}",
        "  ]",
        "}",
    ]


def test_an_item_is_written_before_the_next_is_read() -> None:
    read = []

    def items() -> Iterator[int]:
        for number in range(3):
            read.append(number)
            yield number

    written = iter(chunks({"items": items()}))

    while "0" not in next(written):
        pass
    assert read == [0]
