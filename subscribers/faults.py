"""What is wrong with a value, in people's words; pydantic's own words name patterns and types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER, _WHOLE_NUMBER = "must be a number", "must be a whole number"
_TEXT, _LIST = "must be text in quotes", "must be a list in square brackets"
_DAY = "must be a day like 2026-02-02"

#: By pydantic's name of a fault (docs.pydantic.dev, "Validation Errors").
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such key",
    "unexpected_keyword_argument": "there is no such key",
    "json_invalid": "is not JSON",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": "must be text in UTF-8",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "too_short": "must have {min_length} or more items",
    "too_long": "must have {max_length} or fewer items",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} or fewer characters",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
_OBJECTS = ("dict_type", "model_type", "model_attributes_type", "dataclass_type")


def describe(fault: Mapping[str, Any], *, an_object: str) -> str:
    """Return what is wrong with a value, as a clause without its name: `must be a whole number`.

    Args:
        fault: an item of pydantic's `ValidationError.errors()`.
        an_object: what a group of keys is called where the value comes from.

    """
    kind, context = str(fault["type"]), dict(fault.get("ctx") or {})
    if isinstance(error := context.get("error"), Exception):
        return str(error)
    if kind in _OBJECTS:
        return f"must be {an_object}"
    if "min_length" in context and not fault["input"]:
        return "must not be empty"
    if isinstance(fault["input"], str) and kind in ("too_short", "too_long"):
        kind = f"string_{kind}"
    if "expected" in context:
        context["expected"] = re.sub(r"'([^']*)'", r'"\1"', str(context["expected"]))
    context |= {key: f"{it:g}" for key, it in context.items() if isinstance(it, float)}
    words = _WORDS.get(kind)
    return words.format(**context) if words else "has a value that cannot be used here"
