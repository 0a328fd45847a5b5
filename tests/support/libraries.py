"""Libraries of papers: the files of the evaluation, where they are, and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.paths import ROOT

if TYPE_CHECKING:
    from digest.sources.library import Library

SHARED = ROOT.parent / "shared" / "data" / "imports"


def ids(library: Library) -> list[str]:
    return [seed.paper_id for seed in library.seeds]


def reasons(library: Library) -> list[tuple[str, str]]:
    return [(one.where, one.reason) for one in library.rejected]
