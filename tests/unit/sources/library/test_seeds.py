"""The papers of a library: each once, and how many faults are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.sources.library import merged, read

if TYPE_CHECKING:
    import pytest


def test_one_paper_is_one_seed_with_all_that_is_said_of_it() -> None:
    text = """@misc{a, title={A}, eprint={2403.00001}}
@misc{b, title={A}, eprint={2403.00001v2}, abstract={B.}}"""
    library = read(text.encode())

    assert [(seed.paper_id, seed.abstract) for seed in library.seeds] == [("2403.00001", "B.")]
    assert merged([library, library]) == library


def test_many_faulty_entries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.sources.library.seeds._MOST_NAMED", 2)

    rejected = read(b"@misc{x, year=2024}\n" * 5).rejected

    assert [one.where for one in rejected] == ["line 1, key x", "line 2, key x", "line 3, key x"]
    assert rejected[-1].reason == "and 3 entries like these"
