"""Who wrote a message: the one address of its From field, if it can be told for sure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from subscribers import addresses
from subscribers.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_ANGLE = re.compile(r"<([^<>]*)>")
_DEEPEST = 10


def writer_of(fields: Sequence[str]) -> str:
    """Return the address that a message is from; empty unless there is exactly one.

    `fields` are the values of its From fields, encoded words (RFC 2047) as they are: what they hold
    is a name, whatever it looks like. Several addresses (RFC 5322 §3.6.2), and names that look like
    another address than the real one, are nobody's.
    """
    if len(fields) != 1:
        return ""
    text = _QUOTED.sub(" ", fields[0])
    for _ in range(_DEEPEST):  # comments hold comments
        if text == (text := _COMMENT.sub(" ", text)):
            break
    inside = _ANGLE.findall(text)
    outside = _ANGLE.sub(" ", text).strip()
    if not inside:
        return _address(outside)
    address = _address(inside[0].strip())
    is_one = len(inside) == 1 and not re.search(r"[,;:<>]", outside)
    is_honest = "@" not in outside or outside.lower() == address.lower()
    return address if is_one and is_honest else ""


def _address(text: str) -> str:
    try:
        return addresses.parse(text).original
    except AddressError:
        return ""
