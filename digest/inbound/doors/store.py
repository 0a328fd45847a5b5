"""What every door stores into, and what it asks about addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from digest.models.inbound import Incoming

#: Says whether an address of an envelope is one of ours.
IsOurs = Callable[[str], bool]


class Store(Protocol):
    """Keeps messages; `digest.storage.arrivals.Arrivals` does."""

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        """Store all or none of some messages; return for how many recipients each is new.

        They are on the disk when this returns.

        Raises:
            StoreError: they cannot be stored now.

        """
        ...
