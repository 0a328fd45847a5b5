"""What the ranker is worth on real questions; the figures are in docs/design.md."""

from __future__ import annotations

import runpy
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "relevance.py"


def test_relevance_finds_the_papers_that_answer_real_questions(real_data: Path) -> None:
    measured = runpy.run_path(str(BENCHMARK))

    found = measured["evaluate"](real_data / "eval", measured["ranker"])

    assert found >= 0.68
