"""JSON that is written as it is read, so that a long list is never in memory as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_INDENT = "  "


def chunks(value: Any) -> Iterator[str]:
    """Yield the text of `json.dumps(value, ensure_ascii=False, indent=2)` in pieces.

    An iterator is written as an array, with each item on a line of its own. Mappings may hold
    iterators, and so may their mappings; lists and tuples may not.
    """
    yield from _chunks(value, "\n")


def _chunks(value: Any, line: str) -> Iterator[str]:
    """Yield a value's pieces; `line` begins a line at its depth."""
    inner = line + _INDENT
    if isinstance(value, Iterator):
        before = f"[{inner}"
        for item in value:
            yield before
            if _has_iterator(item):
                yield from _chunks(item, inner)
            else:
                yield json.dumps(item, ensure_ascii=False)
            before = f",{inner}"
        yield "[]" if before.startswith("[") else f"{line}]"
    elif _has_iterator(value):
        before = "{"
        for key, item in value.items():
            yield f"{before}{inner}{_text(key, inner)}: "
            yield from _chunks(item, inner)
            before = ","
        yield f"{line}}}"
    else:
        yield _text(value, line)


def _text(value: Any, line: str) -> str:
    return json.dumps(value, ensure_ascii=False, indent=_INDENT).replace("\n", line)


def _has_iterator(value: Any) -> bool:
    return isinstance(value, Mapping) and any(
        isinstance(item, Iterator) or _has_iterator(item) for item in value.values()
    )
