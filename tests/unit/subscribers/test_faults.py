"""Every fault that pydantic can find has words of people, and none of its own."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from subscribers.faults import describe

#: More than any of these faults names.
CONTEXT = dict.fromkeys(("gt", "ge", "lt", "le", "min_length", "max_length", "expected"), 7)
PROGRAMS = re.compile(r"[Ii]nput|tuple|dict|\bstr\b|\bint\b|valid|pattern|\{|\}")


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_no_fault_is_told_in_words_of_programs(kind: str) -> None:
    fault = {"type": kind, "input": "x", "ctx": CONTEXT}

    words = describe(fault, an_object="an object")

    assert words != ""
    assert PROGRAMS.search(words) is None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"type": "literal_error", "ctx": {"expected": "'a' or 'b'"}}, 'must be "a" or "b"'),
        ({"type": "greater_than", "ctx": {"gt": 0.0}}, "must be more than 0"),
        ({"type": "less_than_equal", "ctx": {"le": 0.5}}, "must be 0.5 or less"),
        ({"type": "too_short", "ctx": {"min_length": 1}, "input": []}, "must not be empty"),
        (
            {"type": "too_long", "ctx": {"max_length": 9}, "input": [1]},
            "must have 9 or fewer items",
        ),
        (
            {"type": "too_long", "ctx": {"max_length": 9}, "input": "a"},
            "must have 9 or fewer characters",
        ),
        ({"type": "model_type"}, "must be an object"),
        ({"type": "value_error", "ctx": {"error": ValueError("is odd")}}, "is odd"),
        ({"type": "of a later version"}, "has a value that cannot be used here"),
    ],
)
def test_what_is_right_is_named(fault: dict[str, Any], words: str) -> None:
    assert describe({"input": "x", **fault}, an_object="an object").startswith(words)
