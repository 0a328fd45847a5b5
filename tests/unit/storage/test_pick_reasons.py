"""Reasons as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.picks import Reason
from digest.storage import pick_reasons

texts = st.text(max_size=9)
numbers = st.none() | st.integers(0, 99)
reasons = st.builds(
    Reason, kind=texts, text=texts, place=texts, number=numbers, of=numbers,
    values=st.lists(texts, max_size=3).map(tuple),
)  # fmt: skip


@given(reasons)
def test_what_is_written_is_read_again(reason: Reason) -> None:
    assert pick_reasons.load(json.loads(json.dumps(pick_reasons.dump(reason)))) == reason


@pytest.mark.parametrize(
    ("reason", "stored"),
    [
        (Reason(kind="category", text="filed under cs.CL"), ["category", "filed under cs.CL"]),
        (Reason(kind="similar", text="+3", number=3), ["similar", "+3", "", (), 3]),
    ],
)
def test_fields_that_say_nothing_are_left_out_at_the_end(reason: Reason, stored: object) -> None:
    assert pick_reasons.dump(reason) == stored


@pytest.mark.parametrize("stored", ["“lamp”", ["word", "“lamp”"]])
def test_reasons_of_older_versions_are_read(stored: str | list[str]) -> None:
    assert pick_reasons.load(stored) == Reason(kind="word", text="“lamp”")
