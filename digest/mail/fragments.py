"""Encoded text with placeholders, so that what is the same for many mails is encoded once.

A template is filled with a `Placeholder` in place of a value, and the text is split where it shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from digest.mail import quoted_printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# Noncharacters, which Unicode leaves to programs; `with_placeholders` removes the first of them
# from all values.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class Placeholder:
    """Stands in a template for a value that is put in later: it can be shown, and nothing else."""

    def __init__(self, name: str) -> None:
        """Name the value."""
        self._name = name

    def __str__(self) -> str:
        """Return the mark by which `split` finds it."""
        return f"{_OPEN}{self._name}{_CLOSE}"

    #: what autoescape uses in place of escaping
    __html__ = __str__

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self._name!r} differs from mail to mail and can only be shown as it is")

    __bool__ = __len__ = __iter__ = __eq__ = __lt__ = __gt__ = _refuse
    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Encoded text in parts; a part that is a `str` is the name of a value to be put in."""

    parts: tuple[bytes | str, ...] = ()
    #: bytes of the text in UTF-8, before it is encoded and without the values to be put in
    size: int = 0

    @property
    def placeholders(self) -> list[str]:
        """The names of the values to be put in, once for each place."""
        return [part for part in self.parts if isinstance(part, str)]

    def bind(self, values: Mapping[str, Fragment]) -> Fragment:
        """Return the fragment with some of the values put in."""
        parts: list[bytes | str] = []
        size = self.size
        for part in self.parts:
            if isinstance(part, str) and part in values:
                parts += values[part].parts
                size += values[part].size
            else:
                parts.append(part)
        return Fragment(tuple(parts), size)

    def render(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Return all parts, with all remaining values put in."""
        return [values[part] if isinstance(part, str) else part for part in self.parts]


def literal(text: str) -> Fragment:
    """Encode a text without placeholders."""
    return Fragment((quoted_printable.encode(text),), len(text.encode("utf-8", "replace")))


def with_placeholders(variables: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a template's variables with placeholders for those of these names."""
    known = {name: _without_marks(value) for name, value in variables.items()}
    return {**known, **{name: Placeholder(name) for name in names}}


def _without_marks(value: Any) -> Any:
    """Return a value in which no text looks like a placeholder."""
    if isinstance(value, str):
        return value.replace(_OPEN, "")
    if isinstance(value, dict):
        return {name: _without_marks(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    return value


def split(text: str, names: Collection[str]) -> Fragment:
    """Encode a text that shows placeholders of these names.

    Raises:
        TypeError: a mark is not whole, so the template did more with a placeholder than show it.

    """
    pieces = _MARK.split(text)  # text at even indexes, names at odd ones
    for index, piece in enumerate(pieces):
        if _OPEN in piece or (index % 2 and piece not in names):
            raise TypeError(f"{piece!r} differs from mail to mail and can only be shown as it is")
    return concat(
        Fragment((piece,)) if index % 2 else literal(piece)
        for index, piece in enumerate(pieces)
        if piece
    )


def concat(fragments: Iterable[Fragment]) -> Fragment:
    """Join fragments."""
    parts: list[bytes | str] = []
    size = 0
    for fragment in fragments:
        parts += fragment.parts
        size += fragment.size
    return Fragment(tuple(parts), size)
