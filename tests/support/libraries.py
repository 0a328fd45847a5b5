"""What was read of a library of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.sources.library import Library


def ids(library: Library) -> list[str]:
    return [seed.paper_id for seed in library.seeds]


def reasons(library: Library) -> list[tuple[str, str]]:
    return [(one.where, one.reason) for one in library.rejected]
