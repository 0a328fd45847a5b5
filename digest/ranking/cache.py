"""What was computed and is likely to be asked for again, without end to what may be asked."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """Values by key; beyond a number of them, the one that was least recently used is forgotten."""

    def __init__(self, most: int) -> None:
        """Keep so many values at most."""
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def __len__(self) -> int:
        """Return how many values are kept."""
        return len(self._values)

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of a key; it is computed if it is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = self._values[key] = compute()
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
