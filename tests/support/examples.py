"""How many examples of a property are tried, where each takes long."""

from __future__ import annotations

from hypothesis import settings


def share(percent: int) -> int:
    """So many percent of the examples of the profile that pytest was started with.

    A number of its own would be tried in `make test-fast` too, and no more in `make test-long`.
    """
    return max(1, percent * settings().max_examples // 100)
