"""What every door stores into, and what it asks about addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

#: Says whether an address of an envelope is one of ours.
IsOurs = Callable[[str], bool]


class Store(Protocol):
    """Keeps messages; `digest.storage.arrivals.Arrivals` does."""

    def store(
        self,
        content: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        channel: str,
        now: datetime,
    ) -> int:
        """Store a message for each recipient who does not have it; return for how many.

        Raises:
            StoreError: it cannot be stored now.

        """
        ...
