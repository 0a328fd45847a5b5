"""Encoded text with holes, so that what is the same for all readers is encoded once.

A template is filled with a `Hole` in place of a value, and the text is cut where the hole shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from digest.mail import quoted_printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# Unicode keeps these two for programs' own use; `with_holes` sees to it that no value has them.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class Placeholder:
    """Stands in a template for a value that comes later: it can be shown, and nothing else."""

    def __init__(self, name: str) -> None:
        """Name the value."""
        self._name = name

    def __str__(self) -> str:
        """Return the mark by which `cut` finds it."""
        return f"{_OPEN}{self._name}{_CLOSE}"

    #: what autoescape asks for in place of escaping
    __html__ = __str__

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self._name!r} differs from mail to mail and can only be shown as it is")

    __bool__ = __len__ = __iter__ = __eq__ = __lt__ = __gt__ = _refuse
    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Encoded text in parts; where a part is a `str`, it names the value that belongs there."""

    parts: tuple[bytes | str, ...] = ()
    #: of the text, in bytes of UTF-8 and without the values still to come
    size: int = 0

    @property
    def placeholders(self) -> list[str]:
        """The names of the values still to come, one for each place."""
        return [part for part in self.parts if isinstance(part, str)]

    def bind(self, values: Mapping[str, Fragment]) -> Fragment:
        """Return it with some values in their places."""
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
        """Return all parts, with the last values in their places."""
        return [values[part] if isinstance(part, str) else part for part in self.parts]


def literal(text: str) -> Fragment:
    """Encode a text without holes."""
    return Fragment((quoted_printable.encode(text),), len(text.encode("utf-8", "replace")))


def with_placeholders(words: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a template's words with holes for those of these names."""
    known = {
        name: word.replace(_OPEN, "") if isinstance(word, str) else word
        for name, word in words.items()
    }
    return {**known, **{name: Placeholder(name) for name in names}}


def split(text: str, names: Collection[str]) -> Fragment:
    """Encode a text in which holes of these names show.

    Raises:
        TypeError: what shows is no whole mark of one of them; something has been made of it.

    """
    pieces = _MARK.split(text)
    for place, piece in enumerate(pieces):
        if _OPEN in piece or (place % 2 and piece not in names):
            raise TypeError(f"{piece!r} differs from mail to mail and can only be shown as it is")
    return concat(
        Fragment((piece,)) if place % 2 else literal(piece)
        for place, piece in enumerate(pieces)
        if piece
    )


def concat(stencils: Iterable[Fragment]) -> Fragment:
    """Put stencils one after the other."""
    parts: list[bytes | str] = []
    size = 0
    for stencil in stencils:
        parts += stencil.parts
        size += stencil.size
    return Fragment(tuple(parts), size)
