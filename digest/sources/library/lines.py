"""The lines of a file, for messages."""

from __future__ import annotations


class Lines:
    """Counts the lines up to positions that only grow."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._counted = text, 1, 0

    def at(self, position: int) -> int:
        """Return the line of a position, from 1."""
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line
