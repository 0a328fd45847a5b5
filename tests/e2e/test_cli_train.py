"""`digest train`: what it shows, what it stores, and what it refuses."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

FIRST = date(2026, 1, 1)


def write_archive(folder: Path, days: int) -> None:
    """Days on which papers get fewer votes the more authors they have."""
    lines = [
        json.dumps(
            {
                "id": f"26{day // 28 + 1:02}.{day % 28:02}{number:03}",
                "title": f"Lamp {day} {number}",
                "abstract": "It shines.",
                "day": (FIRST + timedelta(days=day)).isoformat(),
                "authors": [f"Ann {'ABCDEFGHI'[k]}{'xyz'[day % 3]}o" for k in range(number + 1)],
                "signals": {"upvotes": 5 * (9 - number)},
            }
        )
        for day in range(days)
        for number in range(9)
    ]
    (folder / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def archive(furnished: Path, digest: Command) -> Path:
    """An archive of forty days."""
    write_archive(furnished, 40)
    digest("fetch")
    return furnished


def test_a_training_shows_the_order_before_and_after_and_is_stored(
    archive: Path, digest: Command
) -> None:
    assert archive.is_dir()
    tried = digest("train", "--dry-run")
    found = digest("train", "--json").json

    assert tried.out.splitlines()[-1] == "nothing was stored"
    assert "difference" in tried.out
    assert (found["stored"], found["is_better"], found["days"], found["papers"]) == (
        True, True, 40, 360,
    )  # fmt: skip
    assert found["gain"]["mean"] == pytest.approx(found["after"]["mean"] - found["before"]["mean"])
    assert found["coefficients"]["author_count"] < 0


def test_a_young_installation_is_told_what_is_missing_and_nothing_fails(
    furnished: Path, digest: Command
) -> None:
    write_archive(furnished, 9)
    digest("fetch")

    result = digest("train")

    assert result.code == 0
    assert result.out == (
        "nothing was learned, and nothing changes: 9 days with votes for 8 papers or more, of 30"
        " that are needed; 21 more such days will do\n"
    )
    assert digest("train", "--json").json == {
        "dry_run": False, "stored": False, "days": 9, "needed": 30,
    }  # fmt: skip
    assert digest("-q", "train").out == ""
    assert digest("train", "--dri-run").code == 2
